"""How the house is: workers, queue, storage, what was set aside. A few counts, cheap enough for a home page."""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from library.catalogue.models import Deposit, Work
from library.house import House
from library.notices.models import Notice
from library.operations import pulse
from library.operations.deletions import Deletion
from search.index import Index, IndexAway
from search.indexing import standing

LATE = timedelta(minutes=30)  # a deposit that waits longer wants a second worker
LOW = 0.1  # of the disk
COUNTED_EVERY = 5.0  # seconds


@dataclass(frozen=True)
class Vitals:
    """What a glance shows."""

    workers: int
    waiting: int  # deposits on their way
    oldest: timedelta  # how long the first of them has waited
    aside: int  # rows that failed three times and need a person
    free: int  # bytes on the disk of the house
    free_share: float
    full: bool  # only the reserve is left: nothing new is taken
    index_lost: bool  # it holds less than the database knows of

    @property
    def troubles(self) -> list[str]:
        """What needs somebody, the worst first: disk-full, no-worker, index-lost, disk-low, set-aside, late."""
        found = {
            "disk-full": self.full,
            "no-worker": self.workers == 0,
            "index-lost": self.index_lost,
            "disk-low": self.free_share < LOW,
            "set-aside": self.aside > 0,
            "late": self.oldest > LATE,
        }
        return [name for name, true in found.items() if true]


@dataclass
class Watch:
    """Looks at a house for a server that runs. The works are counted anew every five seconds at most, however many
    look.
    """

    house: House
    index: Index
    _lost: bool = False
    _counted_at: float = float("-inf")

    def look(self, session: Session, *, at: datetime) -> Vitals:
        """All of it at this moment."""
        waiting, first = session.execute(
            select(func.count(), func.min(Deposit.due_at)).where(Deposit.due_at <= at, Deposit.set_aside_at.is_(None))
        ).one()
        kinds = (Deposit, Work, Notice, Deletion)
        disk = shutil.disk_usage(self.house.settings.home)
        return Vitals(
            workers=pulse.alive(session, at=at),
            waiting=waiting,
            oldest=at - first if first else timedelta(),
            aside=sum(
                session.scalar(select(func.count()).select_from(kind).where(kind.set_aside_at.is_not(None))) or 0
                for kind in kinds
            ),
            free=disk.free,
            free_share=disk.free / disk.total,
            full=any(one.is_full() for one in self.house.settings.disks),
            index_lost=self.seems_lost(session),
        )

    def seems_lost(self, session: Session) -> bool:
        """An index that only does not answer has not gone."""
        try:
            return self.is_lost(session)
        except IndexAway:
            return False

    def is_lost(self, session: Session) -> bool:
        """Whether the index holds less than the database knows of. Raises IndexAway."""
        if time.monotonic() - self._counted_at >= COUNTED_EVERY:
            self._lost = standing(session, self.index).lost
            self._counted_at = time.monotonic()
        return self._lost
