"""A school and a session in it."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library.database import writing_session
from tests.reviews.school import open_school
from tests.services.postgres import APPLICATION, Postgres


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
