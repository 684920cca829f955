"""Reading stored files again: each is hashed from the store itself and compared with its key, a slice of the keys at a
time.

What was found is kept every hundred files or half a minute together with how far the pass has come, so a killed
worker's successor goes on there.
"""

import contextlib
import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from ingest.worker.hand import Claim, Claims, Stopped
from library.catalogue import fixity, keeping
from library.catalogue.fixity import FileState, FixitySlice
from library.clock import now
from library.database import reading_session, transaction, work_queue
from library.database.work_queue import Lease
from library.failpoints import reach
from library.files.keys import StoreAway
from library.files.store import FileStore, is_whole
from library.house import House

log = structlog.get_logger()
AT_ONCE = 100  # files noted in one transaction
KEEP_EVERY = 30.0  # seconds
LOOK_EVERY = 60.0  # seconds between two looks of an idle hand
A_DAY = timedelta(days=1)
TRIES, BETWEEN = 3, 1.0  # to read a file that the store does not give although it answers; seconds
OURS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # this process is short of something: no file's fault
MB = 1024 * 1024


@dataclass
class Checker:
    """Reads what is due. The slices that have no row yet get one at the first turn."""

    claims: Claims
    arranged: bool = False

    @property
    def house(self) -> House:
        """Whose files."""
        return self.claims.house

    def turn(self) -> bool:
        """One slice at a gentle pace; when nothing is due, damaged files are looked at again."""
        self.arranged = self.arranged or self.arrange()
        if self.check_next():
            return True
        with contextlib.suppress(Stopped):
            self.look_again(seen_before=now() - A_DAY)
        return False

    def arrange(self) -> bool:
        """Each slice has its turn."""
        with transaction(self.house.engine) as session:
            fixity.arrange(session, every=self.house.settings.fixity_every, at=now())
        return True

    def check_next(self) -> bool:
        """One slice that is due, to its end; returns whether there was one. Raises StoreAway."""
        with self.claims.claimed(FixitySlice) as claim:
            if claim is None:
                return False
            self.check(self.begun(claim), claim.lease)
        return True

    def begun(self, claim: Claim[FixitySlice]) -> FixitySlice:
        """The slice, its pass begun unless one that was broken off goes on."""
        with transaction(self.house.engine) as session:
            one = session.get_one(FixitySlice, claim.row.id)
            fixity.begin(one, at=now())
        return one

    def check(self, one: FixitySlice, lease: Lease) -> None:
        """All files of a slice from where it stands."""
        watch, reached = Watch(self.house, self.claims.stopping, lease), one.reached or ""
        while keys := self.keys_after(one.beginning, reached):
            seen, until = dict[str, FileState](), time.monotonic() + KEEP_EVERY
            for key in keys:
                watch.told(0)
                seen[key] = judge(self.house.files, key, watch.told, self.claims.stopping)
                reached = key
                if time.monotonic() > until:
                    break
            self.keep(lease, seen, reached=reached, size=watch.taken())
            reach("fixity-kept")
        later = fixity.turn(one.beginning, after=now(), every=self.house.settings.fixity_every)
        with transaction(self.house.engine) as session:
            work_queue.finish(session, lease, next_at=later, checked_at=one.begun_at, reached=None)

    def keys_after(self, beginning: str, reached: str) -> list[str]:
        """The next files of a slice."""
        with reading_session(self.house.engine) as session:
            return keeping.named_from(session, beginning, after=reached, limit=AT_ONCE)

    def keep(self, lease: Lease, seen: dict[str, FileState], *, reached: str, size: int) -> None:
        """Keep what was found, and how far we are, in one transaction. Raises LeaseLost: then nothing is kept."""
        counts = {"files": FixitySlice.files + len(seen), "bytes": FixitySlice.bytes + size}
        with transaction(self.house.engine) as session:
            work_queue.settle(
                session,
                lease,
                lease_until=now() + timedelta(seconds=self.house.settings.lease_seconds),
                reached=reached,
                attempts=1,
                **counts,
            )
            news = fixity.note(session, self.house.files, seen, at=now())
        cry(news)

    def look_again(self, *, seen_before: datetime) -> None:
        """Read damaged files once more: perhaps somebody has brought them back. Raises StoreAway, Stopped."""
        watch, after = Watch(self.house, self.claims.stopping), ""
        while True:
            with reading_session(self.house.engine) as session:
                keys = [one.key for one in fixity.damaged(session, seen_before=seen_before, after=after)]
            if not keys:
                return
            seen = {key: judge(self.house.files, key, watch.told, self.claims.stopping) for key in keys}
            with transaction(self.house.engine) as session:
                news = fixity.note(session, self.house.files, seen, at=now())
            cry(news)
            after = keys[-1]


@dataclass
class Watch:
    """What happens between two pieces of a file: the pace is kept, the lease stretched, and a wish to stop is heard."""

    house: House
    stopping: threading.Event
    lease: Lease | None = None
    size: int = 0
    began: float = field(default_factory=time.monotonic)
    stretched: float = field(default_factory=time.monotonic)
    noted: int = 0

    def told(self, count: int) -> None:
        """So many bytes more. Raises Stopped, LeaseLost."""
        self.size += count
        while True:
            if self.stopping.is_set():
                raise Stopped
            self.stretch()
            early = self.early()
            if early <= 0:
                return
            self.stopping.wait(min(early, 1.0))

    def early(self) -> float:
        """How many seconds we are ahead of the pace that is allowed."""
        pace = self.house.settings.fixity_mb * MB
        return self.began + self.size / pace - time.monotonic() if pace else 0.0

    def stretch(self) -> None:
        """A slow disk is no dead worker."""
        seconds = self.house.settings.lease_seconds
        if self.lease is not None and time.monotonic() > self.stretched + seconds / 4:
            with transaction(self.house.engine) as session:
                work_queue.renew(session, self.lease, at=now(), seconds=seconds)
            self.stretched = time.monotonic()

    def taken(self) -> int:
        """Bytes since this was asked last."""
        size, self.noted = self.size - self.noted, self.size
        return size


def judge(files: FileStore, key: str, told: Callable[[int], object], stopping: threading.Event) -> FileState:
    """How the file is. Raises StoreAway.

    A store may say of one broken file what it says when all is lost, so it is asked what else it has: as long as it
    answers that, and still does not give the file, the fault is in the file.
    """
    for left in reversed(range(TRIES)):
        try:
            return read_again(files, key, told)
        except StoreAway:
            next(iter(files.keys(key[:4])), None)
            if left:
                stopping.wait(BETWEEN)
    return FileState.UNREADABLE


def read_again(files: FileStore, key: str, told: Callable[[int], object]) -> FileState:
    """How the file is when the store gives it. Raises StoreAway."""
    try:
        return FileState.WHOLE if is_whole(files, key, told) else FileState.MISMATCH
    except FileNotFoundError:
        return FileState.MISSING
    except StoreAway:
        raise
    except OSError as error:
        if error.errno in OURS:
            raise
        return FileState.UNREADABLE


def cry(news: fixity.News) -> None:
    """In the log, too."""
    for key, state in news:
        if state == FileState.WHOLE:
            log.info("file-recovered", key=key)
        else:
            log.error("file-damaged", key=key, state=state)
