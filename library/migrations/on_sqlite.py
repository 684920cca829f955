"""An upgrade on SQLite: on a connection of its own with foreign keys off (with keys on, `batch_alter_table` empties
child tables silently), which are checked at the end, all in one transaction.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, create_engine, event

from library.database import BUSY_SECONDS


def upgrade(url: str, act: Callable[[Connection], None]) -> None:
    """Do `act` alone, in one transaction."""
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS * 6})
    event.listen(engine, "connect", _by_hand)
    event.listen(engine, "begin", _exclusively)
    try:
        with engine.connect() as connection, connection.begin():
            act(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration would break {len(broken)} references")
    finally:
        engine.dispose()


def _by_hand(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's own connection
    connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]


def _exclusively(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
