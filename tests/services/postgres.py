"""A real PostgreSQL, Debian's own, in a folder of its own: durable as in production, so that a kill means something; or
hasty, for many small databases.
"""

import shutil
import signal
from pathlib import Path

import psycopg

from tests.services.machinery import Server, missing
from tests.services.waiting import until

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
OWNER, APPLICATION = "hoclieu_owner", "hoclieu"


def binaries() -> Path:
    """The newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parents[1].name))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("postgres")
    return (
        Path(elsewhere).parent if elsewhere else missing("PostgreSQL is not installed (Debian: apt install postgresql)")
    )


class Postgres(Server):
    """PostgreSQL with two roles: one owns the schema, the other, with no special rights, is what the house runs as."""

    name = "postgres"
    setting = "HOCLIEU_DATABASE"
    stop_signal = signal.SIGINT  # the fast shutdown: clients are sent away

    def __init__(self, *, durable: bool = True) -> None:
        self.bin, self.durable = binaries(), durable
        super().__init__()
        self.data = self.folder / "data"

    def prepare(self) -> None:
        self.run(
            str(self.bin / "initdb"),
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-U",
            "postgres",
            "-D",
            str(self.data),
        )

    def command(self) -> list[str]:
        wanted = {**SETTINGS, **({} if self.durable else HASTY), "port": str(self.port)}
        told = [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]
        return [str(self.bin / "postgres"), "-D", str(self.data), *told]

    def settings(self) -> dict[str, str]:
        return self.house("hoclieu")

    def house(self, name: str) -> dict[str, str]:
        """The settings of a house on a new database."""
        return {"HOCLIEU_DATABASE": self.database(name), "HOCLIEU_DATABASE_OWNER": self.url(name, OWNER)}

    def answers(self) -> bool:
        try:
            psycopg.connect(self.plain("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def plain(self, database: str, role: str) -> str:
        """An address for psycopg itself."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def url(self, database: str, role: str = APPLICATION) -> str:
        """An address for HOCLIEU_DATABASE."""
        return self.plain(database, role).replace("postgresql://", "postgresql+psycopg://")

    def execute(self, *statements: str, database: str = "postgres", role: str = "postgres") -> None:
        """Statements of the server's own administrator, each on its own."""
        with psycopg.connect(self.plain(database, role), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def database(self, name: str, *, owner: str = OWNER) -> str:
        """A new, empty database as an operator makes it; its address for the house. By default the house's role does
        not own it.
        """
        with psycopg.connect(self.plain("postgres", "postgres"), autocommit=True) as connection:
            for role in (OWNER, APPLICATION):
                if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                    connection.execute(f"CREATE ROLE {role} LOGIN".encode())
            connection.execute(f"CREATE DATABASE {name} OWNER {owner}".encode())
        return self.url(name)

    def waiting(self, name: str) -> int:
        """How many in a database stand before a lock."""
        with psycopg.connect(self.plain("postgres", "postgres"), autocommit=True) as connection:
            asked = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [name]
            )
            return int((asked.fetchone() or [0])[0])

    def until_waiting(self, name: str, count: int = 1) -> None:
        """Return once so many in a database stand before a lock."""
        until(lambda: self.waiting(name) >= count, seconds=60, otherwise=f"not all of {count} wait")

    def drop(self, name: str) -> None:
        """Away with a database, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
