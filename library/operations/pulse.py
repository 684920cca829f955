"""The pulse of the workers: each notes now and then that it is alive, so that pages and alarms can say so."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from library.database import Base

BEATS_EVERY = timedelta(seconds=30)
ALIVE_FOR = timedelta(minutes=2)  # after the last beat
KEPT_FOR = timedelta(days=1)


class Pulse(Base):
    """One worker and when it was seen last."""

    __tablename__ = "pulse"

    worker: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


def beat(session: Session, worker: str, *, at: datetime) -> None:
    """This worker is alive; those that have been silent for a day are forgotten."""
    session.execute(delete(Pulse).where(Pulse.seen_at <= at - KEPT_FOR))
    kept = session.get(Pulse, worker)
    if kept is None:
        session.add(Pulse(worker=worker, began_at=at, seen_at=at))
    else:
        kept.seen_at = at
    session.flush()


def stopped(session: Session, worker: str) -> None:
    """This worker has ended as it should."""
    session.execute(delete(Pulse).where(Pulse.worker == worker))


def alive(session: Session, *, at: datetime) -> int:
    """How many workers are alive."""
    return session.scalar(select(func.count()).select_from(Pulse).where(Pulse.seen_at > at - ALIVE_FOR)) or 0
