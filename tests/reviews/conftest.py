"""A school and a session in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library.database import writing_session
from tests.reviews.school import open_school


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = open_school(tmp_path_factory.mktemp("school"))
    yield found
    found.dispose()


@pytest.fixture
def session(engine: Engine, tmp_path: Path) -> Iterator[Session]:
    """Everything a test does is rolled back at its end."""
    with writing_session(engine) as found, found.begin() as whole:
        yield found
        whole.rollback()
