"""The homes, the bell and a shared computer, in a real browser on a small phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.services.browser import chromium, settle, sign_in
from tests.services.house import PASSWORD, running
from tests.services.people import open_school

SMALL = {"width": 320, "height": 640}
PAGES = ("/", "/toi", "/toi/thong-bao", "/truong/AA", "/tro-giup", "/toi/muon")


def test_a_pupil_on_a_shared_computer_reads_the_bell_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, chromium() as browser:
        with house.administrator() as root:
            open_school(root, people=[("em.khue", "pupil", "Đỗ Minh Khuê")])
        page = browser.new_context(viewport=SMALL, locale="vi").new_page()
        page.goto(f"{house.address}/dang-nhap?next=/toi")
        page.get_by_label("Tên đăng nhập").fill("em.khue")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_label("Máy dùng chung").check()
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("heading", name="Chào Khuê!")).to_be_visible()
        [cookie] = (one for one in page.context.cookies() if one["name"] == "hoclieu")
        assert (cookie["expires"], cookie["httpOnly"]) == (-1, True), "it dies with the browser"
        page.get_by_role("link", name="Thông báo: 1 tin mới").click()
        page.get_by_role("button", name="Chào mừng tới thư viện!").click()
        expect(page.get_by_role("heading", name="Dành cho học sinh")).to_be_visible()
        for path in PAGES:
            page.goto(house.address + path)
            settle(page)
        page.goto(f"{house.address}/toi")
        page.get_by_role("button", name="Đăng xuất").last.click()
        expect(page.get_by_role("heading", name="đúng trang")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
        assert "Khuê" not in page.content()


@pytest.mark.full
def test_an_administrator_fills_a_department_and_a_class_on_a_small_phone(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, chromium() as browser:
        with house.administrator() as root:
            open_school(root, people=[("co.huong", "teacher", "Nguyễn Thị Hương")])
        page = browser.new_context(viewport=SMALL, locale="vi").new_page()
        sign_in(page, house.address, "quan.tri")
        page.goto(f"{house.address}/quan-tri/truong")
        page.get_by_label("Loại").select_option("department")
        page.get_by_label("Tên", exact=True).fill("Tổ Toán")
        page.get_by_label("Mã", exact=False).first.fill("AA-TOAN")
        page.get_by_label("Nằm trong").select_option("AA")
        page.get_by_role("button", name="Mở", exact=True).click()
        page.get_by_role("link", name="THCS Vĩnh Thuận").click()
        page.get_by_label("Tên lớp").fill("8A1")
        page.get_by_role("button", name="Mở lớp").click()
        page.get_by_text("Việc khác").first.click()
        page.get_by_label("Ở đơn vị").select_option("AA-TOAN")
        page.get_by_label("Thêm vai trò").first.select_option("department-head")
        page.get_by_role("button", name="Thêm vai trò cho Nguyễn Thị Hương").click()
        expect(page.get_by_text("Tổ trưởng · Tổ Toán")).to_be_visible()
        page.get_by_text("Việc khác").first.click()
        settle(page)
        page.get_by_role("button", name="Xếp lớp cho Nguyễn Thị Hương").first.click()
        page.goto(f"{house.address}/quan-tri/truong")
        settle(page)
