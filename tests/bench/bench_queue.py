"""Claims a second against a bare loop of transactions that do the same two writes, on both databases."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, select, text

from library import migrations
from library.catalogue.models import Deposit
from library.database import open_engine, transaction, work_queue
from library.people import inviting
from library.people.roles import Role
from tests.bench.figures import report
from tests.services.postgres import APPLICATION, Postgres

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEFAULTS = {"pages_done": 0, "facts": {}, "warnings": []}
ROWS, SCHOOLS, ROUNDS, SERIES = 10_000, 20, 100, 5


def fill(engine: Engine) -> None:
    """10,000 due rows in twenty schools."""
    with transaction(engine) as session:
        person = inviting.add_person(
            session, "nam", "Nam", Role.TEACHER, inviting.ensure_province(session, "Tỉnh"), at=NOON
        )
        schools = [inviting.ensure_school(session, f"T{number}", at=NOON).id for number in range(SCHOOLS)]
        rows = [
            {
                "owner_id": person.id,
                "unit_id": schools[number % SCHOOLS],
                "name": "a.pdf",
                "size": 1,
                "sight": "public",
                "approve": False,
                "state": "waiting",
                "created_at": NOON,
                "due_at": NOON + timedelta(seconds=number),
                "attempts": 0,
            }
            for number in range(ROWS)
        ]
        session.execute(insert(Deposit), [DEFAULTS | row for row in rows])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def claims(engine: Engine) -> None:
    """Claim and finish, a transaction each."""
    for _ in range(ROUNDS):
        with transaction(engine) as session:
            found = work_queue.claim(session, Deposit, worker="bench", at=NOON + timedelta(days=1), seconds=60)
        assert found
        with transaction(engine) as session:
            work_queue.finish(session, found[1])


def bare(engine: Engine) -> None:
    """Read one row by its key and write it, then write it again: two transactions through the same ORM."""
    with transaction(engine) as session:
        ids = session.scalars(select(Deposit.id).limit(ROUNDS)).all()
    for one in ids:
        with transaction(engine) as session:
            row = session.get_one(Deposit, one, with_for_update=True)
            row.leased_by, row.last_error = "bench", str(time.monotonic())
        with transaction(engine) as session:
            row = session.get_one(Deposit, one)
            row.last_error = None


def rate(act: Callable[[Engine], None], engine: Engine) -> float:
    began = time.perf_counter()
    act(engine)
    return ROUNDS / (time.perf_counter() - began)


def measure(name: str, url: str) -> None:
    """The median of some series, taken in turns."""
    migrations.upgrade(url)
    engine = open_engine(url)
    fill(engine)
    pairs = [(rate(claims, engine), rate(bare, engine)) for _ in range(SERIES)]
    ours, theirs = sorted(pairs, key=lambda pair: pair[0] / pair[1])[SERIES // 2]
    report(
        f"claim and finish with {ROWS:,} rows due, against bare transactions, a second ({name})",
        ours,
        theirs,
        0.5,
        least=True,
    )
    engine.dispose()


def main() -> None:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder, Postgres() as server:
        measure("SQLite", f"sqlite:///{folder}/h.db")
        measure("PostgreSQL", server.database("bench", owner=APPLICATION))


if __name__ == "__main__":
    main()
