"""The worker: claims what is due and does it. Two hands, so that a long book never delays a takedown: one reads deposits, one writes
the index.
"""

import contextlib
import errno
import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from ingest import pipeline, uploading
from ingest.house import House
from library import work_queue
from library.catalogue import depositing
from library.catalogue.models import FAILED, Deposit, Work
from library.clock import now
from library.database import reading_session, transaction
from library.errors import Refusal
from library.failpoints import reach
from library.logs import new_request_id
from library.work_queue import Lease, LeaseLost
from search.index import Index, open_index
from search.indexing import index_everything, lost, next_change, write_work

log = structlog.get_logger()
SWEEP_EVERY = timedelta(minutes=1)
AWAY_SECONDS = 1.0  # between two looks for a database that is away
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Worker:
    """One worker of a house; `stop` ends it after the running batch and gives its leases back."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.stopping = threading.Event()
        self.leases: dict[str, Lease] = {}

    def run(self) -> None:
        """Work until stopped."""
        hands = [threading.Thread(target=hand, name=hand.__name__, daemon=True) for hand in (self.take_deposits, self.keep_index)]
        for hand in hands:
            hand.start()
        while not self.stopping.wait(1):
            if not all(hand.is_alive() for hand in hands):
                log.error("worker-hand-died")
                sys.exit(1)
        for hand in hands:
            hand.join(timeout=10)
        self.give_back()

    def stop(self) -> None:
        """Ask for the end."""
        self.stopping.set()

    def give_back(self) -> None:
        """Free what is still leased, so that another worker need not wait for the lease to expire."""
        for lease in list(self.leases.values()):
            with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
                work_queue.give_back(session, lease)

    def take_deposits(self) -> None:
        """Hand one: deposits, and now and then the sweep of unfinished uploads."""
        swept = now() - SWEEP_EVERY
        while not self.stopping.is_set():
            worked = False
            with self.patient():
                if now() - swept >= SWEEP_EVERY:
                    uploading.sweep(self.house, at=now())
                    swept = now()
                worked = self.claim_and(Deposit, self.take_deposit)
            if not worked:
                self.stopping.wait(self.house.settings.poll_seconds)

    def keep_index(self) -> None:
        """Hand two: the index. Only one worker of an embedded house can hold it; others wait here."""
        index: Index | None = None
        while not self.stopping.is_set():
            worked = False
            with self.patient():
                index = index or self.try_open_index()
                worked = index is not None and self.claim_and(Work, lambda work, lease, held=index: self.index_work(work, lease, held))
            if not worked:
                self.stopping.wait(self.house.settings.poll_seconds)
        if index is not None:
            index.close()

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """While the database is away there is nothing to do but wait for it."""
        try:
            yield
        except OperationalError as away:
            log.warning("database-away", error=str(away.orig))
            self.stopping.wait(AWAY_SECONDS)

    def try_open_index(self) -> Index | None:
        """The index for writing; None while another worker holds it."""
        try:
            index = open_index(self.house.settings.index, writing=True)
        except BlockingIOError:
            return None
        with transaction(self.house.engine) as session:
            if lost(session, index):
                log.warning("index-lost", doing="filling it again from the database")
                index_everything(session, at=now())
        return index

    def claim_and(self, model: type[Deposit] | type[Work], act: Callable[..., None]) -> bool:
        """Claim one due row and act on it; returns whether there was one."""
        with transaction(self.house.engine) as session:
            claimed = work_queue.claim(session, model, worker=self.name, at=now(), seconds=self.house.settings.lease_seconds)
        if claimed is None:
            return False
        row, lease = claimed
        with structlog.contextvars.bound_contextvars(request_id=new_request_id(), row=str(row.id)):
            self.leases[model.__name__] = lease
            try:
                act(row, lease)
            except LeaseLost:
                log.warning("lease-lost")
            except Exception as error:
                self.failed(row, lease, error)
            finally:
                self.leases.pop(model.__name__, None)
        return True

    def take_deposit(self, deposit: Deposit, lease: Lease) -> None:
        """One deposit to its end; a refusal is an end too."""
        try:
            pipeline.run(self.house, deposit.id, lease)
        except Refusal as refusal:
            self.refuse(deposit.id, lease, refusal)
            return
        with transaction(self.house.engine) as session:
            work_queue.finish(session, lease)
        log.info("deposit-ready", name=deposit.name)

    def refuse(self, deposit_id: uuid.UUID, lease: Lease, refusal: Refusal, *, state: str = "refused") -> None:
        """Say so on the row and remove what nobody else needs."""
        with transaction(self.house.engine) as session:
            work_queue.finish(session, lease)
            deposit = session.get_one(Deposit, deposit_id)
            depositing.refuse(session, deposit, refusal, at=now(), state=state)
            key = deposit.key
            needed = key is None or depositing.key_in_use(session, key)
        if key is not None and not needed:
            self.house.files.delete(key)
        log.info("deposit-refused", code=refusal.code)

    def index_work(self, work: Work, lease: Lease, index: Index) -> None:
        """Bring the index up to the work's present state; come back at the next change of its audience."""
        with reading_session(self.house.engine) as session:
            revision = write_work(session, index, work.id, at=now())
        reach("index-written")
        index.commit()
        reach("index-committed")
        with transaction(self.house.engine) as session:
            current = session.get_one(Work, work.id)
            newer = current.revision > revision
            later = now() if newer else next_change(session, work.id, after=now())
            work_queue.finish(session, lease, next_at=later, indexed_revision=revision)

    def failed(self, row: Deposit | Work, lease: Lease, error: Exception) -> None:
        """A try that broke, noted as soon as the database can be told."""
        log.exception("work-failed", exc_info=error)
        noted = False
        while not noted and not self.stopping.is_set():
            with self.patient():
                self.note_failure(row, lease, error)
                noted = True

    def note_failure(self, row: Deposit | Work, lease: Lease, error: Exception) -> None:
        """Again later, or set aside after the third try. A full disk or a database that was away is nobody's fault and never sets aside."""
        outside = isinstance(error, OperationalError) or (isinstance(error, OSError) and error.errno in NO_SPACE)
        try:
            with transaction(self.house.engine) as session:
                if outside:
                    work_queue.postpone(session, lease, str(error), at=now())
                    return
                aside = work_queue.fail(session, lease, f"{type(error).__name__}: {error}", at=now())
                if aside and isinstance(row, Deposit):
                    depositing.refuse(session, session.get_one(Deposit, row.id), depositing.ProcessingFailed(), at=now(), state=FAILED)
        except LeaseLost:
            log.warning("lease-lost")


def watch_parent() -> None:
    """Die with `serve`: its end of our standard input closes when it is gone, however it went."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
