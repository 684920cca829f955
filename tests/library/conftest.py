"""A school and a session in it, and two schools of which one reviews for the other."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library.database import transaction, writing_session
from library.people import inviting
from tests.services.postgres import APPLICATION, Postgres
from tests.stage.school import open_school


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """On each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('school')}/h.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.database(f"school_{uuid.uuid4().hex}", owner=APPLICATION)
    found = open_school(url)
    yield found
    found.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Everything a test does is rolled back at its end."""
    with writing_session(engine) as found, found.begin() as whole:
        yield found
        whole.rollback()


@pytest.fixture
def hub(postgres: Postgres) -> Iterator[Engine]:
    """School BB reviews for school AA."""
    name = f"hub_{uuid.uuid4().hex}"
    engine = open_school(postgres.database(name, owner=APPLICATION))
    with transaction(engine) as session:
        inviting.unit_by_code(session, "AA").hub_id = inviting.unit_by_code(session, "BB").id
    yield engine
    engine.dispose()
    postgres.drop(name)
