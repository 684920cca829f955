"""Files on the local disk, content-addressed: `ab/cd/<sha256>`. What stands under a key is complete and on the disk."""

import errno
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from library.files.keys import Stat, StoreAway, WrongContent, check_key, hash_of

AWAY = {
    errno.EROFS,
    errno.EIO,
    errno.EACCES,
    errno.EPERM,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.ENODEV,
    errno.ENXIO,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
}


class LocalStore:
    """The embedded adapter of the FileStore port."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prepare()

    def prepare(self) -> None:
        """Make the folder."""
        with told():
            self.root.mkdir(parents=True, exist_ok=True)

    def look(self) -> None:
        """Whether the folder can be read at all. Raises StoreAway."""
        with told():
            os.scandir(self.root).close()

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> bool:
        """Bring the bytes beside their final place (a hard link, or a copy across disks), fsync, check the hash unless
        `hashed`, rename.
        """
        with told():
            final = self.path(key)
            if final.exists():
                return False
            final.parent.mkdir(parents=True, exist_ok=True)
            _bring(path, final, key=None if hashed else key)
            _fsync(final.parent)
        return True

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes from `start`; the whole rest when `length` is None."""
        with told():
            file = self.path(key).open("rb", buffering=0)
            file.seek(start)
            left = os.fstat(file.fileno()).st_size - start if length is None else length
        return cast(BinaryIO, Piece(file, max(0, left)))

    def stat(self, key: str) -> Stat | None:
        """Size and age, or None."""
        try:
            with told():
                return _stat(self.path(key))
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove the file."""
        with told():
            self.path(key).unlink(missing_ok=True)

    def keys(self, beginning: str) -> Iterator[tuple[str, Stat]]:
        """What is kept, folder by folder; what is still growing has a dot before its name."""
        with told():
            for path in (self.root / beginning[:2]).glob(f"{beginning[2:4]}*/[!.]*"):
                if path.name.startswith(beginning) and (stat := self.stat(path.name)):
                    yield path.name, stat

    def url(self, key: str, *, seconds: int, name: str, media_type: str) -> str | None:
        """The API serves local files itself."""
        return None

    def path(self, key: str) -> Path:
        """Where the file of a key stands."""
        check_key(key)
        return self.root / key[:2] / key[2:4] / key


class Piece(io.RawIOBase):
    """The next `length` bytes of an open file, as a file."""

    def __init__(self, file: io.FileIO, length: int) -> None:
        self.file, self.left = file, length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with told():
            count = self.file.readinto(memoryview(buffer)[: self.left]) or 0
        self.left -= count
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


@contextmanager
def told() -> Iterator[None]:
    """What the system says of a disk that cannot work now (read-only, unplugged, a server that is gone), in the words
    of the port.
    """
    try:
        yield
    except StoreAway:
        raise
    except OSError as error:
        if error.errno in AWAY:
            raise StoreAway(error.errno, os.strerror(error.errno)) from error
        raise


def _bring(path: Path, final: Path, *, key: str | None) -> None:
    """Bring the bytes beside their final place, and there once they are on the disk and hash to `key`."""
    growing = final.parent / f".{uuid.uuid4().hex}"
    try:
        _link_or_copy(path, growing)
        _fsync(growing)
        if key is not None and hash_of(growing) != key:
            raise WrongContent(key)
        growing.rename(final)
    finally:
        growing.unlink(missing_ok=True)


def _stat(path: Path) -> Stat:
    found = path.stat()
    # a link keeps the age of what it links to, but is new itself
    return Stat(found.st_size, datetime.fromtimestamp(found.st_ctime, UTC))


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
