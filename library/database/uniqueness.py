"""Two who write the same at the same moment: the one thing about databases that their drivers say each in their own
way.

Only attributes are read, so that a house on SQLite never loads the driver of PostgreSQL.
"""

import sqlite3

from sqlalchemy.exc import IntegrityError

UNIQUE_VIOLATION, EXCLUSION_VIOLATION = "23505", "23P01"  # sqlstates of PostgreSQL
DOUBLED = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


def met_at(error: IntegrityError) -> str | None:
    """The index that two rows met at: its name on PostgreSQL, its columns on SQLite, never what stands in the rows.
    None: another rule was broken.
    """
    found = error.orig
    if getattr(found, "sqlstate", None) in (UNIQUE_VIOLATION, EXCLUSION_VIOLATION):
        return str(found.diag.constraint_name)  # type: ignore[union-attr]
    if getattr(found, "sqlite_errorcode", None) in DOUBLED:
        return str(found).removeprefix("UNIQUE constraint failed: ")
    return None
