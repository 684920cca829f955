"""A full disk: one refusal, in whatever words the system, the store or the database tells of it.

A share of each disk stays free. Uploads end there; what is left belongs to the database, so that loans and reviews go
on.
"""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from library.errors import Busy

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
SQLITE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
DISK_FULL = "53100"  # sqlstate of PostgreSQL


class DiskFull(Busy):
    code = "disk-full"
    vi = (
        "Máy chủ hết chỗ chứa nên chưa ghi thêm được. Những gì đã nhận vẫn còn nguyên; báo người quản trị rồi làm tiếp "
        "sau."
    )
    en = (
        "The server has run out of space and takes nothing new. What has arrived is kept; tell the administrator and "
        "go on later."
    )


@dataclass(frozen=True)
class Disk:
    """The disk that a folder lies on, and the share of it that stays free."""

    folder: Path
    reserve: float

    def room(self) -> int:
        """How many bytes may come until only the reserve is left; less than none when it is used already."""
        usage = shutil.disk_usage(self.folder)
        return usage.free - int(usage.total * self.reserve)

    def is_full(self) -> bool:
        """Whether nothing new is taken."""
        return self.room() <= 0

    def refuse_beyond(self, size: int) -> None:
        """Raises DiskFull when so many bytes would take of the reserve."""
        if self.room() < size:
            raise DiskFull


def tells_full(error: BaseException | None) -> bool:
    """Whether this is how a full disk is told. Only attributes are read: a house on SQLite never loads the driver of
    PostgreSQL.
    """
    if isinstance(error, OperationalError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code in SQLITE_FULL or getattr(error.orig, "sqlstate", None) == DISK_FULL
    return isinstance(error, OSError) and error.errno in NO_SPACE


@contextmanager
def full_told() -> Iterator[None]:
    """Whoever meets a full disk hears DiskFull; a form keeps what was typed, and the same wish is granted when space
    returns.
    """
    try:
        yield
    except (OSError, OperationalError) as error:
        if tells_full(error):
            raise DiskFull from error
        raise
