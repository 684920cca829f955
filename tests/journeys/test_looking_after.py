"""An administrator opens a school and invites a teacher with a printed password, on a phone; the teacher comes in and
finds their home.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.services.browser import DESK, PHONE, chromium, settle, sign_in
from tests.services.house import running
from tests.services.people import open_school, person


def test_a_school_and_a_teacher_with_a_printed_password(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, chromium() as browser:
        house.administrator().close()
        page = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="vi").new_page()
        sign_in(page, house.address, "quan.tri")
        page.get_by_role("link", name="Tôi", exact=True).click()
        settle(page)
        page.get_by_role("link", name="Trường và tổ", exact=True).click()
        page.get_by_label("Tên", exact=True).fill("THCS Vĩnh Thuận")
        page.get_by_label("Mã", exact=False).first.fill("THCS-1")
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.get_by_role("link", name="THCS Vĩnh Thuận")).to_be_visible()
        page.locator("summary").first.click()
        settle(page)
        page.get_by_role("link", name="THCS Vĩnh Thuận").click()
        page.get_by_label("Họ và tên").fill("Nguyễn Thị Hương")
        page.get_by_label("Tên đăng nhập").fill("co.huong")
        page.get_by_label("Mật khẩu in ra giấy").check()
        page.get_by_role("button", name="Thêm", exact=True).click()
        printed = page.locator(".way-in .big").inner_text()
        page.locator("summary").first.click()
        settle(page)

        teacher = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="vi").new_page()
        sign_in(teacher, house.address, "co.huong", printed)
        teacher.get_by_label("Mật khẩu trên giấy").fill(printed)
        teacher.get_by_label("Mật khẩu mới").fill("một câu ngắn")
        settle(teacher)
        teacher.get_by_role("button", name="Đổi mật khẩu").click()
        expect(teacher.get_by_role("heading", name="Chào Hương!")).to_be_visible()
        expect(teacher.get_by_role("link", name="Gửi bài giảng")).to_be_visible()
        settle(teacher)

        page.goto(f"{house.address}/quan-tri/nguoi-dung?don_vi=THCS-1")
        page.locator("summary").first.click()
        page.get_by_role("button", name="Khoá tài khoản").click()
        expect(page.get_by_text("Đã khoá")).to_be_visible()
        teacher.get_by_role("link", name="Gửi bài giảng").click()
        expect(teacher.get_by_role("heading", name="Đăng nhập")).to_be_visible()


@pytest.mark.full
def test_a_reviewer_of_one_school_who_teaches_in_another_switches_in_english(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, chromium() as browser:
        with house.administrator() as root:
            for code in ("A-1", "B-1"):
                open_school(root, code, f"School {code}")
            who = person(root, "A-1", "co.hai", "teacher", name="Trần Thu Hà")
            root.post(f"/api/v1/people/{who}/roles", json={"unit": "B-1", "role": "librarian"}).raise_for_status()
        page = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en").new_page()
        sign_in(page, house.address, "co.hai")
        page.goto(f"{house.address}/en/toi")
        settle(page)
        page.get_by_role("button", name="Librarian").click()
        expect(page.locator("button[aria-current=page]")).to_contain_text("Librarian")
        settle(page)
