"""How the house is: workers, queue, storage, what was set aside. A few counts, cheap enough for a home page."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ingest.house import House
from library.catalogue.models import Deposit, Work
from library.notices.models import Notice
from library.operations import pulse
from library.operations.deletions import Deletion
from search.index import IndexAway, index_of
from search.indexing import standing

LATE = timedelta(minutes=30)  # a deposit that waits longer wants a second worker
LOW = 0.1  # of the disk


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


def look(session: Session, house: House, *, at: datetime) -> Vitals:
    """All of it at this moment."""
    waiting, first = session.execute(select(func.count(), func.min(Deposit.due_at)).where(Deposit.due_at <= at, Deposit.set_aside_at.is_(None))).one()
    aside = sum(session.scalar(select(func.count()).select_from(kind).where(kind.set_aside_at.is_not(None))) or 0 for kind in (Deposit, Work, Notice, Deletion))
    disk = shutil.disk_usage(house.settings.home)
    full = any(one.is_full() for one in house.settings.disks)
    return Vitals(
        pulse.alive(session, at=at), waiting, at - first if first else timedelta(), aside, disk.free, disk.free / disk.total, full, is_lost(session, house)
    )


def is_lost(session: Session, house: House) -> bool:
    """Whether the search index has gone; one that only does not answer has not."""
    index = index_of(house.settings)
    try:
        return standing(session, index).lost
    except IndexAway:
        return False
    finally:
        index.close()
