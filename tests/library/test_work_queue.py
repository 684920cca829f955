"""The row is the queue: leases, take-over, poison, and a worker that lost its lease."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library import migrations, work_queue
from library.catalogue.models import Deposit
from library.database import open_engine, transaction
from library.people import inviting
from library.people.models import TEACHER
from library.work_queue import LeaseLost

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=61)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/q.db"
    migrations.upgrade(url)
    made = open_engine(url)
    with transaction(made) as session:
        province = inviting.ensure_province(session, "Tỉnh")
        person = inviting.add_person(session, "thay.nam", "Nam", TEACHER, province, at=NOON)
        for name in ("a.pdf", "b.pdf"):
            deposit = Deposit(owner_id=person.id, unit_id=province.id, name=name, size=1, sight="public", approve=False, state="waiting", created_at=NOON)
            work_queue.enqueue(deposit, at=NOON)
            session.add(deposit)
            session.flush()
    yield made
    made.dispose()


def claim(engine: Engine, worker: str, at: datetime) -> tuple[Deposit, work_queue.Lease] | None:
    with transaction(engine) as session:
        return work_queue.claim(session, Deposit, worker=worker, at=at, seconds=60)


def test_two_workers_never_hold_one_row(engine: Engine) -> None:
    first, second, third = (claim(engine, worker, NOON) for worker in ("one", "two", "three"))
    assert first and second and first[0].id != second[0].id
    assert third is None


def test_a_dead_workers_row_is_taken_over_when_its_lease_ends_and_the_dead_one_changes_nothing(engine: Engine) -> None:
    lost, _ = claim(engine, "one", NOON), claim(engine, "two", NOON)
    taken = claim(engine, "three", LATER)
    assert lost and taken
    for act in (work_queue.finish, work_queue.give_back):
        with pytest.raises(LeaseLost), transaction(engine) as session:
            act(session, lost[1])
    with transaction(engine) as session:
        work_queue.finish(session, taken[1])


def test_a_poison_row_is_set_aside_after_three_tries_with_its_reason(engine: Engine) -> None:
    at, aside = NOON, False
    poison: uuid.UUID | None = None
    for _ in range(work_queue.MOST_TRIES):
        found = claim(engine, "one", at)
        assert found and poison in (None, found[0].id)
        poison = found[0].id
        with transaction(engine) as session:
            other = work_queue.claim(session, Deposit, worker="two", at=at, seconds=3600)
            del other
            aside = work_queue.fail(session, found[1], "parser died", at=at)
        at += timedelta(seconds=30)
    assert aside
    assert claim(engine, "one", at) is None
    with Session(engine) as session:
        row = session.get_one(Deposit, poison)
        assert (row.last_error, row.set_aside_at is not None) == ("parser died", True)


def test_work_that_is_given_back_is_free_at_once_and_costs_no_try(engine: Engine) -> None:
    found = claim(engine, "one", NOON)
    assert found
    with transaction(engine) as session:
        work_queue.give_back(session, found[1])
    again = claim(engine, "two", NOON)
    assert again and (again[0].id, again[1].attempt) == (found[0].id, 1)
