"""The journeys once more on the engines of a province: PostgreSQL with two roles, Elasticsearch, and an S3 store, on a
phone.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.browser import chromium, first_administrator, phone, settle, sign_in
from tests.services.house import RunningHouse, running, wait_for
from tests.services.people import enter, open_school
from tests.services.trio import Trio
from tests.services.waiting import until
from tests.stage import makers

pytestmark = [pytest.mark.journey, pytest.mark.full]


@pytest.fixture(scope="module")
def province(trio: Trio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A new house on the three servers; nobody has been there yet."""
    with running(tmp_path_factory.mktemp("trio") / "var", **trio.house()) as house:
        yield house


def enters(browser: Browser, house: RunningHouse, login: str) -> Page:
    page = phone(browser)
    sign_in(page, house.address, login)
    return page


def finds(page: Page, house: RunningHouse, words: str, hit: str) -> None:
    """Asks from the first page, and meets this among what is found."""
    page.goto(f"{house.address}/")
    page.get_by_placeholder("Tên bài, tên sách…").fill(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile(hit)).first).to_be_visible()
    settle(page)


def test_from_an_empty_house_to_the_marked_page_the_approved_lecture_and_the_lent_book(
    province: RunningHouse, tmp_path: Path
) -> None:
    with chromium() as browser:
        root = phone(browser)
        first_administrator(root, f"{province.address}/moi/{province.link}")
        province.link = None
        settle(root)
        sends_a_book(root, makers.textbook(tmp_path / "toan-8-tap-2.pdf", 40))
        assert arrived(province, "quan.tri")["work_state"] == "published"
        reads_the_marked_page(phone(browser), province)
        with province.administrator() as client:
            staff = (
                ("co.huong", "teacher", "Nguyễn Thị Hương"),
                ("thay.minh", "reviewer", "Đỗ Quang Minh"),
                ("thu.thu", "librarian", "Phạm Ngọc Ánh"),
            )
            open_school(client, people=(*staff, ("em.khue", "pupil", "Đỗ Minh Khuê")))
        pupil = enters(browser, province, "em.khue")
        teacher_sends(
            enters(browser, province, "co.huong"),
            province,
            makers.textbook(tmp_path / "bai-giang.pdf", 3, title="Nhật thực và nguyệt thực"),
        )
        assert arrived(province, "co.huong")["review"]["state"] == "waiting"
        reviewer_approves(enters(browser, province, "thay.minh"), province)
        arrived(province, "co.huong")
        finds(pupil, province, "nhat thuc nguyet thuc", "Nhật thực và nguyệt thực")
        librarian_lends(enters(browser, province, "thu.thu"), province)
    compared = province.command("index", "status", "--compare")
    assert compared.returncode == 0, compared.stdout + compared.stderr


def sends_a_book(page: Page, book: Path) -> None:
    page.locator("input[type=file]").set_input_files(book)
    page.get_by_label("Mọi người", exact=True).check()
    page.get_by_label("Giấy phép").select_option("CC-BY-SA-4.0")
    page.get_by_text("Công bố ngay").click()
    page.get_by_role("button", name="Gửi", exact=True).click()


def reads_the_marked_page(page: Page, house: RunningHouse) -> None:
    finds(page, house, "dinh li thales dao", f"^Trang {makers.KEY_PAGE}")
    page.get_by_role("link", name=re.compile(f"^Trang {makers.KEY_PAGE}")).click()
    expect(page.locator(".hits rect.now")).to_have_count(1)
    expect(page.locator("#so-trang")).to_have_value(str(makers.KEY_PAGE))
    assert page.locator("img.sheet").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0, (
        "the page comes from the store"
    )
    page.locator("#mode").click()
    expect(page.locator(".as-text mark")).to_have_text("định lí Thalès đảo")
    settle(page)


def teacher_sends(page: Page, house: RunningHouse, lecture: Path) -> None:
    page.goto(f"{house.address}/toi")
    page.get_by_role("link", name="Gửi bài giảng").click()
    page.get_by_label("Tệp", exact=True).set_input_files(lecture)
    page.get_by_role("button", name="Gửi duyệt").click()


def reviewer_approves(page: Page, house: RunningHouse) -> None:
    page.goto(f"{house.address}/toi")
    page.get_by_role("link", name="Duyệt bài tiếp").click()
    expect(page.get_by_role("heading", name="Nhật thực và nguyệt thực")).to_be_visible()
    expect(page.locator("main")).to_contain_text("· Nguyễn Thị Hương · gửi")
    settle(page)
    page.get_by_role("button", name="Duyệt & bài kế").click()
    expect(page.get_by_text("Đã duyệt “Nhật thực và nguyệt thực”")).to_be_visible()


def arrived(house: RunningHouse, login: str) -> dict[str, Any]:
    """What somebody has sent last, once it is read and can be found as it stands now."""
    with enter(house, login) as author:
        sent = list[dict[str, Any]]()
        until(
            lambda: sent.extend(author.get("/api/v1/deposits").json()["deposits"]) or sent, otherwise="nothing was sent"
        )
        return wait_for(author, sent[0]["id"])


def librarian_lends(page: Page, house: RunningHouse) -> None:
    with enter(house, "thu.thu") as desk:
        made = (
            desk.post("/api/v1/copies", json={"title": "Đất rừng phương Nam", "count": 1, "shelf": "T 510"})
            .raise_for_status()
            .json()
        )
    page.goto(f"{house.address}/quay")
    expect(page.get_by_label("Quét thẻ hoặc mã sách")).to_be_focused()
    for code in ("em.khue", made["copies"][0]["barcode"]):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Đỗ Minh Khuê").first).to_be_visible()
    expect(page.locator(".band.ok")).to_contain_text("Đỗ Minh Khuê mượn “Đất rừng phương Nam”, hạn trả")
    settle(page)
