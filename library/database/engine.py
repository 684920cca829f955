"""The database: engine, sessions, and the base of all tables.

On SQLite a writing transaction opens with BEGIN IMMEDIATE, so that two writers wait for each other instead of failing
late. A reading session cannot write, on either database, and sees one state of the data however many statements it
asks.
"""

import sqlite3
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, MetaData, String, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator, Uuid

from library.database import row_security
from library.database.limits import USUAL, Limits, is_postgres

BUSY_SECONDS = 20
WRITING, READING = "hoclieu_writing", "hoclieu_reading"
ALONE, NO_LONGER = (
    text(f"SELECT pg_{act}(hashtextextended(:name, 1))") for act in ("try_advisory_lock", "advisory_unlock")
)
HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
# a number beyond two thousand million; SQLite's own numbers reach as far
BIG = BigInteger().with_variant(Integer, "sqlite")
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, aware on both sides; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class OneOf(TypeDecorator[StrEnum]):
    """A value of an enum, kept as its text. What only a newer release knows stays text: this one goes on beside it."""

    impl = String
    cache_ok = True

    def __init__(self, values: type[StrEnum]) -> None:
        super().__init__()
        self.values = values
        self._known = {str(one): one for one in values}

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return self._known.get(value, cast("StrEnum", value)) if value is not None else None


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), uuid.UUID: Uuid()}


class Identified:
    """A row with an id of its own that never changes."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def open_engine(url: str, limits: Limits = USUAL) -> Engine:
    """An engine for the database at `url`. SQLite runs in WAL mode with keys enforced and full synchronisation;
    `limits` are PostgreSQL's.

    Errors do not tell the values of their statements, because errors are logged and the values may be names of people
    (see also `logs.discreet`).
    """
    if is_postgres(url):
        from library.database.postgres import open_postgres  # noqa: PLC0415  # a URL's scheme imports its adapter

        return open_postgres(url, limits)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, pool_size=10, max_overflow=10, hide_parameters=True
    )
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Leave transactions to us and set what every connection needs."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "cache_size=-4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Any) -> None:
    """Writers take their lock at once; readers never do."""
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if options.get(READING) else 'OFF'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITING) else "BEGIN")


def reading_session(engine: Engine, *, within: row_security.Place = row_security.HOUSE) -> Session:
    """A session for reading; it takes no lock, sees one state and cannot write. `within`: whose sight of people it
    has.
    """
    options = SNAPSHOT if engine.dialect.name == "postgresql" else {READING: True}
    return Session(
        engine.execution_options(**options), autoflush=False, expire_on_commit=False, info={row_security.PLACE: within}
    )


def writing_session(engine: Engine, *, within: row_security.Place = row_security.HOUSE) -> Session:
    """A session for one writing transaction. `within`: whose sight of people it has."""
    return Session(
        engine.execution_options(**{WRITING: True}), expire_on_commit=False, info={row_security.PLACE: within}
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One writing transaction of the house itself, outside of requests: a job step, a command."""
    with writing_session(engine) as session, session.begin():
        yield session


def hold(session: Session, names: Collection[str]) -> None:
    """Nobody else holds these names until this transaction ends; always taken in one order. On SQLite the one writer is
    hold enough.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in sorted(names):
            session.execute(HOLD, {"name": name})


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[None]:
    """Nobody else on any machine does this meanwhile, however long it takes; whoever dies has left. Raises
    BlockingIOError while somebody else does it.

    Not a transaction, which may not stand idle for so long. On SQLite there is one machine, and its folders have locks
    of their own.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(ALONE, {"name": name}).scalar_one():
            raise BlockingIOError(f"somebody else is at it: {name}")
        try:
            yield
        finally:
            connection.execute(NO_LONGER, {"name": name})


def add_missing(session: Session, model: type[Base], **values: Any) -> bool:
    """The row, unless one with its key is there already, also when somebody else adds it in this moment; returns
    whether it is new.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    done = session.execute(insert(model).values(**values).on_conflict_do_nothing())
    return isinstance(done, CursorResult) and done.rowcount == 1
