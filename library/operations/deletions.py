"""What is on its way out: a work or a person that was deleted, can be brought back for thirty days, and is then removed
everywhere.

The row is the queue of the removal, and afterwards the only trace: ids, moments and a code, no name. It names no other
table, so that it stays when all else goes, and travels with every backup: what was removed stays removed when an older
backup is restored.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from library.database import Base, Identified, OneOf, row_security, work_queue
from library.database.work_queue import Workable


class Subject(StrEnum):
    WORK = "work"
    PERSON = "person"


UNDO_LASTS = timedelta(days=30)
STANDS = text("undone_at IS NULL")


class Deletion(Identified, Workable, Base):
    """Somebody has deleted something. Its work to do is the removal, when nobody may undo it any more."""

    __tablename__ = "deletion"
    __table_args__ = (
        Index("uq_deletion_subject", "kind", "subject_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
        Index("ix_deletion_unit", "unit_id", "deleted_at"),
    )

    kind: Mapped[Subject] = mapped_column(OneOf(Subject))
    subject_id: Mapped[uuid.UUID]
    unit_id: Mapped[uuid.UUID]  # whose administrators may undo it, and those above
    by_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]  # a code
    remark: Mapped[str | None]  # in somebody's own words: goes with the subject
    deleted_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # removed everywhere

    @property
    def final_at(self) -> datetime:
        """When it cannot be undone any more."""
        return self.deleted_at + UNDO_LASTS


@dataclass(frozen=True)
class Tombstone:
    """Something that was removed for good."""

    kind: str
    subject_id: uuid.UUID
    unit_id: uuid.UUID
    reason: str
    deleted_at: datetime
    done_at: datetime


def begin(session: Session, deletion: Deletion) -> Deletion:
    """From now on it can be undone for thirty days. Whoever calls has asked who may."""
    work_queue.enqueue(deletion, at=deletion.final_at)
    with row_security.lifted(
        session
    ):  # a draft may lie in a school that has become another, where its author works now
        session.add(deletion)
        session.flush()  # the unique index "one deletion stands for each subject" has spoken
    return deletion


def of(session: Session, kind: str, subject_id: uuid.UUID) -> Deletion | None:
    """The deletion of this that stands, locked."""
    wanted = select(Deletion).where(
        Deletion.kind == kind, Deletion.subject_id == subject_id, Deletion.undone_at.is_(None)
    )
    return session.scalar(wanted.with_for_update())


def finish(deletion: Deletion, *, at: datetime) -> None:
    """It is gone; nothing stays that could name it."""
    deletion.done_at, deletion.due_at, deletion.remark = at, None, None


def tombstones(session: Session) -> Iterator[Tombstone]:
    """All that was removed for good."""
    for one in session.scalars(select(Deletion).where(Deletion.done_at.is_not(None))):
        yield Tombstone(
            one.kind, one.subject_id, one.unit_id, one.reason, one.deleted_at, one.done_at or one.deleted_at
        )


def remember(session: Session, stone: Tombstone) -> Deletion | None:
    """Know again what was removed; the deletion where that is news, None where the house knows."""
    standing = of(session, stone.kind, stone.subject_id)
    if standing is None:
        standing = Deletion(
            kind=stone.kind,
            subject_id=stone.subject_id,
            unit_id=stone.unit_id,
            reason=stone.reason,
            deleted_at=stone.deleted_at,
        )
        session.add(standing)
        session.flush()
    return standing if standing.done_at is None else None
