"""Opening an index that may be away: gone, damaged, or held by somebody else; and what its engine's complaints mean."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from search.index import IndexAway, IndexLost

HEAP = 30_000_000  # bytes
READERS_LOCK = ".tantivy-meta.lock"  # the engine holds it for milliseconds, and would wait for it without an end
LOCKED_SECONDS, LOOK = 1.0, 0.02
META = "meta.json"


@contextmanager
def told(meaning: type[IndexAway] = IndexLost) -> Iterator[None]:
    """What the engine complains of, in the words of the port: while reading the index is lost, while writing it is
    away. Another writer is no complaint.
    """
    try:
        yield
    except BlockingIOError:
        raise
    except (ValueError, OSError) as error:
        raise meaning(f"{type(error).__name__}: {error}") from error


def open_reader(folder: Path) -> tantivy.Index:
    """An index that is there. Raises IndexLost, IndexAway; nothing is ever made."""
    with told():
        wait_for_lock(folder)
        index = tantivy.Index.open(str(folder))
        index.config_reader(reload_policy="manual")
    return index


def make(folder: Path, schema: tantivy.Schema) -> None:
    """An empty index, unless there is something. Raises IndexLost."""
    with told():
        if not (folder / META).exists():
            folder.mkdir(parents=True, exist_ok=True)
            tantivy.Index(schema, path=str(folder))


def open_writer(folder: Path) -> tuple[tantivy.Index, tantivy.IndexWriter]:
    """The only writer of an index that is there. Raises BlockingIOError, IndexLost, IndexAway."""
    with told():
        index = open_reader(folder)
        try:
            return index, index.writer(HEAP, 1)
        except ValueError as error:
            if "Lock" in str(error):
                raise BlockingIOError(str(error)) from error
            raise


def wait_for_lock(folder: Path) -> None:
    """Raises IndexAway when somebody keeps the lock that every reader takes for a moment."""
    end = time.monotonic() + LOCKED_SECONDS
    with suppress(FileNotFoundError), (folder / READERS_LOCK).open("rb") as lock:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return
            if time.monotonic() >= end:
                raise IndexAway(f"somebody holds {folder / READERS_LOCK}")
            time.sleep(LOOK)
