"""What uploads leave behind: complete ones whose process died, expired ones, and files and rows that lost each other.

Two rules keep the sweep from whoever is still at work. It lists the folder before it reads the rows, so that what
begins meanwhile is no business of this sweep. And it leaves alone what is younger than five minutes: a file lies there
before its row can be read, and somebody may just be filling it.
"""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from ingest.receiving import uploading
from library.catalogue.models import Deposit, DepositState
from library.database import reading_session
from library.errors import Refusal
from library.files.keys import StoreAway
from library.house import House

log = structlog.get_logger()
YOUNG = timedelta(minutes=5)


@dataclass(frozen=True)
class Staged:
    """A file in the folder of running uploads, as it was listed."""

    upload: uuid.UUID
    path: Path
    changed_at: datetime


def sweep(house: House, *, at: datetime) -> None:
    """Accept uploads that were complete when a process died, forget expired ones, and remove files that no row
    knows.
    """
    files = list(staged(house.settings.staging))
    with reading_session(house.engine) as session:
        open_ones = {
            row.id: row for row in session.scalars(select(Deposit).where(Deposit.state == DepositState.RECEIVING))
        }
    for file in files:
        deposit = open_ones.pop(file.upload, None)
        if file.changed_at <= at - YOUNG:
            one_of_many(partial(settle, house, file, deposit, at=at), file.upload)

    for deposit in open_ones.values():
        if deposit.created_at <= at - YOUNG:  # without its file: it was given up
            one_of_many(partial(uploading.drop, house, deposit.id, at=at), deposit.id)


def one_of_many(act: Callable[[], None], upload: uuid.UUID) -> None:
    """Whatever breaks in one, the others are swept. Raises what all of them would meet: a store or a database that is
    away.
    """
    try:
        act()
    except (Refusal, FileNotFoundError):
        return  # somebody else has it in hand, or was faster
    except (StoreAway, OperationalError):
        raise
    except Exception:
        log.exception("upload-not-swept", upload=str(upload))


def settle(house: House, file: Staged, deposit: Deposit | None, *, at: datetime) -> None:
    """One file that nobody has touched for a while. Raises Refusal, FileNotFoundError."""
    if deposit is None:
        file.path.unlink()
        return
    with uploading.locked(house, file.upload):
        if deposit.size and file.path.stat().st_size == deposit.size:
            uploading.finish(house, deposit.id, at=at)
        elif deposit.expires_at is not None and deposit.expires_at <= at:
            uploading.drop(house, deposit.id, at=at)


def staged(folder: Path) -> Iterator[Staged]:
    """The files of running uploads; what has another name is none of ours."""
    for path in folder.iterdir():
        with contextlib.suppress(ValueError, FileNotFoundError):
            upload, stat = uuid.UUID(path.name), path.stat()
            yield Staged(upload, path, datetime.fromtimestamp(stat.st_mtime, UTC))
