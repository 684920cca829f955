"""The port: where renditions live. A key is the SHA-256 of the content, so writing twice is harmless."""

from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from library.files.local import LocalStore
from library.files.local import Stat as Stat


class FileStore(Protocol):
    """What every adapter promises."""

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> None:
        """Keep the bytes of `path` under `key` for good. Raises WrongContent when they hash to something else.

        `hashed`: the caller has just hashed these very bytes, so an adapter need not read them again for that.
        """

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes from `start`. Raises FileNotFoundError."""

    def stat(self, key: str) -> Stat | None:
        """Size, or None when there is no such file."""

    def delete(self, key: str) -> None:
        """Forget the file; harmless when there is none."""

    def url(self, key: str, *, seconds: int) -> str | None:
        """A link that works for `seconds`; None: the API serves it."""


def open_store(url: str) -> FileStore:
    """The store that the URL names."""
    return LocalStore(Path(urlsplit(url).path))
