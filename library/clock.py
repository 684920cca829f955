"""The moment is an argument everywhere; only the edges of the house ask for it here."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
