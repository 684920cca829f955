"""A stored file as a local path, for programs that need one (parsers, drawing)."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.files.keys import StoreAway
from library.files.local import LocalStore
from library.files.store import FileStore


class FileUnreadable(Exception):
    """The store is there, and gives this one file to nobody."""


@contextmanager
def local_copy(store: FileStore, key: str) -> Iterator[Path]:
    """The stored file itself where the store is a local disk (read it, never write it), else a copy that is removed
    afterwards.

    Raises StoreAway, FileNotFoundError, FileUnreadable.
    """
    if isinstance(store, LocalStore):
        _refuse_unreadable(store, key)
        yield store.path(key)
        return
    with tempfile.NamedTemporaryFile(prefix="hoclieu-") as copy, store.open(key) as stored:
        shutil.copyfileobj(stored, copy, 1024 * 1024)
        copy.flush()
        yield Path(copy.name)


def _refuse_unreadable(store: LocalStore, key: str) -> None:
    """A parser would not know whether the disk is away or the file is broken, so we ask before it does."""
    try:
        with store.open(key) as stored:
            stored.read(1)
    except StoreAway as away:
        store.look()
        raise FileUnreadable(str(away)) from away
