"""An upgrade on PostgreSQL: as the owner of the tables, under an advisory lock, in one transaction; readers and writers
of a running house are not made to wait for more than a moment.
"""

from collections.abc import Callable

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from library.database import row_security
from library.database.limits import CONNECT_SECONDS

LOCK = 0x486F636C696575  # "Hoclieu", the advisory lock of all upgrades
LOCK_TIMEOUT = "5s"  # for a table that others use; it fails then and can be tried again
GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
)


def upgrade(url: str, owner: str, act: Callable[[Connection], None]) -> None:
    """Do `act` alone, in one transaction; afterwards the house's own role may use the tables, and nothing more."""
    engine = create_engine(
        owner,
        poolclass=NullPool,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "hoclieu-migrate"},
    )
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            connection.execute(row_security.TELL, row_security.HOUSE.told())
            act(connection)
            grant(connection, make_url(url).username, make_url(owner).username)
    finally:
        engine.dispose()


def grant(connection: Connection, role: str | None, owner: str | None) -> None:
    """Let another role than the owner work with the tables."""
    if role is None or role == owner:
        return
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    for one in GRANTS:
        connection.exec_driver_sql(one.format(role=quoted))
