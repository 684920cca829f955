"""What a deposit may cost in all, whose turn it is, and who may end it."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.commands.importing import keeper
from ingest import reading
from ingest.budget import Allowance, Budget, allowance_for
from ingest.kinds.pdf.kind import PDF
from ingest.parsing.asking import Task
from ingest.worker import deposits
from ingest.worker.deposits import EVERYBODY, Reader
from ingest.worker.hand import Claims, Hand
from library.audit import Event
from library.catalogue import depositing
from library.catalogue.depositing import NotInWork, UnknownDeposit
from library.catalogue.models import DepositState
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from library.people import inviting
from library.people.roles import Role
from library.people.sign_in import Actor, actor_for
from tests.ingest.worker.sent import book, change, pages, read_all, row, warnings, working
from tests.services.waiting import until
from tests.stage import makers

pytestmark = pytest.mark.slow


def test_a_few_thousand_bytes_buy_minutes_and_a_thick_scan_buys_a_day() -> None:
    assert allowance_for(7_500, 2_500) == Allowance(330, 262, 1_030_000_000)
    assert allowance_for(200_000_000, 2_500).seconds == 300 + 60 * 2_500
    assert allowance_for(0, 0) == Allowance(300, 12, 1_000_000_000)


@pytest.mark.parametrize("spent", [{"seconds_spent": 1e6}, {"parsers_died": 1000}, {"pixels_drawn": 10**12}])
def test_a_file_that_has_cost_too_much_comes_to_its_end_and_says_from_which_page_on(
    house: House, tmp_path: Path, spent: dict[str, Any]
) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 17)  # more than are drawn at once
    change(house, deposit_id, **spent)
    read_all(house)
    assert (row(house, deposit_id).state, pages(house), warnings(house, deposit_id)) == (
        DepositState.READY,
        17,
        [("too-much-work", 1)],
    )


def test_what_a_file_has_cost_is_kept(house: House, tmp_path: Path) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 2)
    read_all(house)
    kept = row(house, deposit_id)
    assert 0 < kept.seconds_spent < 300 and kept.parsers_died == 0 and kept.pixels_drawn > 2 * 800 * 1000
    assert warnings(house, deposit_id) == []


def test_a_page_that_kills_costs_two_deaths_and_its_neighbours_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = b"q " + b"0 0 m 100 100 l 50 20 l S " * 6_000_000
    document = makers.pymupdf.open(makers.textbook(tmp_path / "b.pdf", 6))
    for number in (1, 4):
        document.update_stream(document[number].get_contents()[0], huge)
    document.save(tmp_path / "bomb.pdf", deflate=True)
    hasty = replace(PDF, read=Task("ingest.kinds.pdf.read_text", batch=64, start=1, page=0))
    monkeypatch.setattr(reading, "named", lambda _kind: hasty)
    budget = Budget()
    read = list(reading.read_text(tmp_path / "bomb.pdf", range(1, 7), budget=budget))
    assert [page.number for page in read if page.warnings] == [2, 5]
    assert budget.deaths == 4
    budget = Budget(Allowance(deaths=1))
    read = list(reading.read_text(tmp_path / "bomb.pdf", range(1, 7), budget=budget))
    assert ([page.number for page in read if page.text], budget.stopped_at) == ([1], 3), (
        "nothing was left for the third page"
    )


def turn_by_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader that asks after every batch whether others wait."""
    monkeypatch.setattr(deposits, "SLICE", 0.0)
    return Reader(Claims(house))


@pytest.mark.full
def test_a_large_file_gives_way_to_a_new_one_and_goes_on_where_it_was(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = book(house, tmp_path / "a.pdf", 100), book(house, tmp_path / "b.pdf", 1)
    reader = turn_by_turn(house, monkeypatch)
    assert reader.turn()
    half = row(house, large)
    assert (half.state, half.turns, half.attempts, half.lease_until) == (DepositState.WORKING, 1, 0, None)
    read_before = pages(house)
    assert 0 < read_before < 100
    newest = book(house, tmp_path / "c.pdf", 1)
    assert (
        reader.turn()
        and row(house, small).state == DepositState.READY
        and row(house, large).state == DepositState.WORKING
    )
    assert reader.turn() and row(house, newest).state == DepositState.READY, "it came later, and is new"
    read_all(house)
    assert (row(house, large).state, pages(house)) == (DepositState.READY, 102)
    assert warnings(house, large) == []


@pytest.mark.full
def test_however_many_new_files_come_the_large_one_goes_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = book(house, tmp_path / "a.pdf", 100)
    reader = turn_by_turn(house, monkeypatch)
    for number in range(2 * EVERYBODY + 1):
        book(house, tmp_path / f"n{number}.pdf", 1)
        reader.turn()
    assert row(house, large).turns >= 2, "twice in nine turns"
    assert row(house, large).seconds_spent > 0


def actor(house: House, login: str, role: str, code: str) -> Actor:
    with transaction(house.engine) as session:
        unit = inviting.ensure_school(session, code, at=now())
        return actor_for(session, inviting.add_person(session, login, login, role, unit, at=now()), at=now())


def test_its_owner_stops_a_file_in_work_and_the_next_one_is_read(house: House, tmp_path: Path) -> None:
    large, small = book(house, tmp_path / "a.pdf", 150), book(house, tmp_path / "b.pdf", 1)
    change(house, small, turns=1)  # it would not interrupt the large one
    claims = Claims(house)
    with working(Hand("deposits", 0.1, Reader(claims).turn), Hand("leases", 0.1, claims.watch)):
        until(lambda: pages(house) > 0)
        with transaction(house.engine) as session:
            depositing.stop(session, large, by=None, at=now())
        until(lambda: row(house, small).state == DepositState.READY)
        claims.stopping.set()
    stopped = row(house, large)
    assert (stopped.state, stopped.code, stopped.version_id, stopped.lease_until) == (
        DepositState.REFUSED,
        "reading-stopped",
        None,
        None,
    )
    assert pages(house) == 1, "nothing of it stays"


def test_a_file_is_stopped_by_its_owner_and_by_who_looks_after_its_school_and_by_nobody_else(
    house: House, tmp_path: Path
) -> None:
    owner, ours = actor(house, "co.hoa", Role.TEACHER, "AA"), actor(house, "quan.tri.a", Role.ADMINISTRATOR, "AA")
    beside, theirs, above = (
        actor(house, "co.lan", Role.TEACHER, "AA"),
        actor(house, "quan.tri.b", Role.ADMINISTRATOR, "BB"),
        keeper(house, None),
    )

    def waiting() -> uuid.UUID:
        with transaction(house.engine) as session:
            wish: dict[str, Any] = {"name": "a.pdf", "size": 1, "media_type": None, "sight": "public", "approve": False}
            made = depositing.begin(session, **wish, by=owner, at=now(), lasts=house.upload_lasts)
            made.state = DepositState.WAITING
            return made.id

    for by in (beside, theirs):
        deposit_id = waiting()
        with pytest.raises(UnknownDeposit), transaction(house.engine) as session:
            depositing.stop(session, deposit_id, by=by, at=now())
        assert row(house, deposit_id).state == DepositState.WAITING
    for by in (owner, ours, above):
        deposit_id = waiting()
        with transaction(house.engine) as session:
            depositing.stop(session, deposit_id, by=by, at=now())
        with pytest.raises(NotInWork), transaction(house.engine) as session:
            depositing.stop(session, deposit_id, by=by, at=now())
        with reading_session(house.engine) as session:
            [told] = session.scalars(select(Event).where(Event.subject_id == deposit_id, Event.act == "upload-refused"))
            assert told.person_id == by.required().id
