"""A house for each test, on the database that it names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage.in_process import Stage, opened


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Stage]:
    with opened(tmp_path / "var", database_url) as found:
        yield found
