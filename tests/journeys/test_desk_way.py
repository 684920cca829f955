"""The librarian's journey: from the home, a card and a copy, no click at all; thirty copies over a poor line and every
loan is right; without script it works too.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.services.browser import DESK, PHONE, chromium, settle, sign_in
from tests.services.cut_line import SlowLine
from tests.services.house import RunningHouse, running
from tests.services.people import enter, open_school

pytestmark = pytest.mark.journey
GAP = 150  # ms between two scans
ANSWER = 0.7  # s
PUPILS = 7
# a scan that the program of the release before has not sent, and the card it would have sent it with
LEFT_BEHIND = """async ([card, scan]) => {
    sessionStorage.setItem("hoclieu-card", card);
    const request = indexedDB.open("hoclieu-desk", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("scans", { autoIncrement: true });
    const opened = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const adding = opened.transaction("scans", "readwrite").objectStore("scans").add(scan);
    await new Promise((resolve) => (adding.onsuccess = resolve));
    opened.close();
}"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHouse, list[str], str]]:
    """A school with thirty-two copies, and the card of one pupil."""
    with running(tmp_path_factory.mktemp("desk-way") / "var") as house:
        with house.administrator() as root:
            staff = (
                ("thu.thu", "librarian", "Phạm Ngọc Ánh"),
                ("co.huong", "teacher", "Nguyễn Thị Hương"),
                ("em.khue", "pupil", "Đỗ Minh Khuê"),
            )
            open_school(root, people=staff[:1])
            for login, role, name in (*staff[1:], *((f"em.{n}", "pupil", f"Em Số {n}") for n in range(PUPILS))):
                known = {"login": login, "role": role, "name": name}  # they sign in nowhere
                root.post("/api/v1/units/AA/members", json=known).raise_for_status()
        with enter(house, "thu.thu") as desk:
            labels = add(desk, "Đất rừng phương Nam", 2) + add(desk, "Toán 8 – tập hai", 30)
            card = card_of(desk, "em.khue")
        yield house, labels, card


def add(desk: httpx.Client, title: str, count: int) -> list[str]:
    made = (
        desk.post("/api/v1/copies", json={"title": title, "count": count, "shelf": "T 510"}).raise_for_status().json()
    )
    return [one["barcode"] for one in made["copies"]]


def card_of(desk: httpx.Client, login: str) -> str:
    wish = {"id": str(uuid.uuid4()), "code": login}
    return str(desk.post("/api/v1/desk/scans", json=wish).raise_for_status().json()["borrower"]["card"])


def scanner(page: Page, code: str) -> None:
    """What a barcode scanner does, once the page is there: it types and presses Enter, wherever the focus is."""
    expect(page.get_by_label("Quét thẻ hoặc mã sách")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


@pytest.mark.full
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
        row = page.locator("#log li").first
        expect(row).to_contain_text(re.compile(r"Đất rừng phương Nam.*Đỗ Minh Khuê · số 1.*Đã trả", re.DOTALL))
        row.get_by_role("button", name="Hoàn tác: Đất rừng phương Nam").click()
        expect(row).to_contain_text("Đã hoàn tác")
        expect(page.locator(".band.ok")).to_contain_text("Đỗ Minh Khuê vẫn đang mượn “Đất rừng phương Nam”.")
        settle(page)
        page.evaluate(LEFT_BEHIND, [card, {"id": str(uuid.uuid4()), "code": labels[1], "returnFirst": False}])
        page.reload()
        expect(page.locator("#log li").first).to_contain_text(
            re.compile(r"Đỗ Minh Khuê · số 2 · .*Cho mượn", re.DOTALL)
        )


def test_thirty_copies_over_a_line_that_is_slow_and_cut_twice_are_all_lent_to_whom_they_were_given(
    school: tuple[RunningHouse, list[str], str],
) -> None:
    house, labels, _ = school
    with enter(house, "thu.thu") as desk:
        cards = [card_of(desk, f"em.{number}") for number in range(PUPILS)]
    before = house.ask("SELECT count(*) FROM scan")[0][0]
    books = iter(labels[2:32])
    readers = {"co.huong": [next(books) for _ in range(10)]} | {card: [] for card in cards}
    for place, book in enumerate(books):
        readers[cards[place // 3]].append(book)
    line = SlowLine(urlsplit(house.address).port or 0)
    with chromium() as browser:
        page = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="vi").new_page()
        sign_in(page, f"http://127.0.0.1:{line.port}", "thu.thu")
        page.goto(f"http://127.0.0.1:{line.port}/quay")
        line.seconds = ANSWER
        entries = 0
        for card, given in readers.items():
            strange = ["SACH-LA"] if card == "co.huong" else []
            for code in (card, *given, *strange):
                entries += 1
                line.cut = 7 <= entries < 11 or 19 <= entries < 24
                if entries == 12:
                    page.reload()
                scanner(page, code)
                page.wait_for_timeout(GAP)
            page.get_by_role("button", name="Xong", exact=True).click()
        expect(page.locator("#log .badge.warn")).to_have_count(0, timeout=60_000)
        line.seconds = 0
        assert thirty_lent(house) == {book: card for card, given in readers.items() for book in given}
        kinds = Counter(
            row[0] for row in house.ask("SELECT kind FROM scan ORDER BY happened_at LIMIT -1 OFFSET :n", n=before)
        )
        assert kinds == {"patron": 1 + PUPILS, "lent": 30}, "no return, nothing read here, nothing twice"
        the_refused_scan_waits_for_somebody(page)
    line.close()


def thirty_lent(house: RunningHouse) -> dict[str, str]:
    """Every copy of the thirty that is out: its label, and the card (the name, of the teacher) it is on."""
    rows = house.ask(
        "SELECT item.barcode, person.login, patron.card FROM loan JOIN item ON item.id = loan.item_id "
        "JOIN patron ON patron.id = loan.patron_id JOIN person ON person.id = patron.person_id "
        "WHERE loan.closed_at IS NULL AND loan.title LIKE 'Toán 8%'"
    )
    assert len(rows) == len({row[0] for row in rows})
    return {label: login if login == "co.huong" else card for label, login, card in rows}


def the_refused_scan_waits_for_somebody(page: Page) -> None:
    page.reload()
    refused = page.locator("#log li.stop")
    expect(refused).to_contain_text("Mã SACH-LA chưa có trong kho của trường.")
    expect(page.locator("#at-desk .panel")).to_have_count(0)
    settle(page)
    expect(page.locator("#log li")).to_have_count(31)
    refused.get_by_role("button", name="Bỏ dòng này: SACH-LA").click()
    expect(refused).to_have_count(0)


@pytest.mark.full
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
