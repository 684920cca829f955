"""How much there is to see: numbers that may lag a minute, and that nobody hears who may not see what they count."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from library.catalogue import overviews
from library.catalogue.models import Audience, Work
from library.catalogue.overviews import LASTS, MOST_KEPT, RENEWED, Overview, Overviews
from library.database import reading_session, transaction
from library.people.sight import PROVINCE, PUBLIC, VISITOR, Sight
from tests.stage.shelf import Shelf, published

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
LAN, MINH = (
    Sight(frozenset({PUBLIC, PROVINCE, f"unit:{school}", f"person:{name}"}))
    for school, name in (("a", "lan"), ("b", "minh"))
)


@pytest.fixture
def shelf(tmp_path: Path, database_url: str) -> Iterator[Shelf]:
    made = Shelf(tmp_path, database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A province in which every count is worth remembering."""
    monkeypatch.setattr(overviews, "MANY", 1)


def add(shelf: Shelf, number: int, *tokens: str, subject: str = "toan", until_at: datetime | None = None) -> None:
    """A work of two pages, open to these tokens."""
    told = {
        "key": number,
        "unit_id": shelf.unit_id,
        "owner_id": shelf.owner_id,
        "title": f"Sách {number}",
        "subject_code": subject,
        "grade": 8,
    }
    with transaction(shelf.engine) as session:
        work = published(session, ["một", "hai"], created_at=NOON - LASTS, **told)
        session.execute(delete(Audience).where(Audience.work_id == work.id))
        session.add_all(
            Audience(work_id=work.id, token=token, from_at=NOON - LASTS, until_at=until_at) for token in tokens
        )


def seen(shelf: Shelf, counting: Overviews, sight: Sight, after: timedelta = timedelta()) -> Overview:
    with reading_session(shelf.engine) as session:
        return counting.of(session, sight, at=NOON + after)


def test_each_work_that_may_be_seen_is_counted_once_however_many_tokens_open_it(shelf: Shelf) -> None:
    add(shelf, 1, PUBLIC, "unit:a", "person:lan")
    add(shelf, 2, PROVINCE, "unit:b")
    add(shelf, 3, "unit:a", "person:lan", subject="van")
    add(shelf, 4, "unit:b")
    add(shelf, 5)
    add(shelf, 6, PUBLIC, until_at=NOON)
    for counting in (Overviews(), Overviews()):
        assert seen(shelf, counting, LAN) == Overview(3, 6, {"toan": 2, "van": 1}, {8: 3})
        assert seen(shelf, counting, MINH) == Overview(3, 6, {"toan": 3}, {8: 3})
        assert seen(shelf, counting, VISITOR) == Overview(1, 2, {"toan": 1}, {8: 1})
        assert seen(shelf, counting, Sight(frozenset({"unit:b"}))).works == 2
    with transaction(shelf.engine) as session:
        session.execute(update(Work).where(Work.key == 1).values(state="withdrawn"))
    assert seen(shelf, Overviews(), VISITOR) == Overview()


@pytest.mark.usefixtures("large")
def test_what_is_published_or_runs_out_shows_in_the_numbers_after_a_minute_at_the_latest(shelf: Shelf) -> None:
    counting = Overviews()
    add(shelf, 1, PUBLIC)
    add(shelf, 2, PUBLIC, until_at=NOON + MOMENT)
    add(shelf, 3, "unit:a")
    assert (seen(shelf, counting, VISITOR).works, seen(shelf, counting, LAN).works) == (2, 3)
    add(shelf, 4, PUBLIC, subject="van")
    add(shelf, 5, PUBLIC, subject="van")
    add(shelf, 6, "unit:a")
    assert (seen(shelf, counting, VISITOR, MOMENT).works, seen(shelf, counting, LAN, MOMENT).works) == (2, 3)
    assert seen(shelf, counting, VISITOR, LASTS) == Overview(3, 6, {"toan": 1, "van": 2}, {8: 3})
    assert seen(shelf, counting, LAN, LASTS).works == 5
    assert seen(shelf, counting, VISITOR, -LASTS).works == 4, "a clock that was set back remembers nothing"


@pytest.mark.usefixtures("large")
def test_a_number_that_is_told_again_does_not_live_longer_for_it(shelf: Shelf) -> None:
    counting = Overviews()
    add(shelf, 1, PUBLIC)
    assert seen(shelf, counting, VISITOR).works == 1
    add(shelf, 2, PUBLIC)
    steps = [seen(shelf, counting, VISITOR, RENEWED * part / 3).works for part in (1, 2)]
    assert [*steps, seen(shelf, counting, VISITOR, RENEWED).works] == [1, 1, 2]


def test_a_few_works_are_counted_anew_each_time(shelf: Shelf) -> None:
    counting = Overviews()
    for number in (1, 2):
        add(shelf, number, PUBLIC)
        assert (seen(shelf, counting, VISITOR).works, seen(shelf, counting, LAN).works) == (number, number)
    assert counting.kept == {}


@pytest.mark.usefixtures("large")
def test_a_number_is_never_told_to_somebody_who_may_not_see_what_it_counts(shelf: Shelf) -> None:
    counting = Overviews()
    add(shelf, 1, PUBLIC)
    add(shelf, 2, PROVINCE)
    add(shelf, 3, "unit:a")
    add(shelf, 4, "person:lan")
    colleague = Sight(LAN.tokens - {"person:lan"} | {"person:hoa"})
    expected = {LAN: 4, colleague: 3, MINH: 2, VISITOR: 1}
    for _ in range(2):
        assert {sight: seen(shelf, counting, sight).works for sight in expected} == expected
        assert {sight: seen(shelf, counting, sight).works for sight in reversed(expected)} == expected


@pytest.mark.usefixtures("large")
def test_however_many_people_ask_only_some_numbers_are_kept(shelf: Shelf) -> None:
    counting = Overviews()
    tokens = [f"person:{number}" for number in range(MOST_KEPT + 10)]
    add(shelf, 1, PUBLIC)
    add(shelf, 2, *tokens)
    assert {seen(shelf, counting, Sight(frozenset({PUBLIC, token}))).works for token in tokens} == {2}
    assert len(counting.kept) == MOST_KEPT
    assert set(counting.turns) == {frozenset({PUBLIC})}


@pytest.mark.usefixtures("large")
def test_while_one_counts_anew_the_others_hear_the_old_number_for_the_rest_of_the_minute(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "PATIENCE", 0.01)
    counting = Overviews()
    add(shelf, 1, PUBLIC)
    assert seen(shelf, counting, VISITOR).works == 1
    add(shelf, 2, PUBLIC)
    with counting.turns[VISITOR.tokens]:
        assert seen(shelf, counting, VISITOR, RENEWED).works == 1
        assert seen(shelf, counting, VISITOR, LASTS).works == 2, "nobody waits for ever"


@pytest.mark.usefixtures("large")
def test_of_many_who_come_at_once_one_counts_and_all_hear_the_number(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "PATIENCE", 300)
    counting, counted = Overviews(), []
    add(shelf, 1, PUBLIC)

    @event.listens_for(shelf.engine, "before_cursor_execute")
    def slowly(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "GROUP BY" in statement:
            counted.append(statement)
            time.sleep(0.1)  # the others have come

    with ThreadPoolExecutor(5) as people:
        assert [one.works for one in people.map(lambda _: seen(shelf, counting, VISITOR), range(5))] == [1] * 5
    assert len(counted) == 1
