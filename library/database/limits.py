"""What one process may take of a database server; apart from its driver, which a house without a server never loads."""

from dataclasses import dataclass

SCHEME = "postgresql+psycopg"
CONNECT_SECONDS = 2  # the least that libpq knows


@dataclass(frozen=True)
class Limits:
    """What one process may take of the server, and how long anything may last."""

    connections: int = 16
    statement_seconds: float = 30
    lock_seconds: float = 10
    idle_seconds: float = 60  # a transaction that does nothing
    answer_seconds: float = 1.0  # how long a silent server may think when it is asked whether it is there

    def options(self) -> str:
        """As the server takes them when a connection begins."""
        told = {
            "statement_timeout": self.statement_seconds,
            "lock_timeout": self.lock_seconds,
            "idle_in_transaction_session_timeout": self.idle_seconds,
        }
        return " ".join([*(f"-c {name}={int(seconds * 1000)}" for name, seconds in told.items()), "-c TimeZone=UTC"])


USUAL = Limits()


def is_postgres(url: str) -> bool:
    """Whether this address is a PostgreSQL."""
    return url.startswith(f"{SCHEME}://")
