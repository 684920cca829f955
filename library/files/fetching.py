"""A stored file as a local path, for programs that need one (parsers, drawing)."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.files.local import LocalStore
from library.files.store import FileStore


@contextmanager
def local_copy(store: FileStore, key: str) -> Iterator[Path]:
    """The stored file itself where the store is a local disk (read it, never write it), else a copy that is removed afterwards."""
    if isinstance(store, LocalStore):
        yield store.path(key)
        return
    with tempfile.NamedTemporaryFile(prefix="hoclieu-") as copy, store.open(key) as stored:
        shutil.copyfileobj(stored, copy, 1024 * 1024)
        copy.flush()
        yield Path(copy.name)
