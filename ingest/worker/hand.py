"""What all hands of the worker have in common: they take turns, they claim rows, and they outlive whatever breaks.

A new hand is a file with a turn in it and a word in `worker.py`.
"""

import contextlib
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ingest.parsing.sandbox import Leash
from library.clock import now
from library.database import reading_session, transaction, work_queue
from library.database.work_queue import Lease, LeaseLost, Workable, WornOut
from library.files.keys import StoreAway
from library.house import House
from library.logs import new_request_id
from library.space import tells_full

log = structlog.get_logger()
AWAY_SECONDS = 1.0  # between two looks for what is away
LONGEST_PAUSE = 60.0  # seconds after turns that broke, one after the other: never a hot loop
WATCH_EVERY = 1.0  # seconds
LONGEST_CLAIM = 4 * 3600.0  # seconds of one turn with one row; far beyond whatever a slice of work takes

Row = TypeVar("Row", bound=Workable)
Aside = Callable[[Session, Workable, datetime], None]


class Stopped(Exception):
    """The worker has been told to stop in the middle of a row; the row is given back and costs no try."""


@dataclass
class Hand:
    """One kind of work beside the others. A turn does one thing and says whether there was one; after an empty turn it
    pauses (seconds).
    """

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


@dataclass(eq=False)
class Claim(Generic[Row]):
    """A row in work. Whoever runs programs for it hangs them on its leash, which is cut when the lease is lost."""

    row: Row
    lease: Lease
    leash: Leash = field(default_factory=Leash)
    began: float = field(default_factory=time.monotonic)
    stretched: float = field(default_factory=time.monotonic)


@dataclass
class Claims:
    """The rows that one worker of a house holds."""

    house: House
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}")
    stopping: threading.Event = field(default_factory=threading.Event)
    held: dict[uuid.UUID, Claim[Any]] = field(default_factory=dict)

    @contextlib.contextmanager
    def claimed(
        self, model: type[Row], *only: ColumnElement[bool], aside: Aside | None = None
    ) -> Iterator[Claim[Row] | None]:
        """A due row to be worked on; None when there is none. What breaks is noted on the row and costs it a try;
        `aside` says so after the last.

        Raises what lies outside the row: a store or a database that is away, a full disk. Then no try is lost, and
        there is no use in the next row.
        """
        claim = self.take(model, *only, aside=aside)
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
                self.give_back(claim)
            except Exception as error:
                self.failed(claim, error, aside)
                if outside(error):
                    raise
            finally:
                self.let_go(claim)

    def take(self, model: type[Row], *only: ColumnElement[bool], aside: Aside | None = None) -> Claim[Row] | None:
        """Claim a due row and hold it; one that has worn out its workers is set aside on the way."""
        while True:
            with transaction(self.house.engine) as session:
                found = work_queue.claim(
                    session, model, *only, worker=self.name, at=now(), seconds=self.house.settings.lease_seconds
                )
            if found is None:
                return None
            claim = Claim(*found)
            if not claim.lease.worn_out:
                self.held[claim.lease.row_id] = claim
                return claim
            self.failed(claim, WornOut(), aside)

    def let_go(self, *claims: Claim[Row]) -> None:
        """These rows are not in hand any more."""
        for claim in claims:
            self.held.pop(claim.lease.row_id, None)

    def give_back(self, *claims: Claim[Any]) -> None:
        """Free at once, and the try does not count."""
        self.let_go(*claims)
        for claim in claims:
            with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
                work_queue.give_back(session, claim.lease)

    def watch(self) -> bool:
        """A lease lives as long as the work, however long one page of it takes; where it is lost all the same, the work
        ends.
        """
        claims = list(self.held.values())
        if claims:
            with reading_session(self.house.engine) as session:
                ours = work_queue.held(session, [claim.lease for claim in claims])
            for claim in claims:
                if claim.lease.row_id in ours:
                    self.stretch(claim)
                elif self.held.get(claim.lease.row_id) is claim:
                    claim.leash.cut()
        return False

    def stretch(self, claim: Claim[Any]) -> None:
        """Once in a quarter of a lease; a hand that has hung for hours loses its row."""
        seconds, at = self.house.settings.lease_seconds, time.monotonic()
        if at < claim.stretched + seconds / 4 or at > claim.began + LONGEST_CLAIM:
            return
        with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
            work_queue.renew(session, claim.lease, at=now(), seconds=seconds)
        claim.stretched = at

    def failed(self, claim: Claim[Any], error: Exception, aside: Aside | None = None) -> None:
        """A try that broke, noted as soon as the database can be told. What lies outside the row is told by whoever
        meets it next.
        """
        if not outside(error):
            log.error("work-failed", exc_info=error)
        while not self.stopping.is_set():
            try:
                self.note_failure(claim, error, aside)
                return
            except OperationalError as away:
                log.warning("database-away", error=str(away.orig))
                self.stopping.wait(AWAY_SECONDS)

    def note_failure(self, claim: Claim[Any], error: Exception, aside: Aside | None) -> None:
        """Again later, or set aside after the third try."""
        with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
            if outside(error):
                work_queue.postpone(session, claim.lease, str(error), at=now())
            elif work_queue.fail(session, claim.lease, f"{type(error).__name__}: {error}", at=now()) and aside:
                aside(session, claim.row, now())


def outside(error: Exception) -> bool:
    """Whether this is nobody's fault: a full disk, a store or a database that is away. It never sets a row aside."""
    if isinstance(error, OperationalError):
        return not never_passes(error)
    return isinstance(error, StoreAway) or tells_full(error)


def never_passes(error: OperationalError) -> bool:
    """What a database that is there says of one statement: it took too long, or is too large for it."""
    return (
        getattr(error.orig, "sqlstate", None) == "57014"
        or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"
    )
