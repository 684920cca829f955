"""An opened house whose files are looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from library.house import House, open_house
from library.settings import Settings


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An opened house on its own disk."""
    yield (found := open_house(Settings(home=tmp_path / "var", fixity_mb=0)))
    found.engine.dispose()
