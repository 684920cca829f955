"""What an attack must leave as it was."""

import hashlib

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from library.database import open_engine, reading_session
from tests.stage.town import Town

VOLATILE = ("event", "usage", "sign_in", "failed_sign_in", "notice", "pulse")


def state(town: Town) -> dict[str, str]:
    """A hash of every table that an attack must not change."""
    engine = open_engine(town.house.database)
    with reading_session(engine) as session:
        tables = [name for name in sorted(inspect(session.connection()).get_table_names()) if name not in VOLATILE]
        found = {name: content(session, name) for name in tables}
    engine.dispose()
    return found


def content(session: Session, table: str) -> str:
    rows = sorted(repr(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"')))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
