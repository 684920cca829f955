"""The stage of the attacks: one town for all of them."""

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import create_app
from library.database import open_engine, reading_session
from library.house import open_house
from library.settings import Settings
from tests.attacks.inside import PEOPLE, Inside, furnish
from tests.matrix.town import Town, build
from tests.services.house import running

VOLATILE = ("event", "usage", "sign_in", "failed_sign_in", "notice", "pulse")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("attacks")
    with running(folder / "var") as house:
        yield build(house, folder)


@pytest.fixture(scope="session")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    house = open_house(Settings(home=tmp_path_factory.mktemp("inside") / "var"))
    furnish(house)
    with TestClient(create_app(house)) as client:
        stage = Inside(house, client)
        stage.enter("goc", *PEOPLE)
        yield stage


def state(town: Town) -> dict[str, str]:
    """A hash of every table that an attack must not change."""
    engine = open_engine(town.house.database)
    with reading_session(engine) as session:
        tables = [name for name in sorted(inspect(session.connection()).get_table_names()) if name not in VOLATILE]
        found = {name: content(session, name) for name in tables}
    engine.dispose()
    return found


def content(session: Session, table: str) -> str:
    rows = sorted(repr(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"')))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
