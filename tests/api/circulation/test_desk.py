"""The desk over HTTP: a card, then copies; a copy alone comes back; each scan at most once; and everything that may go
wrong.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from library.catalogue.isbn import is_ean13
from library.circulation import codes
from tests.services.house import RunningHouse, running
from tests.services.people import enter, open_school, person
from tests.stage.desk import card_of, copies, scan


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("desk") / "var") as house:
        with house.administrator() as root:
            for code in ("AA", "BB"):
                open_school(root, code, f"Trường {code}")
                person(root, code, f"thu.thu.{code.lower()}", "librarian")
            person(root, "AA", "thu.thu.aa2", "librarian")
            for number in range(16):
                person(root, "AA", f"em.{number}", "pupil", name=f"Em Số {number}")
        yield house


@pytest.fixture
def desk(town: RunningHouse) -> Iterator[httpx.Client]:
    with enter(town, "thu.thu.aa") as client:
        yield client


def test_a_card_then_copies_are_lent_and_a_copy_alone_comes_back(desk: httpx.Client) -> None:
    card = card_of(desk, "em.0")
    assert card.startswith("21") and is_ean13(card)
    first, second = copies(desk, 2)
    opened = scan(desk, card).json()
    assert (opened["kind"], opened["borrower"]["loans"]) == ("patron", 0)
    lent = scan(desk, first, card)
    assert (lent.status_code, lent.json()["kind"], lent.json()["borrower"]["loans"]) == (201, "lent", 1)
    assert lent.json()["sentence"].startswith("Em Số 0 mượn “Đất rừng phương Nam”, hạn trả ")
    assert scan(desk, second, card).json()["borrower"]["loans"] == 2
    back = scan(desk, first).json()
    assert (back["kind"], back["sentence"]) == ("taken-back", "Em Số 0 đã trả “Đất rừng phương Nam”.")
    assert scan(desk, first).json()["kind"] == "read-here"


def test_the_same_scan_sent_twice_is_one_scan(desk: httpx.Client) -> None:
    card, (label,) = card_of(desk, "em.1"), copies(desk)
    wish = {"id": str(uuid.uuid4()), "code": label, "card": card}
    first, again = (desk.post("/api/v1/desk/scans", json=wish) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["due_at"] == again.json()["due_at"] and again.json()["kind"] == "lent"
    assert again.json()["borrower"]["loans"] == 1


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("KHONG-CO", (404, "unknown-barcode")),
        (codes.code_of(codes.COPY, 999_999), (404, "unknown-barcode")),
        (codes.code_of(codes.PERSON, 999_999), (404, "unknown-card")),
        ("9786040350008", (422, "isbn-scanned")),
        (codes.code_of(codes.COMMAND, 1), (422, "unknown-command")),
        ("a\u0000b", (422, "not-valid")),
        ("", (422, "not-valid")),
    ],
)
def test_a_strange_code_says_what_it_is(desk: httpx.Client, code: str, answer: tuple[int, str]) -> None:
    before = desk.get("/api/v1/desk").json()
    said = scan(desk, code)
    assert (said.status_code, said.json()["code"]) == answer
    assert said.json()["vi"] != said.json()["en"]
    assert desk.get("/api/v1/desk").json() == before, "nothing is half-done"


def test_copies_and_cards_of_another_school_are_told_apart(town: RunningHouse, desk: httpx.Client) -> None:
    with enter(town, "thu.thu.bb") as other:
        (label,) = copies(other)
        (own,) = copies(other, barcodes=["NHAN-CU-1"])
        assert scan(desk, label).json()["code"] == "foreign-item"
        assert scan(desk, own).json()["code"] == "unknown-barcode"
        assert copies(desk, barcodes=["NHAN-CU-1"]) == ["NHAN-CU-1"], "two schools may have the same old label"
        card = card_of(desk, "em.2")
        assert scan(other, card).json()["code"] == "unknown-card"
        assert scan(other, "em.2").json()["code"] == "unknown-barcode"


def test_a_copy_that_is_out_names_who_has_it_and_can_be_returned_and_lent_as_one_act(desk: httpx.Client) -> None:
    (label,), lan, minh = copies(desk), card_of(desk, "em.3"), card_of(desk, "em.4")
    scan(desk, label, lan).raise_for_status()
    mine = scan(desk, label, lan)
    assert (mine.status_code, mine.json()["code"]) == (409, "already-yours")
    taken = scan(desk, label, minh)
    assert (taken.status_code, taken.json()["code"]) == (409, "item-on-loan")
    assert taken.json()["vi"].startswith("Cuốn này Em Số 3 đang mượn, hạn trả ")
    assert scan(desk, label, minh, return_first=True).json()["borrower"]["name"] == "Em Số 4"
    assert scan(desk, lan).json()["borrower"]["loans"] == 0


def test_a_reader_with_three_copies_brings_one_back_first(desk: httpx.Client) -> None:
    labels, card = copies(desk, 4), card_of(desk, "em.5")
    assert [scan(desk, label, card).status_code for label in labels] == [201, 201, 201, 409]
    assert scan(desk, labels[3], card).json()["code"] == "loan-limit-reached"
    scan(desk, labels[0])
    assert scan(desk, labels[3], card).status_code == 201


def test_a_mistake_is_undone_within_ten_minutes_and_only_while_the_copy_is_where_it_was(desk: httpx.Client) -> None:
    (label,), lan, minh = copies(desk), card_of(desk, "em.6"), card_of(desk, "em.7")
    lent = scan(desk, label, lan).json()
    assert [desk.post(f"/api/v1/desk/scans/{lent['id']}/undo").status_code for _ in range(2)] == [200, 200]
    assert scan(desk, lan).json()["borrower"]["loans"] == 0
    scan(desk, label, lan)
    back = scan(desk, label).json()
    scan(desk, label, minh)
    late = desk.post(f"/api/v1/desk/scans/{back['id']}/undo")
    assert (late.status_code, late.json()["code"]) == (409, "nothing-to-undo")
    again = scan(desk, label).json()
    desk.post(f"/api/v1/desk/scans/{again['id']}/undo").raise_for_status()
    assert scan(desk, minh).json()["borrower"]["loans"] == 1


def test_only_a_librarian_stands_at_the_desk(town: RunningHouse) -> None:
    with enter(town, "em.8") as pupil, town.administrator() as root, town.client() as visitor:
        assert [scan(client, "x").status_code for client in (pupil, root, visitor)] == [403, 403, 401]


def test_a_school_adds_copies_by_isbn_and_never_uses_a_label_twice(desk: httpx.Client) -> None:
    assert desk.post("/api/v1/copies", json={"isbn": "0-306-40615-2"}).json()["code"] == "isbn-unknown"
    first = desk.post("/api/v1/copies", json={"isbn": "0-306-40615-2", "title": "Sách có ISBN"}).json()["copies"][0]
    second = desk.post("/api/v1/copies", json={"isbn": "9780306406157", "shelf": "T 510"}).json()["copies"][0]
    assert (second["work_id"], second["accession"]) == (first["work_id"], first["accession"] + 1)
    for wish, code in (
        ({"isbn": "123"}, "isbn-wrong"),
        ({}, "title-needed"),
        ({"title": "A", "barcodes": [first["barcode"]]}, "barcode-taken"),
        ({"title": "A", "barcodes": ["M-1", "M-1"]}, "barcode-taken"),
    ):
        assert desk.post("/api/v1/copies", json=wish).json()["code"] == code
    work = desk.get(f"/api/v1/works/{first['work_id']}").json()
    assert (work["version_id"], work["copies"]) == (
        None,
        [{"school": {"code": "AA", "name": "Trường AA"}, "free": 2, "total": 2, "shelf": "T 510", "mine": True}],
    )
    assert "Còn 2 trên 2 cuốn" in desk.get(f"/tl/{first['work_id']}").text


def test_a_title_that_another_school_gave_is_shown_and_asked_about(town: RunningHouse, desk: httpx.Client) -> None:
    isbn, wish = "9786040350008", {"isbn": "978-604-0-35000-8"}
    with enter(town, "thu.thu.bb") as other:
        theirs = (
            other.post("/api/v1/copies", json={**wish, "title": "Tên của trường B"})
            .raise_for_status()
            .json()["copies"][0]["work_id"]
        )
    refused = desk.post("/api/v1/copies", json=wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "title-to-confirm")
    assert "“Tên của trường B”, do Trường BB ghi" in refused.json()["vi"]
    found = desk.get("/api/v1/copies/titles", params=wish).json()["titles"]
    told = {
        "work_id": theirs,
        "title": "Tên của trường B",
        "authors": None,
        "unit": {"code": "BB", "name": "Trường BB"},
        "whose": "other",
    }
    assert found == [told]
    assert desk.get("/api/v1/copies/titles", params={"isbn": "123"}).json()["code"] == "isbn-wrong"

    page = desk.post("/kho", data={"isbn": isbn, "count": "1"})
    assert (
        page.status_code == 409
        and "Cuốn nào đúng" in page.text
        and f'name="known" value="{theirs}" required' in page.text
    )
    empty = desk.post("/kho", data={"isbn": isbn, "count": "1", "known": "another"})
    assert empty.status_code == 422 and 'value="another" required checked' in empty.text, "its title is missing yet"
    mine = desk.post("/kho", data={"isbn": isbn, "count": "1", "known": "another", "title": "Tên đúng"})
    assert mine.status_code == 200 and "Đã thêm 1 bản “Tên đúng”." in mine.text
    assert "Đã thêm 1 bản “Tên đúng”." in desk.post("/kho", data={"isbn": isbn, "count": "1"}).text, (
        "no question about the own one"
    )
    assert (
        "Đã thêm 1 bản “Tên của trường B”."
        in desk.post("/kho", data={"isbn": isbn, "count": "1", "known": theirs}).text
    )


def test_a_borrower_sees_their_own_loans_and_nobody_elses(town: RunningHouse, desk: httpx.Client) -> None:
    (label,), card = copies(desk), card_of(desk, "em.9")
    scan(desk, label, card).raise_for_status()
    with enter(town, "em.9") as mine, enter(town, "em.10") as other:
        assert [one["title"] for one in mine.get("/api/v1/me/loans").json()["loans"]] == ["Đất rừng phương Nam"]
        assert other.get("/api/v1/me/loans").json()["loans"] == []
        assert "Đất rừng phương Nam" in mine.get("/toi/muon").text


def test_due_dates_follow_the_schools_own_calendar(desk: httpx.Client) -> None:
    kept = desk.get("/api/v1/desk/calendar").json()
    wish = {"opening_hours": "Thứ Hai – thứ Sáu, 7:30 – 11:00", "open_weekdays": [3], "closed_days": []}
    assert desk.put("/api/v1/desk/calendar", json=wish).json()["open_weekdays"] == [3]
    (label,), card = copies(desk), card_of(desk, "em.11")
    due = scan(desk, label, card).json()["due_at"]
    assert datetime.fromisoformat(due).isoweekday() == 3
    desk.put("/api/v1/desk/calendar", json={"open_weekdays": kept["open_weekdays"]}).raise_for_status()


def test_the_calendar_has_a_page_that_keeps_all_that_was_filled_in(desk: httpx.Client) -> None:
    kept = desk.get("/api/v1/desk/calendar").json()
    days = {"open_weekdays": ["1", "5"], "opening_hours": "Sáng", "last_return_day": "2300-05-28"}
    refused = desk.post("/quay/lich", data={**days, "closed": "hôm nào đó"})
    assert refused.status_code == 422 and 'role="alert"' in refused.text
    for one in ('value="Sáng"', 'value="2300-05-28"', "hôm nào đó</textarea>", 'value="5" checked', 'value="6">'):
        assert one in refused.text, one
    assert desk.get("/api/v1/desk/calendar").json() == kept
    day = (datetime.now() + timedelta(days=40)).date()
    good = {**days, "last_return_day": "", "closed": f"{day:%d/%m/%Y} Hội trường"}
    assert desk.post("/quay/lich", data=good).headers["location"] == "/quay/lich?saved=1"
    page = desk.get("/quay/lich?saved=1").text
    assert f"{day:%d/%m/%Y} Hội trường</textarea>" in page and "Đã lưu." in page
    found = desk.get("/api/v1/desk/calendar").json()
    assert (found["open_weekdays"], found["closed_days"]) == ([1, 5], [day.isoformat()])
    desk.put("/api/v1/desk/calendar", json={"open_weekdays": kept["open_weekdays"]}).raise_for_status()


def test_the_desk_works_without_script(desk: httpx.Client) -> None:
    (label,), card = copies(desk), card_of(desk, "em.8")
    opening, key = str(uuid.uuid4()), str(uuid.uuid4())
    stays = f'name="opened_by" value="{opening}"'
    opened = desk.post("/quay", data={"code": card, "key": opening})
    assert opened.status_code == 200 and stays in opened.text and "<h2>Em Số 8</h2>" in opened.text
    page = desk.post("/quay", data={"code": label, "opened_by": opening, "key": key})
    assert page.status_code == 200 and "Em Số 8 mượn “Đất rừng phương Nam”" in page.text
    assert stays in page.text and "<h2>Em Số 8</h2>" in page.text, "the reader stays at the desk"
    refused = desk.post("/quay", data={"code": "LA-LAM", "opened_by": opening, "key": str(uuid.uuid4())})
    assert refused.status_code == 404 and "chưa có trong kho" in refused.text and stays in refused.text
    assert desk.post(f"/quay/{key}/hoan-tac").headers["location"] == "/quay"


def test_without_script_too_a_card_that_was_not_opened_gives_nothing_to_the_reader_before(desk: httpx.Client) -> None:
    (label,), before, strange = copies(desk), open_card(desk, "em.8"), str(uuid.uuid4())
    wrong = {"code": codes.code_of(codes.PERSON, 999_999), "opened_by": before, "key": strange}
    page = desk.post("/quay", data=wrong)
    assert page.status_code == 404 and f'name="opened_by" value="{strange}"' in page.text
    assert "Thẻ chưa mở được" in page.text and "<h2>Em Số 8</h2>" not in page.text
    copy = desk.post("/quay", data={"code": label, "opened_by": strange, "key": str(uuid.uuid4())})
    assert copy.status_code == 409 and "chưa mở được, nên chưa ghi gì" in copy.text
    assert status_of(desk, label) == "available"


def test_a_page_of_the_release_before_lends_by_the_card_it_carries(desk: httpx.Client) -> None:
    (label,), card = copies(desk), card_of(desk, "em.8")
    page = desk.post("/quay", data={"code": label, "card": card, "key": str(uuid.uuid4())})
    assert "Em Số 8 mượn “Đất rừng phương Nam”" in page.text and f'name="card" value="{card}"' in page.text
    scan(desk, label).raise_for_status()


def open_card(client: httpx.Client, login: str) -> str:
    """The id of the scan of somebody's card."""
    opened = scan(client, login).raise_for_status().json()
    assert opened["kind"] == "patron"
    return str(opened["id"])


def status_of(client: httpx.Client, label: str) -> str:
    found = client.get("/api/v1/copies").raise_for_status().json()["copies"]
    return str(next(one["status"] for one in found if one["barcode"] == label))


def test_a_copy_goes_to_the_reader_whose_card_was_opened_whoever_came_since(desk: httpx.Client) -> None:
    first, second = copies(desk, 2)
    lan, minh = open_card(desk, "em.12"), open_card(desk, "em.13")
    late = scan(desk, first, opened_by=lan).json()
    assert (late["kind"], late["borrower"]["name"]) == ("lent", "Em Số 12"), "the card of another was opened meanwhile"
    assert scan(desk, second, opened_by=minh).json()["borrower"]["name"] == "Em Số 13"
    both = scan(desk, scan(desk, "em.13").json()["borrower"]["card"], card=None).json()
    assert both["borrower"]["loans"] == 1


def test_a_copy_under_a_card_that_was_not_opened_is_refused_and_is_no_return(desk: httpx.Client) -> None:
    (label,), reader = copies(desk), open_card(desk, "em.12")
    refused = str(uuid.uuid4())
    wish = {"id": refused, "code": codes.code_of(codes.PERSON, 999_999)}
    assert desk.post("/api/v1/desk/scans", json=wish).status_code == 404
    lent = scan(desk, label, opened_by=reader).raise_for_status().json()["id"]
    for opened_by in (refused, str(uuid.uuid4()), lent):  # refused; never seen; of a copy, which is no card
        said = scan(desk, label, opened_by=opened_by)
        assert (said.status_code, said.json()["code"]) == (409, "card-not-open"), opened_by
        assert (
            said.json()["vi"]
            == "Thẻ quét trước cuốn này chưa mở được, nên chưa ghi gì. Quét lại thẻ rồi quét lại sách."
        )
    assert status_of(desk, label) == "on-loan"
    assert scan(desk, label).json()["kind"] == "taken-back"


def test_a_card_opened_at_another_schools_desk_lends_nothing_here(town: RunningHouse, desk: httpx.Client) -> None:
    (label,) = copies(desk)
    with enter(town, "thu.thu.bb") as other:
        theirs = open_card(other, "thu.thu.bb")
    assert scan(desk, label, opened_by=theirs).json()["code"] == "card-not-open"
    assert status_of(desk, label) == "available"


def test_what_was_scanned_at_one_schools_desk_does_nothing_at_anothers(town: RunningHouse, desk: httpx.Client) -> None:
    label = copies(desk)[0]
    with enter(town, "thu.thu.bb") as other:
        strange = scan(other, label, school="AA")
        assert (strange.status_code, strange.json()["code"]) == (403, "not-at-desk"), "a status in which entries wait"
    assert scan(desk, label, school="AA").json()["kind"] == "read-here"


def test_a_card_opened_by_a_colleague_lends_for_the_desk_is_the_schools(town: RunningHouse, desk: httpx.Client) -> None:
    (label,) = copies(desk)
    with enter(town, "thu.thu.aa2") as colleague:
        opened = open_card(colleague, "em.12")
    assert scan(desk, label, opened_by=opened).json()["borrower"]["name"] == "Em Số 12"


def test_an_entry_sent_twice_is_one_though_its_card_is_done_by_then(desk: httpx.Client) -> None:
    (label,), reader = copies(desk), open_card(desk, "em.14")
    wish = {"id": str(uuid.uuid4()), "code": label, "opened_by": reader, "scanned_at": "2026-11-23T08:00:00+07:00"}
    first = desk.post("/api/v1/desk/scans", json=wish)
    scan(desk, label).raise_for_status()
    again = desk.post("/api/v1/desk/scans", json=wish)
    assert (first.status_code, again.status_code, again.json()["kind"]) == (201, 200, "lent")
    assert status_of(desk, label) == "available", "it came back, and was not lent again"
    undone = [desk.post(f"/api/v1/desk/scans/{first.json()['id']}/undo").status_code for _ in range(2)]
    assert undone == [409, 409], "the copy has moved on"


def test_each_line_of_a_copy_tells_all_of_it_and_is_undone_by_itself(desk: httpx.Client) -> None:
    (label,), reader = copies(desk), open_card(desk, "em.14")

    def undo(scan_id: str) -> dict[str, Any]:
        answer = desk.post(f"/api/v1/desk/scans/{scan_id}/undo").raise_for_status().json()
        return {name: answer[name] for name in ("kind", "undone", "undoable")} | {
            "loans": answer["borrower"]["loans"] if answer["borrower"] else None
        }

    lent, back, here = (
        scan(desk, label, opened_by=reader).json(),
        scan(desk, label).json(),
        scan(desk, label).json(),
    )
    lines = {one["id"]: one for one in desk.get("/api/v1/desk").json()["lines"]}
    for one, due in ((lent, True), (back, False), (here, False)):
        line = lines[one["id"]]
        told = (line["title"], line["accession"], line["code"], bool(line["due_at"]), line["undoable"])
        assert told == ("Đất rừng phương Nam", one["accession"], label, due, True)
        assert line["happened_at"] and line["scanned_at"]
    assert undo(here["id"]) == {"kind": "read-here", "undone": True, "undoable": False, "loans": None}
    assert status_of(desk, label) == "available"
    assert undo(back["id"]) == {"kind": "taken-back", "undone": True, "undoable": False, "loans": 1}
    assert undo(lent["id"]) == {"kind": "lent", "undone": True, "undoable": False, "loans": 0}
    assert status_of(desk, label) == "available"


def test_the_desks_clock_is_kept_and_decides_nothing(desk: httpx.Client) -> None:
    plain, slow, fast = copies(desk, 3)
    reader = open_card(desk, "em.15")
    due = scan(desk, plain, opened_by=reader).json()["due_at"]
    long_ago = scan(desk, slow, opened_by=reader, scanned_at="2009-01-01T00:00:00Z").json()
    ahead = scan(desk, fast, opened_by=reader, scanned_at="2101-01-01T00:00:00Z").json()
    assert (long_ago["due_at"], ahead["due_at"]) == (due, due)
    assert long_ago["undoable"] and datetime.fromisoformat(long_ago["scanned_at"]).year == 2009
    lines = {one["id"]: one for one in desk.get("/api/v1/desk").json()["lines"]}
    assert lines[ahead["id"]]["scanned_at"] == lines[ahead["id"]]["happened_at"], "nothing was scanned tomorrow"
