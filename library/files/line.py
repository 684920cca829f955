"""The line to a store that may be away, and what its failures mean."""

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from library.files.keys import StoreAway

FULL = {"XMinioStorageFull", "InsufficientStorage", "507"}


class NoSuchRange(Exception):
    """The file ends before the range begins."""


class Line:
    """While the store is away, one caller at a time asks whether it is back; the others hear at once that it is not.

    So a store that swallows connections costs the house one waiting thread, and not all of them.
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self.ask = ask
        self.away = False
        self._asking = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Talk to the store. Raises StoreAway, FileNotFoundError, NoSuchRange, or OSError with ENOSPC."""
        if self.away:
            self._look_again()
        try:
            with told():
                yield
        except StoreAway:
            self.away = True
            raise

    def _look_again(self) -> None:
        if not self._asking.acquire(blocking=False):
            raise StoreAway("the store was away a moment ago")
        try:
            with told():
                self.ask()
            self.away = False
        finally:
            self._asking.release()


@contextmanager
def told() -> Iterator[None]:
    """What the client raises, in the words of the port."""
    try:
        yield
    except S3Error as error:
        raise _meaning(error) from error
    except (MinioException, HTTPError) as error:
        raise StoreAway(f"{type(error).__name__}: {error}") from error


def _meaning(error: S3Error) -> Exception:
    if error.code == "NoSuchKey":
        return FileNotFoundError(error.object_name)
    if error.code == "InvalidRange":
        return NoSuchRange()
    if error.code in FULL:
        return OSError(errno.ENOSPC, "the store is full")
    return StoreAway(f"{error.code}: {error.message}")
