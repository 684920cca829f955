"""The database: engines, sessions and transactions; what the tables have in common."""

from library.database.engine import (
    BIG,
    BUSY_SECONDS,
    Base,
    Identified,
    OneOf,
    UtcDateTime,
    add_missing,
    alone,
    hold,
    open_engine,
    reading_session,
    transaction,
    writing_session,
)

__all__ = [
    "BIG",
    "BUSY_SECONDS",
    "Base",
    "Identified",
    "OneOf",
    "UtcDateTime",
    "add_missing",
    "alone",
    "hold",
    "open_engine",
    "reading_session",
    "transaction",
    "writing_session",
]
