"""R23: the audit is a chain that only grows; whatever is done to it behind its back is found."""

import itertools
import json
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from library import audit, migrations
from library.audit import Event, sealing
from library.database import open_engine, reading_session, transaction
from library.people import inviting
from library.people.models import Person, Unit
from library.people.roles import Role

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
LINES = 40


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A province with two schools."""
    migrations.upgrade(database_url)
    made = open_engine(database_url)
    with transaction(made) as session:
        inviting.ensure_province(session, "Tỉnh", at=NOON)
        for code in ("AA", "BB"):
            inviting.ensure_school(session, code, at=NOON)
    yield made
    made.dispose()


def unit(session: Session, code: str) -> Unit:
    return inviting.unit_by_code(session, code)


def say(engine: Engine, code: str, count: int) -> None:
    """Some lines about a school."""
    with transaction(engine) as session:
        school = unit(session, code)
        for number in range(count):
            moment = NOON - timedelta(seconds=number)  # the clock goes backward; the order of the lines does not
            audit.tell(
                session,
                "work-published",
                school,
                unit_id=school.id,
                by=uuid.uuid4(),
                at=moment,
                after=f"{number:064x}",
                sight="school",
                nth=number,
            )


def seal_all(engine: Engine) -> None:
    while True:
        with transaction(engine) as session:
            if not sealing.seal(session, at_once=17):
                return


def broken(engine: Engine, known: list[sealing.Head] | None = None) -> list[sealing.Break]:
    with reading_session(engine) as session:
        return sealing.verify(
            session, sorted(sealing.chains(session) | {one.unit_id for one in known or []}, key=str), known or []
        )[0]


def test_each_unit_has_its_own_chain_in_the_order_in_which_the_lines_came(engine: Engine) -> None:
    say(engine, "AA", 5)
    say(engine, "BB", 3)
    seal_all(engine)
    say(engine, "AA", 2)
    seal_all(engine)
    with reading_session(engine) as session:
        school = unit(session, "AA")
        lines = session.scalars(select(Event).where(Event.unit_id == school.id).order_by(Event.place)).all()
        assert [line.place for line in lines] == list(range(1, 9)), "its opening, five lines and two lines"
        assert [line.facts.get("nth") for line in lines] == [None, 0, 1, 2, 3, 4, 0, 1]
        assert lines[0].previous == sealing.genesis(school.id) != sealing.genesis(unit(session, "BB").id)
        assert all(line.previous == before.digest for before, line in itertools.pairwise(lines))
    assert broken(engine) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET facts = '{}' WHERE place = 2",
        "UPDATE event SET person_id = NULL",
        "UPDATE event SET place = NULL, previous = NULL, digest = NULL WHERE place = 2",
        "UPDATE event SET place = 99, previous = 'x', digest = 'y' WHERE place = 2",
        "UPDATE event SET happened_at = '2020-01-01', place = 9, previous = 'x', digest = 'y' WHERE place IS NULL",
        "DELETE FROM event WHERE place = 2",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE place = 2",
        "INSERT INTO event SELECT sequence + 100, '00000000000000000000000000000abc', happened_at, act, unit_id, "
        "person_id, on_behalf_of, subject_kind,"
        " subject_id, before, after, facts, origin, place + 100, 'x', digest FROM event WHERE place = 2",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_line(engine: Engine, statement: str) -> None:
    say(engine, "AA", 3)
    seal_all(engine)
    say(engine, "AA", 1)
    with pytest.raises(IntegrityError, match="append-only"), transaction(engine) as session:
        if engine.dialect.name == "postgresql" and "OR REPLACE" in statement:
            statement = statement.replace("OR REPLACE ", "") + " ON CONFLICT (sequence) DO UPDATE SET facts = '{}'"
        session.execute(text(statement))
    seal_all(engine)
    assert broken(engine) == []


def test_twenty_writers_and_four_sealers_at_once_do_not_fork_a_chain(engine: Engine) -> None:
    writing, done = 20, threading.Event()

    def write(_number: int) -> None:
        for _ in range(5):
            say(engine, "AA", 2)

    def keep_sealing() -> None:
        while not done.is_set():
            with transaction(engine) as session:
                sealing.seal(session, at_once=7)

    sealers = [threading.Thread(target=keep_sealing) for _ in range(4)]
    for sealer in sealers:
        sealer.start()
    with ThreadPoolExecutor(writing) as pool:
        list(pool.map(write, range(writing)))
    done.set()
    for sealer in sealers:
        sealer.join()
    seal_all(engine)
    with reading_session(engine) as session:
        places = session.scalars(
            select(Event.place).where(Event.unit_id == unit(session, "AA").id).order_by(Event.place)
        ).all()
    assert places == list(range(1, writing * 10 + 2))
    assert broken(engine) == []


def test_erasing_a_person_breaks_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        lan = inviting.add_person(session, "lan", "Nguyễn Thị Lan", Role.TEACHER, unit(session, "AA"), at=NOON)
    seal_all(engine)
    with transaction(engine) as session:
        assert "Lan" not in json.dumps([line.facts for line in session.scalars(select(Event))])
        found = session.get_one(Person, lan.id)
        found.name, found.login = "(đã xoá)", uuid.uuid4().hex
    assert broken(engine) == []


def test_lines_that_were_taken_off_the_end_are_found_with_an_exported_head_only(engine: Engine) -> None:
    say(engine, "AA", LINES)
    seal_all(engine)
    with reading_session(engine) as session:
        exported = sealing.heads(session)
    say(engine, "AA", 3)
    seal_all(engine)
    assert broken(engine, exported) == [], "a chain that has grown since is whole"
    behind(
        engine,
        lambda c, _: run(c, "DELETE FROM event WHERE place > :newest AND unit_id = :unit", newest=LINES - 2),
        random.Random(1),
    )
    assert broken(engine) == []
    assert [(one.place, one.how) for one in broken(engine, exported)] == [(LINES - 1, "head-gone")]


def test_a_chain_that_was_written_anew_from_the_start_is_found_with_an_exported_head(engine: Engine) -> None:
    say(engine, "AA", LINES)
    seal_all(engine)
    with reading_session(engine) as session:
        exported = sealing.heads(session)

    def forge(connection: Connection, _chance: random.Random) -> None:
        run(connection, "UPDATE event SET act = 'work-withdrawn' WHERE place = 5 AND unit_id = :unit")
        connection.execute(text("UPDATE event SET place = NULL, previous = NULL, digest = NULL"))

    behind(engine, forge, random.Random(2))
    seal_all(engine)
    assert broken(engine) == []
    assert [one.how for one in broken(engine, exported)] == ["head-gone"]


COLUMNS: dict[str, Callable[[random.Random], Any]] = {
    "happened_at": lambda chance: f"2026-11-22 0{chance.randrange(10)}:00:00.000000",
    "act": lambda chance: chance.choice(["loan-made", "work-withdrawn"]),
    "unit_id": lambda _: uuid.uuid4().hex,
    "person_id": lambda chance: chance.choice([None, uuid.uuid4().hex]),
    "on_behalf_of": lambda _: uuid.uuid4().hex,
    "subject_kind": lambda _: "loan",
    "subject_id": lambda _: uuid.uuid4().hex,
    "before": lambda _: "0" * 64,
    "after": lambda _: None,
    "facts": lambda chance: json.dumps({"sight": "public", "nth": chance.randrange(9)}),
    "origin": lambda _: "somebody-else",
    "id": lambda _: uuid.uuid4().hex,
    "place": lambda chance: 1000 + chance.randrange(9),
    "previous": lambda _: "f" * 64,
    "digest": lambda _: "e" * 64,
}


def edit(connection: Connection, chance: random.Random) -> None:
    column = chance.choice(sorted(COLUMNS))
    run(
        connection,
        f'UPDATE event SET "{column}" = :value WHERE place = :at AND unit_id = :unit',
        value=COLUMNS[column](chance),
        at=inside(chance),
    )


def delete(connection: Connection, chance: random.Random) -> None:
    at = inside(chance)
    gone = run(connection, "SELECT previous FROM event WHERE place = :at AND unit_id = :unit", at=at).scalar_one()
    run(connection, "DELETE FROM event WHERE place = :at AND unit_id = :unit", at=at)
    if chance.random() < 0.7:  # and close the gap
        run(connection, "UPDATE event SET place = -place WHERE place > :at AND unit_id = :unit", at=at)
        run(connection, "UPDATE event SET place = -place - 1 WHERE place < 0 AND unit_id = :unit")
        run(connection, "UPDATE event SET previous = :gone WHERE place = :at AND unit_id = :unit", gone=gone, at=at)


def insert(connection: Connection, chance: random.Random) -> None:
    at = inside(chance)
    run(connection, "UPDATE event SET place = -place - 1 WHERE place >= :at AND unit_id = :unit", at=at)
    run(connection, "UPDATE event SET place = -place WHERE place < 0 AND unit_id = :unit")
    run(
        connection,
        "INSERT INTO event SELECT (SELECT max(sequence) + 1 FROM event), :id, happened_at, :act, unit_id, person_id, "
        "on_behalf_of, subject_kind, subject_id,"
        ' "before", "after", facts, origin,'
        " place - 1, :previous, :digest FROM event WHERE place = :behind AND unit_id = :unit",
        id=uuid.uuid4().hex,
        act=chance.choice(["loan-made", "work-published"]),
        previous=uuid.uuid4().hex,
        digest=uuid.uuid4().hex,
        behind=at + 1,
    )


def reorder(connection: Connection, chance: random.Random) -> None:
    one = inside(chance)
    other = one + 1 if one < LINES else one - 1
    whole = chance.random() < 0.5  # with their hashes, or only the places
    columns = ("place", "previous", "digest") if whole else ("place",)
    rows = {
        at: run(
            connection, f"SELECT sequence, {', '.join(columns)} FROM event WHERE place = :at AND unit_id = :unit", at=at
        ).one()
        for at in (one, other)
    }
    for row in rows.values():
        run(
            connection,
            "UPDATE event SET place = -sequence, previous = :none WHERE sequence = :sequence",
            sequence=row.sequence,
            none=f"-{row.sequence}",
        )
    for row, new in ((rows[one], rows[other]), (rows[other], rows[one])):
        previous = new.previous if whole else None
        values = "place = :place, previous = :previous" + (", digest = :digest" if whole else "")
        run(
            connection,
            f"UPDATE event SET {values} WHERE sequence = :sequence",
            place=new.place,
            previous=previous,
            digest=new.digest if whole else None,
            sequence=row.sequence,
        )


def inside(chance: random.Random) -> int:
    """A place of the chain, not its end: of the end an exported head speaks."""
    return chance.randint(1, LINES - 1)


def run(connection: Connection, statement: str, **values: Any) -> Any:
    unit_id = connection.execute(text("SELECT id FROM unit WHERE code = 'AA'")).scalar_one()
    wanted = {"unit": unit_id, **values}
    return connection.execute(
        text(statement), {name: value for name, value in wanted.items() if f":{name}" in statement}
    )


def behind(engine: Engine, act: Callable[[Connection, random.Random], None], chance: random.Random) -> None:
    """What somebody with the database's own password can do: no triggers any more."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        else:
            for name in (
                connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"))
                .scalars()
                .all()
            ):
                connection.execute(text(f"DROP TRIGGER {name}"))
        act(connection, chance)


def test_two_hundred_seeded_edits_deletions_insertions_and_reorderings_are_all_found(engine: Engine) -> None:
    say(engine, "AA", LINES - 1)
    say(engine, "BB", 5)
    seal_all(engine)
    behind(engine, lambda *_: None, random.Random(0))
    whole, missed = broken(engine), []
    for seed in range(200):
        act, chance = (edit, delete, insert, reorder)[seed % 4], random.Random(seed)
        with engine.connect() as connection, connection.begin() as trial, Session(connection) as session:
            act(connection, chance)
            found, _ = sealing.verify(session, [unit(session, "AA").id])
            trial.rollback()
        if len(found) != 1:
            missed.append((seed, act.__name__))
    assert (whole, missed) == ([], [])
    assert broken(engine) == [], "every trial was taken back"
