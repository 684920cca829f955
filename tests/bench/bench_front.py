"""The front page of a province with 300,000 titles: how long a visitor and a teacher wait for it, on both databases.

The first view after a start, which has to look at all titles, is told apart from the views after it.
"""

import random
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from library.catalogue.models import Audience, Version, Work, WorkState
from library.database import open_engine, transaction
from library.people import inviting, units
from library.people.models import Unit, UnitKind
from library.people.roles import Role
from library.people.sight import PROVINCE, PUBLIC, person_token, staff_token, unit_token
from library.vocabulary import GRADES, subjects
from tests.bench.figures import median_ms, report_most, took_ms
from tests.services.house import RunningHouse, running
from tests.services.people import enter, person
from tests.services.postgres import Postgres

WORKS, COMMUNES, SCHOOLS, ROUNDS = 300_000, 40, 400, 40
READERS = ("public", "province", "school", "owner"), (50, 30, 15, 5)  # of a hundred works
AT_ONCE = 5000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECTS = [*subjects()]
Row = dict[str, Any]


def main() -> None:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder, Postgres() as server:
        measure("SQLite", Path(folder) / "near", {})
        measure("PostgreSQL", Path(folder) / "far", server.house("front"))


def measure(name: str, home: Path, settings: dict[str, str]) -> None:
    """One house, filled, then started anew so that nothing is remembered."""
    with running(home, **settings) as house:
        furnish(house)
    with running(home, **settings) as house, house.client() as visitor, enter(house, "nam") as teacher:
        for who, client in (("a visitor", visitor), ("a teacher", teacher)):
            viewing(f"front page at {WORKS:,} works for {who} on {name}", client)


def viewing(name: str, client: httpx.Client) -> None:
    """The first view and those after it."""
    client.get("/api/v1/vocabulary").raise_for_status()
    report_most(f"{name}, first view", took_ms(lambda: client.get("/api/v1/home").raise_for_status()), 1000, " ms")
    report_most(f"{name}, median", median_ms(lambda: client.get("/api/v1/home").raise_for_status(), ROUNDS), 50, " ms")


def furnish(house: RunningHouse) -> None:
    """A province of communes and schools with a teacher, and all the works."""
    with house.administrator() as root:
        engine = open_engine(house.database)
        with transaction(engine) as session:
            schools = open_schools(session)
        person(root, "S7", "nam", "teacher")
        fill(engine, schools)
        engine.dispose()


def open_schools(session: Session) -> list[Unit]:
    """Every school in a commune."""
    province = inviting.province(session)
    communes = [
        units.open_unit(session, UnitKind.COMMUNE, f"C{number}", f"Xã {number}", province, by=None, at=BEGAN)
        for number in range(COMMUNES)
    ]
    return [
        units.open_unit(
            session, UnitKind.SCHOOL, f"S{number}", f"Trường {number}", communes[number % COMMUNES], by=None, at=BEGAN
        )
        for number in range(SCHOOLS)
    ]


def fill(engine: Engine, schools: list[Unit]) -> None:
    """Published works with their versions and audiences, without pages, thousands in a statement."""
    with transaction(engine) as session:
        owners = [
            inviting.add_person(session, f"gv.{one.code}", one.name, Role.TEACHER, one, at=BEGAN).id for one in schools
        ]
        province = inviting.province(session).id
    chance = random.Random(7)
    for first in range(0, WORKS, AT_ONCE):
        some = [
            rows(number, schools[number % SCHOOLS], owners[number % SCHOOLS], province, chance)
            for number in range(first, first + AT_ONCE)
        ]
        with transaction(engine) as session:
            for model, place in ((Work, 0), (Version, 1), (Audience, 2)):
                session.execute(insert(model), [row for one in some for row in one[place]])
    with transaction(engine) as session:
        session.execute(text("UPDATE work SET version_id = (SELECT id FROM version WHERE work_id = work.id)"))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as the server does by itself, a little later


def rows(
    number: int, school: Unit, owner: uuid.UUID, province: uuid.UUID, chance: random.Random
) -> tuple[list[Row], list[Row], list[Row]]:
    """A work, its version and its audience, as publishing writes them."""
    work_id, version_id, at = uuid.uuid4(), uuid.uuid4(), BEGAN + timedelta(seconds=number)
    sight = chance.choices(*READERS)[0]
    work = {
        "id": work_id,
        "key": 10_000 + number,
        "unit_id": school.id,
        "owner_id": owner,
        "title": f"Sách số {number}",
        "aliases": [],
        "sight": sight,
        "subject_code": chance.choice(SUBJECTS),
        "grade": chance.choice(GRADES),
        "state": WorkState.PUBLISHED,
        "created_at": at,
        "published_at": at,
        "indexed_revision": 1,
    }
    version = {
        "id": version_id,
        "work_id": work_id,
        "number": 1,
        "kind": "pdf",
        "digest": "0",
        "page_count": 120,
        "created_at": at,
    }
    keepers = [
        person_token(owner),
        *(staff_token(unit_id) for unit_id in (school.id, school.parent_id, province) if unit_id),
    ]
    readers = {"public": [PUBLIC], "province": [PROVINCE], "school": [unit_token(school.id)]}.get(sight, [])
    return [work], [version], [{"work_id": work_id, "token": token, "from_at": at} for token in (*keepers, *readers)]


if __name__ == "__main__":
    main()
