"""Counts of use: exact inside sums, small figures told to nobody, and never in the way of a reader."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from library import migrations, usage
from library.database import open_engine, reading_session, transaction
from library.usage import FEW, UNTOLD, Counting, Figures, Told

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    migrations.upgrade(database_url)
    made = open_engine(database_url)
    yield made
    made.dispose()


def write(engine: Engine, counting: Counting) -> None:
    with transaction(engine) as session:
        usage.add(session, counting.take())


def test_counts_add_up_by_work_school_and_local_day(engine: Engine) -> None:
    work, school, counting = uuid.uuid4(), uuid.uuid4(), Counting()
    for _ in range(2):
        for _ in range(3):
            counting.note(usage.VIEWS, work, school, at=NOON)
        counting.note(usage.READS, work, school, at=NOON.replace(hour=18))  # the next day in Hà Nội
        counting.note(usage.DOWNLOADS, work, None, at=NOON)
        write(engine, counting)
    with reading_session(engine) as session:
        assert usage.of_work(session, work) == {school: Figures(6, 2, 0), usage.NO_SCHOOL: Figures(0, 0, 2)}
        assert usage.of_work(session, work, since=NOON.date() + timedelta(days=1)) == {school: Figures(0, 2, 0)}
        assert usage.total(usage.of_work(session, work)) == Figures(6, 2, 2)
        assert usage.of_work(session, uuid.uuid4()) == {}


def test_what_could_not_be_written_is_written_later() -> None:
    work, counting = uuid.uuid4(), Counting()
    counting.note(usage.VIEWS, work, None, at=NOON)
    lost = counting.take()
    counting.note(usage.VIEWS, work, None, at=NOON)
    counting.put_back(lost)
    assert [counts["views"] for counts in counting.take().values()] == [2]
    assert counting.take() == {}


def test_memory_is_bounded_and_known_cells_go_on_counting() -> None:
    first, counting = uuid.uuid4(), Counting()
    for work in (first, *(uuid.uuid4() for _ in range(usage.MOST_CELLS + 10)), first):
        counting.note(usage.VIEWS, work, None, at=NOON)
    cells = counting.take()
    assert len(cells) == usage.MOST_CELLS
    assert cells[first, usage.NO_SCHOOL, NOON.date()]["views"] == 2


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ([], []),
        ([4], [FEW]),
        ([5], [5]),
        ([30, 20, 10], [30, 20, 10]),
        ([30, 20, 3], [30, UNTOLD, FEW]),  # with the sum of 53 the 3 could be worked out
        ([30, 4, 3], [30, FEW, FEW]),
        ([0, 7], [FEW, UNTOLD]),
    ],
)
def test_attack_21_parts_of_a_sum_do_not_give_a_small_one_away(figures: list[int], told: list[Told]) -> None:
    assert usage.told_apart(figures) == told
