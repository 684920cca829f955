"""The rows of the whole house as files, one a table, a line a row, the same for both databases.

They are read in one snapshot while the house goes on, and written back into an empty schema of the same revision, so a
school that has outgrown SQLite comes to PostgreSQL by its backup. What lets somebody in (sign-ins, links) is left out,
and who had a lease has it no more.
"""

import base64
import gzip
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, Connection, Date, LargeBinary, MetaData, Table, Uuid, func, inspect, select, text
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType, TypeEngine

from library.database import Base, UtcDateTime
from library.files.keys import hash_of

LEFT_OUT = frozenset({"sign_in", "invitation", "failed_sign_in", "pulse"})
LEASE = frozenset({"lease_until", "leased_by"})
AT_ONCE = 500  # rows
ENDING = ".jsonl.gz"
KINDS: dict[str, tuple[type[TypeEngine[Any]], Callable[[Any], Any]]] = {
    "moment": (UtcDateTime, datetime.fromisoformat),
    "day": (Date, date.fromisoformat),
    "id": (Uuid, uuid.UUID),
    "bytes": (LargeBinary, base64.b64decode),
    "json": (JSON, lambda value: value),
    "plain": (NullType, lambda value: value),
}
FOREIGN = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', CAST(conrelid AS regclass), conname),
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace)
"""
TRIGGERS = {
    "postgresql": """
    SELECT format('DROP TRIGGER %I ON %s', tgname, CAST(tgrelid AS regclass)), pg_get_triggerdef(pg_trigger.oid)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = CAST(current_schema() AS regnamespace)
    """,
    "sqlite": "SELECT 'DROP TRIGGER \"' || name || '\"', sql FROM sqlite_schema WHERE type = 'trigger'",
}


class Written(NamedTuple):
    """One table's file."""

    rows: int
    sha256: str


def write_all(session: Session, folder: Path) -> dict[str, Written]:
    """Every table into a file of `folder`, as this session's snapshot sees it."""
    tables = [table for name, table in sorted(Base.metadata.tables.items()) if name not in LEFT_OUT]
    return {table.name: _write(session, table, folder / f"{table.name}{ENDING}") for table in tables}


def load_all(connection: Connection, folder: Path, names: Iterable[str]) -> None:
    """The rows of these files instead of whatever the tables hold; the schema stands at the revision that the files are
    of.
    """
    guards = _guards(connection)
    for drop, _ in guards:
        connection.exec_driver_sql(drop)
    for name in inspect(connection).get_table_names():
        if name != "alembic_version":
            connection.execute(Table(name, MetaData()).delete())
    for name in names:
        _load(connection, name, folder / f"{name}{ENDING}")
    for _, add in guards:
        connection.exec_driver_sql(add)
    _count_on(connection, names)


def _write(session: Session, table: Table, path: Path) -> Written:
    rows, dumps = 0, json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_told).encode
    empty = frozenset(place for place, column in enumerate(table.columns) if column.name in LEASE)
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="\n") as file:
        file.write(dumps([[column.name, _kind(column)] for column in table.columns]) + "\n")
        for row in session.connection().execute(select(table), execution_options={"yield_per": AT_ONCE}):
            file.write(dumps([None if place in empty else value for place, value in enumerate(row)]) + "\n")
            rows += 1
    path.chmod(0o600)
    return Written(rows, hash_of(path))


def _kind(column: Column[Any]) -> str:
    return next((name for name, (found, _) in KINDS.items() if isinstance(column.type, found)), "plain")


def _told(value: Any) -> str:
    """What JSON has no word for."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _load(connection: Connection, name: str, path: Path) -> None:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        told: list[tuple[str, str]] = json.loads(next(file))
        columns = [
            Column(column, JSON(none_as_null=True) if kind == "json" else KINDS[kind][0]()) for column, kind in told
        ]
        insert = Table(name, MetaData(), *columns).insert()
        rows = _read(file, told)
        while batch := list(islice(rows, AT_ONCE)):
            connection.execute(insert, batch)


def _read(lines: Iterable[str], told: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            name: None if value is None else KINDS[kind][1](value)
            for (name, kind), value in zip(told, json.loads(line), strict=True)
        }


def _guards(connection: Connection) -> list[tuple[str, str]]:
    """What stands in the way while rows come in any order, as statements that take it away and put it back: the
    triggers of the audit, which lets nobody write a sealed line, and on PostgreSQL the keys between tables, which name
    each other in circles; coming back they look at every row.

    On SQLite keys are off in an upgrade's transaction, and looked at when it ends (migrations/on_sqlite.py).
    """
    kind = connection.dialect.name
    asked = [*([FOREIGN] if kind == "postgresql" else []), TRIGGERS[kind]]
    return [(drop, add) for words in asked for drop, add in connection.execute(text(words))]


def _count_on(connection: Connection, names: Iterable[str]) -> None:
    """The counters of PostgreSQL go on after the highest number that came; SQLite's follow by themselves."""
    if connection.dialect.name != "postgresql":
        return
    for table in (Base.metadata.tables[name] for name in names if name in Base.metadata.tables):
        column = table.autoincrement_column
        sequence = (
            connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if column is not None
            else None
        )
        if column is not None and sequence and (highest := connection.scalar(select(func.max(column)))) is not None:
            connection.execute(select(func.setval(sequence, highest)))
