"""The port: where renditions live. A key is the SHA-256 of the content, so writing twice is harmless."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from library.files.keys import Stat as Stat
from library.files.local import LocalStore

CHUNK = 1024 * 1024


class FileStore(Protocol):
    """What every adapter promises. Each call may raise StoreAway."""

    def prepare(self) -> None:
        """Make the place where files go when it is missing."""

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> bool:
        """Keep the bytes of `path` under `key` for good. Raises WrongContent when they hash to something else; then
        nothing is kept.

        `hashed`: the caller has just hashed these very bytes, so an adapter need not read them again for that. Returns
        whether they had to be written. What was there already may be an orphan about to be swept, so who hears False
        looks once more in the transaction that names the key (`catalogue/keeping.py`).
        """

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes from `start`. Raises FileNotFoundError."""

    def stat(self, key: str) -> Stat | None:
        """Size and age, or None when there is no such file."""

    def delete(self, key: str) -> None:
        """Forget the file; harmless when there is none."""

    def keys(self, beginning: str) -> Iterator[tuple[str, Stat]]:
        """What is kept under keys with this beginning (two digits at least)."""

    def url(self, key: str, *, seconds: int, name: str, media_type: str) -> str | None:
        """A link to a download called `name` that works for `seconds` (300 at most) without any sign-in; None: the API
        serves it.
        """


def open_store(url: str, public_url: str = "") -> FileStore:
    """The store that the URL names; `public_url`: where browsers may reach it."""
    if urlsplit(url).scheme == "s3":
        from library.files.s3 import S3Store  # noqa: PLC0415  # a house on its own disk does not pay for the client

        return S3Store(url, public_url)
    return LocalStore(Path(urlsplit(url).path))


def is_whole(store: FileStore, key: str, told: Callable[[int], object] = int) -> bool:
    """Whether the stored bytes still hash to their key, read from the store itself. Raises FileNotFoundError.

    `told` hears after each piece how many bytes it had; what it raises ends the reading.
    """
    digest = hashlib.sha256()
    with store.open(key) as stored:
        while chunk := stored.read(CHUNK):
            digest.update(chunk)
            told(len(chunk))
    return digest.hexdigest() == key
