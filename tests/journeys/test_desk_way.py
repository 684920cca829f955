"""The librarian's journey: from the home, a card and a copy, no click at all; the line is cut and nothing is lost;
without script it works too.
"""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.services.browser import DESK, PHONE, chromium, settle, sign_in
from tests.services.house import RunningHouse, running
from tests.services.people import enter, open_school

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHouse, list[str], str]]:
    """A school with thirty-two copies, and the card of one pupil."""
    with running(tmp_path_factory.mktemp("desk-way") / "var") as house:
        with house.administrator() as root:
            staff = (("thu.thu", "librarian", "Phạm Ngọc Ánh"), ("co.huong", "teacher", "Nguyễn Thị Hương"))
            open_school(root, people=(*staff, ("em.khue", "pupil", "Đỗ Minh Khuê")))
        with enter(house, "thu.thu") as desk:
            labels = add(desk, "Đất rừng phương Nam", 2) + add(desk, "Toán 8 – tập hai", 30)
            card = scan(desk, "em.khue")["borrower"]["card"]
        yield house, labels, card


def add(desk: httpx.Client, title: str, count: int) -> list[str]:
    made = (
        desk.post("/api/v1/copies", json={"title": title, "count": count, "shelf": "T 510"}).raise_for_status().json()
    )
    return [one["barcode"] for one in made["copies"]]


def scan(desk: httpx.Client, code: str) -> dict[str, dict[str, str]]:
    wish = {"id": "9f8b0a5e-7c1d-4e1f-8a7b-000000000001", "code": code}
    found: dict[str, dict[str, str]] = desk.post("/api/v1/desk/scans", json=wish).raise_for_status().json()
    return found


def scanner(page: Page, code: str) -> None:
    """What a barcode scanner does, once the page is there: it types and presses Enter, wherever the focus is."""
    expect(page.get_by_label("Quét thẻ hoặc mã sách")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_a_card_and_a_copy_without_a_single_click(school: tuple[RunningHouse, list[str], str]) -> None:
    house, labels, card = school
    with chromium() as browser:
        page = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="vi").new_page()
        sign_in(page, house.address, "thu.thu")
        page.goto(f"{house.address}/toi")  # the home of a librarian is the scan box itself
        settle(page)
        scanner(page, card)
        expect(page.get_by_role("heading", name="Đỗ Minh Khuê")).to_be_visible()
        scanner(page, labels[0])
        expect(page.locator(".band.ok")).to_contain_text("Đỗ Minh Khuê mượn “Đất rừng phương Nam”, hạn trả")
        settle(page)
        page.get_by_role("button", name="Hoàn tác").first.click()
        expect(page.get_by_text("Đã hoàn tác").first).to_be_visible()
        scanner(page, labels[0])
        expect(page.locator(".band.ok")).to_contain_text("hạn trả")
        scanner(page, "LA-LAM")
        expect(page.locator(".band.error")).to_contain_text("chưa có trong kho")
        settle(page)
        page.get_by_role("button", name="Xong", exact=True).click()
        page.locator("input[name=code]").focus()
        scanner(page, labels[0])
        expect(page.locator(".band.ok")).to_contain_text("Đỗ Minh Khuê đã trả “Đất rừng phương Nam”.")


def test_thirty_scans_at_150_ms_are_all_stored_though_the_line_is_cut(
    school: tuple[RunningHouse, list[str], str],
) -> None:
    house, labels, _ = school
    with chromium() as browser, enter(house, "thu.thu") as desk:
        context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="vi")
        page = context.new_page()
        sign_in(page, house.address, "thu.thu")
        page.goto(f"{house.address}/quay")
        scanner(page, "co.huong")
        expect(page.get_by_role("heading", name="Nguyễn Thị Hương")).to_be_visible()
        before = page.locator("#log .badge.ok").count()

        def cut(route: Route) -> None:
            route.abort("connectionfailed")

        asked: list[str] = []
        page.on(
            "request",
            lambda request: (
                asked.append(json.loads(request.post_data or "{}").get("id", ""))
                if request.url.endswith("/scans")
                else None
            ),
        )
        for place, label in enumerate(labels[2:12]):
            if place == 4:
                context.route("**/api/v1/desk/scans", cut)
            scanner(page, label)
            page.wait_for_timeout(150)
        expect(page.locator(".band.warn")).to_contain_text(re.compile("lượt chờ gửi"))
        context.unroute("**/api/v1/desk/scans")
        expect(page.locator(".band.ok")).to_contain_text("Toán 8 – tập hai", timeout=60_000)
        expect(page.locator("#log .badge.ok")).to_have_count(before + 10, timeout=60_000)
        out = [
            one
            for one in desk.get("/api/v1/copies").json()["copies"]
            if one["status"] == "on-loan" and one["barcode"] in labels[2:12]
        ]
        assert len(out) == 10 and len(set(asked)) == 10
        settle(page)


def test_the_desk_speaks_english_and_the_copies_page_adds_a_book(school: tuple[RunningHouse, list[str], str]) -> None:
    house, _, _ = school
    with chromium() as browser:
        page = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en").new_page()
        sign_in(page, house.address, "thu.thu")
        page.goto(f"{house.address}/en/quay")
        settle(page)
        page.get_by_role("link", name="Copies").click()
        page.get_by_label("ISBN").fill("978-0-306-40615-7")
        page.get_by_role("textbox", name="Title", exact=True).fill("Cây thuốc vườn nhà")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("“Cây thuốc vườn nhà”: 1 added.")).to_be_visible()
        settle(page)
        page.get_by_role("link", name="Cây thuốc vườn nhà").click()
        expect(page.get_by_text("1 of 1 copy on the shelf")).to_be_visible()
        settle(page)
