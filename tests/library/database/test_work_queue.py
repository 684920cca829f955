"""The row is the queue: leases, take-over, poison, and a worker that lost its lease."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from library import migrations
from library.catalogue.models import Deposit
from library.database import open_engine, reading_session, transaction, work_queue
from library.database.work_queue import LeaseLost
from library.notices.models import Notice
from library.people import inviting
from library.people.models import Person
from library.people.roles import Role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=61)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    migrations.upgrade(database_url)
    made = open_engine(database_url)
    with transaction(made) as session:
        province = inviting.ensure_province(session, "Tỉnh")
        person = inviting.add_person(session, "thay.nam", "Nam", Role.TEACHER, province, at=NOON)
        for name in ("a.pdf", "b.pdf"):
            deposit = Deposit(
                owner_id=person.id,
                unit_id=province.id,
                name=name,
                size=1,
                sight="public",
                approve=False,
                state="waiting",
                created_at=NOON,
            )
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
    with reading_session(engine) as session:
        row = session.get_one(Deposit, poison)
        assert (row.last_error, row.set_aside_at is not None) == ("parser died", True)


def test_work_that_is_given_back_is_free_at_once_and_costs_no_try(engine: Engine) -> None:
    found = claim(engine, "one", NOON)
    assert found
    with transaction(engine) as session:
        work_queue.give_back(session, found[1])
    again = claim(engine, "two", NOON)
    assert again and (again[0].id, again[1].attempt) == (found[0].id, 1)


def test_schools_share_the_workers_fairly_however_much_one_of_them_sends(engine: Engine) -> None:
    with transaction(engine) as session:
        owner = session.scalars(select(Deposit.owner_id)).first()
        session.execute(update(Deposit).values(due_at=None))
        for code, count in (("AA", 500), ("BB", 5)):
            school = inviting.ensure_school(session, code, at=NOON)
            for number in range(count):
                session.add(
                    Deposit(
                        owner_id=owner,
                        unit_id=school.id,
                        name=code,
                        size=1,
                        sight="public",
                        approve=False,
                        state="waiting",
                        created_at=NOON,
                        due_at=NOON + timedelta(seconds=number if code == "AA" else 1000),
                        attempts=0,
                    )
                )
    at, working, served = NOON + timedelta(hours=1), list[work_queue.Lease](), list[str]()
    while served.count("BB") < 5:
        found = claim(engine, f"worker {len(served)}", at)
        assert found
        served.append(found[0].name)
        working.append(found[1])
        if len(working) == 4:  # four workers: whoever began first is done first
            with transaction(engine) as session:
                work_queue.finish(session, working.pop(0))
    share = served.count("BB") / len(served)
    assert 0.4 <= share <= 0.6, "two schools that both have work get half each, give or take a fifth"


def test_a_model_without_schools_is_served_oldest_first(engine: Engine) -> None:
    with transaction(engine) as session:
        person = session.scalars(select(Person.id)).one()
        for days in (2, 3, 1):
            session.add(
                Notice(
                    person_id=person, kind=str(days), created_at=NOON, due_at=NOON - timedelta(days=days), attempts=0
                )
            )
    kinds = []
    for _ in range(3):
        with transaction(engine) as session:
            found = work_queue.claim(session, Notice, worker="one", at=NOON, seconds=60)
            assert found
            kinds.append(found[0].kind)
    assert kinds == ["3", "2", "1"]
