"""What all hands of the worker have in common: they take turns, they claim rows, and they outlive whatever breaks.

A new hand is a file with a turn in it and a word in `worker.py`.
"""

import contextlib
import errno
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ingest.house import House
from library import work_queue
from library.clock import now
from library.database import transaction
from library.files.keys import StoreAway
from library.logs import new_request_id
from library.work_queue import Lease, LeaseLost, Workable

log = structlog.get_logger()
AWAY_SECONDS = 1.0  # between two looks for what is away
LONGEST_PAUSE = 60.0  # seconds after turns that broke, one after the other: never a hot loop
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

Row = TypeVar("Row", bound=Workable)
Aside = Callable[[Session, Workable, datetime], None]


class Stopped(Exception):
    """The worker has been told to stop in the middle of a row; the row is given back and costs no try."""


@dataclass
class Hand:
    """One kind of work beside the others. A turn does one thing and says whether there was one; after an empty turn it pauses (seconds)."""

    name: str
    pause: float
    turn: Callable[[], bool]
    end: Callable[[], None] = lambda: None  # gives back what the turns hold open
    broken: int = 0  # turns, one after the other

    def work(self, stopping: threading.Event) -> None:
        """Take turns until stopped."""
        try:
            while not stopping.is_set():
                stopping.wait(self.take_turn())
        finally:
            self.end()

    def take_turn(self) -> float:
        """One turn; returns how long to pause after it. Nothing that breaks in it ends the hand."""
        try:
            pause = 0.0 if self.turn() else self.pause
        except OperationalError as away:
            log.warning("database-away", hand=self.name, error=str(away.orig))
            return AWAY_SECONDS
        except StoreAway as away:
            log.warning("store-away", hand=self.name, reason=str(away))
            return max(self.pause, AWAY_SECONDS)
        except Exception:
            self.broken += 1
            log.exception("turn-broken", hand=self.name, times=self.broken)
            return min(AWAY_SECONDS * 2.0 ** min(self.broken, 10), LONGEST_PAUSE)
        self.broken = 0
        return pause


@dataclass
class Claim(Generic[Row]):
    """A row in work."""

    row: Row
    lease: Lease


@dataclass
class Claims:
    """The rows that one worker of a house holds."""

    house: House
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}")
    stopping: threading.Event = field(default_factory=threading.Event)
    leases: dict[uuid.UUID, Lease] = field(default_factory=dict)

    @contextlib.contextmanager
    def claimed(self, model: type[Row], *only: ColumnElement[bool], aside: Aside | None = None) -> Iterator[Claim[Row] | None]:
        """A due row to be worked on; None when there is none. What breaks is noted on the row and costs it a try; `aside` says so after the last.

        Raises what lies outside the row: a store or a database that is away, a full disk. Then no try is lost, and there is no use in the next row.
        """
        claim = self.take(model, *only)
        if claim is None:
            yield None
            return
        origin = getattr(claim.row, "origin", None) or new_request_id()
        with structlog.contextvars.bound_contextvars(request_id=origin, row=str(claim.row.id)):
            try:
                yield claim
            except LeaseLost:
                log.warning("lease-lost")
            except Stopped:
                self.give_back(claim.lease)
            except Exception as error:
                self.failed(claim, error, aside)
                if outside(error):
                    raise
            finally:
                self.leases.pop(claim.lease.row_id, None)

    def take(self, model: type[Row], *only: ColumnElement[bool]) -> Claim[Row] | None:
        """Claim a due row and hold it."""
        with transaction(self.house.engine) as session:
            found = work_queue.claim(session, model, *only, worker=self.name, at=now(), seconds=self.house.settings.lease_seconds)
        if found is None:
            return None
        claim = Claim(*found)
        self.leases[claim.lease.row_id] = claim.lease
        return claim

    def give_back(self, *leases: Lease) -> None:
        """Free at once, and the try does not count."""
        for lease in leases:
            self.leases.pop(lease.row_id, None)
            with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
                work_queue.give_back(session, lease)

    def failed(self, claim: Claim[Row], error: Exception, aside: Aside | None = None) -> None:
        """A try that broke, noted as soon as the database can be told."""
        log.exception("work-failed", exc_info=error)
        while not self.stopping.is_set():
            try:
                self.note_failure(claim, error, aside)
                return
            except OperationalError as away:
                log.warning("database-away", error=str(away.orig))
                self.stopping.wait(AWAY_SECONDS)

    def note_failure(self, claim: Claim[Row], error: Exception, aside: Aside | None) -> None:
        """Again later, or set aside after the third try."""
        with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
            if outside(error):
                work_queue.postpone(session, claim.lease, str(error), at=now())
            elif work_queue.fail(session, claim.lease, f"{type(error).__name__}: {error}", at=now()) and aside:
                aside(session, claim.row, now())


def outside(error: Exception) -> bool:
    """Whether this is nobody's fault: a full disk, a store or a database that is away. It never sets a row aside."""
    return isinstance(error, (OperationalError, StoreAway)) or (isinstance(error, OSError) and error.errno in NO_SPACE)
