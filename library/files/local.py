"""Files on the local disk, content-addressed: `ab/cd/<sha256>`. What stands under a key is complete and on the disk."""

import hashlib
import io
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


class WrongContent(ValueError):
    """The bytes do not hash to their key."""


@dataclass(frozen=True)
class Stat:
    """What the store knows of one file."""

    size: int  # bytes


class LocalStore:
    """The embedded adapter of the FileStore port."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> None:
        """Bring the bytes beside their final place (a hard link, or a copy across disks), fsync, check the hash unless `hashed`, rename."""
        final = self.path(key)
        if final.exists():
            return
        final.parent.mkdir(parents=True, exist_ok=True)
        growing = final.parent / f".{uuid.uuid4().hex}"
        try:
            _link_or_copy(path, growing)
            _fsync(growing)
            if not hashed and hash_of(growing) != key:
                raise WrongContent(key)
            growing.rename(final)
        finally:
            growing.unlink(missing_ok=True)
        _fsync(final.parent)

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes from `start`; the whole rest when `length` is None."""
        file = self.path(key).open("rb")
        file.seek(start)
        if length is None:
            return file
        with file:
            return io.BytesIO(file.read(length))

    def stat(self, key: str) -> Stat | None:
        """Size, or None."""
        try:
            return Stat(self.path(key).stat().st_size)
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove the file."""
        self.path(key).unlink(missing_ok=True)

    def url(self, key: str, *, seconds: int) -> str | None:
        """The API serves local files itself."""
        return None

    def path(self, key: str) -> Path:
        """Where the file of a key stands. Keys are 64 hexadecimal digits; anything else is a programming error."""
        if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
            raise ValueError("not a key")
        return self.root / key[:2] / key[2:4] / key


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
