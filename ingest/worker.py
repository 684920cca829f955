"""The worker: claims what is due and does it. Five hands, so that neither a long book nor a slow mail server delays a takedown: one reads
deposits, one writes the index, one tells people, one seals the audit, one reads stored files again.
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
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ingest import orphans, pipeline, posting, sealing, uploading
from ingest.fixity import Checker
from ingest.house import House
from ingest.index_keeping import IndexKeeper
from library import work_queue
from library.catalogue import depositing, keeping
from library.catalogue.fixity import FixitySlice
from library.catalogue.models import FAILED, Deposit, Work
from library.clock import now
from library.database import transaction
from library.errors import Refusal
from library.files.keys import StoreAway
from library.logs import new_request_id
from library.operations import pulse
from library.work_queue import Lease, LeaseLost

log = structlog.get_logger()
SWEEP_EVERY = timedelta(minutes=1)
SEAL_EVERY = 1.0  # seconds
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
        acts = (self.take_deposits, self.keep_index, self.tell_people, self.keep_audit, self.check_files)
        hands = [threading.Thread(target=self.persevere, args=(act,), name=act.__name__, daemon=True) for act in acts]
        for hand in hands:
            hand.start()
        beaten = now() - pulse.BEATS_EVERY
        while not self.stopping.wait(1):
            if now() - beaten >= pulse.BEATS_EVERY:
                beaten = now()
                self.beat()
            if not all(hand.is_alive() for hand in hands):
                log.error("worker-hand-died")
                sys.exit(1)
        for hand in hands:
            hand.join(timeout=10)
        self.give_back()
        with contextlib.suppress(SQLAlchemyError), transaction(self.house.engine) as session:
            pulse.stopped(session, self.name)

    def beat(self) -> None:
        """Say that this worker is alive; a busy database hears it next time."""
        try:
            with transaction(self.house.engine) as session:
                pulse.beat(session, self.name, at=now())
        except SQLAlchemyError as error:
            log.warning("pulse-missed", error=str(error))

    def stop(self) -> None:
        """Ask for the end."""
        self.stopping.set()

    def give_back(self) -> None:
        """Free what is still leased, so that another worker need not wait for the lease to expire."""
        for lease in list(self.leases.values()):
            with contextlib.suppress(LeaseLost), transaction(self.house.engine) as session:
                work_queue.give_back(session, lease)

    def persevere(self, hand: Callable[[], None]) -> None:
        """One hand, until it is stopped."""
        while not self.stopping.is_set():
            with self.patient():
                hand()

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """While the database is away there is nothing to do but wait for it."""
        try:
            yield
        except OperationalError as away:
            log.warning("database-away", error=str(away.orig))
            self.stopping.wait(AWAY_SECONDS)

    def take_deposits(self) -> None:
        """Hand one: deposits, and now and then the sweep of unfinished uploads."""
        swept = now() - SWEEP_EVERY
        while not self.stopping.is_set():
            if now() - swept >= SWEEP_EVERY:
                self.sweep()
                swept = now()
            if not self.claim_and(Deposit, self.take_deposit):
                self.stopping.wait(self.house.settings.poll_seconds)

    def sweep(self) -> None:
        """Unfinished uploads, and files that no row names; while the store is away, next time."""
        try:
            uploading.sweep(self.house, at=now())
            orphans.collect(self.house, orphans.slices_of(now()), at=now())
        except StoreAway as away:
            log.warning("store-away", reason=str(away))

    def keep_index(self) -> None:
        """Hand two: the index."""
        IndexKeeper(self.house, self.name, self.stopping, self.leases, self.failed).run()

    def tell_people(self) -> None:
        """Hand three: reminders, and letters where the house has a mail server."""
        reminded = now() - posting.REMIND_EVERY
        while not self.stopping.is_set():
            try:
                if now() - reminded >= posting.REMIND_EVERY:
                    posting.remind(self.house, at=now())
                    reminded = now()
                idle = not posting.send_next(self.house, self.name)
            except SQLAlchemyError:
                log.exception("telling-failed")
                idle = True
            if idle:
                self.stopping.wait(max(1.0, self.house.settings.poll_seconds))

    def keep_audit(self) -> None:
        """Hand four: the audit's chains, and their heads once a day. A busy database is no reason to die."""
        while not self.stopping.wait(SEAL_EVERY):
            try:
                sealing.seal_waiting(self.house)
                sealing.keep_heads(self.house, at=now())
            except (SQLAlchemyError, OSError):
                log.exception("audit-not-sealed")

    def check_files(self) -> None:
        """Hand five: the stored files, in no hurry."""
        Checker(self.house, self.name, self.stopping, self.leases, self.failed).run()

    def claim_and(self, model: type[Deposit], act: Callable[..., None]) -> bool:
        """Claim one due row and act on it; returns whether there was one."""
        with transaction(self.house.engine) as session:
            claimed = work_queue.claim(session, model, worker=self.name, at=now(), seconds=self.house.settings.lease_seconds)
        if claimed is None:
            return False
        row, lease = claimed
        with structlog.contextvars.bound_contextvars(request_id=row.origin or new_request_id(), row=str(row.id)):
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
        with contextlib.suppress(StoreAway), transaction(self.house.engine) as session:  # what stays is an orphan and goes later
            keeping.discard_unnamed(session, self.house.files, [key] if key else [])
        log.info("deposit-refused", code=refusal.code)

    def failed(self, row: Deposit | Work | FixitySlice, lease: Lease, error: Exception) -> None:
        """A try that broke, noted as soon as the database can be told."""
        log.exception("work-failed", exc_info=error)
        noted = False
        while not noted and not self.stopping.is_set():
            with self.patient():
                self.note_failure(row, lease, error)
                noted = True

    def note_failure(self, row: Deposit | Work | FixitySlice, lease: Lease, error: Exception) -> None:
        """Again later, or set aside after the third try. A full disk, a store or a database that is away is nobody's fault and never sets aside."""
        outside = isinstance(error, (OperationalError, StoreAway)) or (isinstance(error, OSError) and error.errno in NO_SPACE)
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
