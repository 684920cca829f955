"""What a key is, what a store knows of it, and what may go wrong."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HEX = set("0123456789abcdef")


class WrongContent(ValueError):
    """The bytes do not hash to their key."""


class StoreAway(OSError):
    """The store does not answer, or answers that it cannot work now. Nobody's file is at fault: try again later."""


@dataclass(frozen=True)
class Stat:
    """What the store knows of one file."""

    size: int  # bytes
    kept_at: datetime


def check_key(key: str) -> str:
    """The key itself. Keys are 64 hexadecimal digits; anything else is a programming error."""
    if len(key) != 64 or not set(key) <= HEX:
        raise ValueError("not a key")
    return key


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
