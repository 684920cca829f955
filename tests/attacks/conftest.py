"""The stage of the attacks: one town for all of them."""

import hashlib
import sqlite3
from collections.abc import Iterator

import pytest

from tests.matrix.town import Town, build
from tests.services.house import running

VOLATILE = ("event", "usage", "sign_in", "failed_sign_in", "sqlite_sequence", "notice", "pulse")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("attacks")
    with running(folder / "var") as house:
        yield build(house, folder)


def state(town: Town) -> dict[str, str]:
    """A hash of every table that an attack must not change."""
    with sqlite3.connect(f"file:{town.house.home}/hoclieu.db?mode=ro", uri=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: content(connection, name) for name in tables if name not in VOLATILE}


def content(connection: sqlite3.Connection, table: str) -> str:
    rows = sorted(repr(row) for row in connection.execute(f'SELECT * FROM "{table}"'))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
