"""When the newest backup was made, so that its age can be seen and an alarm can ring, whoever made it: the house itself
or the operator's own tools.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from library import audit
from library.database import Base, Identified

LATE_AFTER = timedelta(hours=48)


class Backup(Identified, Base):
    """One backup that succeeded. `taken_at`: it holds the house as it was then."""

    __tablename__ = "backup"

    taken_at: Mapped[datetime] = mapped_column(index=True)
    noted_at: Mapped[datetime]


def done(session: Session, *, taken_at: datetime, at: datetime) -> Backup:
    """A backup has succeeded."""
    backup = Backup(taken_at=taken_at, noted_at=at)
    session.add(backup)
    session.flush()
    audit.tell(
        session, "backup-done", backup, unit_id=None, by=None, at=at, taken=taken_at.isoformat(timespec="seconds")
    )
    return backup


def newest(session: Session) -> datetime | None:
    """From when the newest backup is; None: there was never one."""
    return session.scalar(select(func.max(Backup.taken_at)))
