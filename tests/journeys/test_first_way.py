"""The first way through the house, in a real Chromium: from nothing to the right page with the words marked."""

import contextlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.services.browser import DESK, PHONE, chromium, first_administrator, overflow, phone, settle
from tests.services.cut_line import CutLine
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.stage import makers

pytestmark = pytest.mark.journey


def covered_by_nothing(page: Page) -> None:
    """The last link of the page can be scrolled free of whatever floats."""
    page.wait_for_function("""() => { scrollTo(0, document.documentElement.scrollHeight);
        const last = [...document.querySelectorAll('main a')].at(-1), r = last.getBoundingClientRect();
        return last.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)) }""")


def sends(page: Page, book: Path) -> None:
    """One book, published at once, over a line that is cut meanwhile."""
    page.locator("input[type=file]").set_input_files(book)
    page.get_by_label("Mọi người", exact=True).check()
    page.get_by_label("Giấy phép").select_option("CC-BY-SA-4.0")
    page.get_by_text("Công bố ngay").click()
    settle(page)
    page.get_by_role("button", name="Gửi", exact=True).click()
    # the line may be cut just now: then we stay, and go on when it is back
    with contextlib.suppress(AssertionError):
        page.get_by_role("link", name="Xem bài của tôi").click()
        expect(page.get_by_role("heading", name="Bài của tôi")).to_be_visible()
    tray = page.get_by_role("region", name="Tệp đang gửi")
    expect(tray.get_by_text("Đã xong")).to_be_visible(timeout=60_000)
    tray.get_by_role("button", name="Mở ra").click()
    expect(tray.get_by_text("Xong, đã công bố")).to_be_visible()
    covered_by_nothing(page)
    if page.get_by_role("link", name="Xem bài của tôi").is_visible():
        page.get_by_role("link", name="Xem bài của tôi").click()
    expect(page.get_by_role("heading", name="Bài của tôi")).to_be_visible()
    settle(page)


def finds_and_reads(page: Page) -> None:
    """Two taps to the marked page, and about in the reader."""
    settle(page)
    page.get_by_placeholder("Tên bài, tên sách…").fill("dinh li thales dao")
    page.keyboard.press("Enter")  # the first tap
    hit = page.get_by_role("link", name=re.compile(f"^Trang {makers.KEY_PAGE}"))
    expect(hit).to_be_visible()
    settle(page)
    hit.click()  # the second
    expect(page.locator("img.sheet")).to_be_visible()
    expect(page.locator(".hits rect.now")).to_have_count(1)
    expect(page.locator("[data-count]").first).to_have_text("1/1")
    expect(page.locator("#so-trang")).to_have_value(str(makers.KEY_PAGE))
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#so-trang")).to_have_value(str(makers.KEY_PAGE + 1))
    page.go_back()
    expect(page.locator("#so-trang")).to_have_value(str(makers.KEY_PAGE))
    page.locator("#mode").click()
    expect(page.locator(".as-text mark")).to_have_text("định lí Thalès đảo")
    settle(page)


def test_from_the_first_link_over_a_cut_line_to_the_marked_page(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "toan-8-tap-2.pdf", 60)
    # as heavy as a real one, so that the cut falls inside
    book.write_bytes(book.read_bytes() + b"\n%" + b"0" * 1_500_000 + b"\n")
    with running(tmp_path / "var") as house, chromium() as browser:
        line = CutLine(urlsplit(house.address).port or 0, after=900_000, seconds=3)
        page = phone(browser)
        first_administrator(page, f"http://127.0.0.1:{line.port}/moi/{house.link}")
        house.link = None
        sends(page, book)
        assert line.was_cut
        line.close()
        page.goto(f"{house.address}/")
        finds_and_reads(page)


@pytest.mark.full
def test_the_same_book_as_a_scan_is_found_on_the_same_page(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "toan-8.pdf", 60)
    scan = makers.scanned(book, tmp_path / "ban-quet.pdf", range(1, 61))
    with running(tmp_path / "var", HOCLIEU_LEASE_SECONDS="30") as house, chromium() as browser:
        with house.administrator() as client:
            row = wait_for(client, upload(client, scan, approve="true"), seconds=300)
            assert (row["state"], row["pages_done"]) == ("ready", 60)
        page = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}).new_page()
        page.goto(f"{house.address}/tim?q=dinh+li+thales+dao")
        page.get_by_role("link", name=re.compile(f"^Trang {makers.KEY_PAGE}")).click()
        expect(page.locator(".hits rect.now")).to_have_count(1)
        expect(page.locator("#so-trang")).to_have_value(str(makers.KEY_PAGE))


@pytest.mark.full
def test_english_at_a_desk_and_every_page_at_320_px_and_without_script(
    house: RunningHouse, published: dict[str, str]
) -> None:
    address = house.address
    pages = [
        "/",
        "/tim?q=tam+giac",
        f"/tl/{published['work_id']}",
        f"/doc/{published['work_id']}?p=37&q=thales",
        "/dang-nhap",
        "/tro-giup",
        "/khong-co",
    ]
    with chromium() as browser:
        desk = browser.new_context(
            viewport={"width": DESK[0], "height": DESK[1]}, locale="en", color_scheme="dark"
        ).new_page()
        for one in pages:
            desk.goto(f"{address}/en{one}")
            assert desk.locator("html").get_attribute("lang") == "en"
            settle(desk)
        narrow = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
        for one in pages:
            narrow.goto(address + one)
            assert (one, overflow(narrow)) == (one, 0)
        plain = browser.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False
        ).new_page()
        plain.goto(f"{address}/")
        plain.get_by_placeholder("Tên bài, tên sách…").fill("dinh li thales dao")
        plain.keyboard.press("Enter")
        plain.get_by_role("link", name=re.compile("^Trang 37")).click()
        expect(plain.locator(".hits rect")).to_have_count(1)
        plain.get_by_role("link", name="Sau").click()
        expect(plain.locator("#so-trang")).to_have_value("38")
