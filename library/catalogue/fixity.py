"""Fixity: every stored file is read again and hashed within a period, and what is not well has a row until it is well
again.

A province keeps a hundred million files, so the files themselves have no rows here. Their keys fall into slices by
their first two digits; each slice has its turn once in a period, and a pass over it notes how far it has come.
"""

import math
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from library import audit
from library.catalogue import keeping, wording
from library.database import BIG, Base, Identified, OneOf, hold, work_queue
from library.database.work_queue import Workable
from library.files.store import FileStore
from library.notices import telling
from library.notices.kinds import NoticeKind
from library.people import inviting, rosters
from library.people.roles import Role

SLICES = 16**2
SHARE = 0.9  # of a period, in which all slices have their turn; the rest is for machines that are off at night
LATE_AFTER = 2  # periods


class FileState(StrEnum):
    WHOLE = "whole"
    MISMATCH = "mismatch"
    MISSING = "missing"
    UNREADABLE = "unreadable"


FILES_DAMAGED = NoticeKind("files-damaged", wording.files_damaged)
DAMAGES = (FileState.MISMATCH, FileState.MISSING, FileState.UNREADABLE)
News = list[tuple[str, FileState]]  # the key, and its state


class FixitySlice(Identified, Workable, Base):
    """The files whose keys begin alike. Its work to do is to read them all; `checked_at` is when the last whole pass
    began.
    """

    __tablename__ = "fixity_slice"

    beginning: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]  # the pass that is running
    reached: Mapped[str | None]  # the last key that it has noted
    files: Mapped[int] = mapped_column(BIG, default=0)  # of the newest pass
    bytes: Mapped[int] = mapped_column(BIG, default=0)


class DamagedFile(Identified, Base):
    """A file that a row names and that the store does not give as it was."""

    __tablename__ = "damaged_file"

    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[FileState] = mapped_column(OneOf(FileState))  # one of DAMAGES
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Standing:
    """How the checks stand. `oldest`: since when the slice that waits longest has not been read."""

    slices: int
    checked: int
    due: int
    set_aside: int
    files: int
    bytes: int
    oldest: datetime | None
    damaged: Mapping[str, int]

    def late(self, every: timedelta, *, at: datetime) -> bool:
        """Whether the check itself is ill."""
        return self.oldest is not None and at - self.oldest > every * LATE_AFTER


def turn(beginning: str, *, after: datetime, every: timedelta) -> datetime:
    """When the slice has its next turn. Each keeps its place in the period for ever, so they never crowd, whatever
    happened meanwhile.
    """
    lasts = every.total_seconds() * SHARE
    place = int(beginning, 16) / SLICES * lasts
    times = math.floor((after.timestamp() - place) / lasts) + 1
    return datetime.fromtimestamp(place + times * lasts, UTC)


def arrange(session: Session, *, every: timedelta, at: datetime) -> None:
    """Give each slice its turn by the period as it is now; what is due already, or is to be tried again soon, stays
    so.
    """
    waits = or_(FixitySlice.due_at.is_(None), and_(FixitySlice.due_at > at, FixitySlice.last_error.is_(None)))
    for one in session.scalars(
        select(FixitySlice).where(waits, FixitySlice.lease_until.is_(None)).with_for_update(skip_locked=True)
    ):
        work_queue.enqueue(one, at=turn(one.beginning, after=at, every=every))
    session.flush()


def begin(one: FixitySlice, *, at: datetime) -> None:
    """A pass begins, unless one that was broken off goes on."""
    if one.reached is None:
        one.begun_at, one.files, one.bytes = at, 0, 0


def ask(session: Session, *, since: datetime, at: datetime) -> int:
    """Let all slices that were not read since then be due; returns how many there are, those that somebody reads just
    now among them.
    """
    waiting = session.scalars(select(FixitySlice).where(_not_since(since)).with_for_update()).all()
    for one in waiting:
        if (one.lease_until is None or one.lease_until <= at) and (one.due_at is None or one.due_at > at):
            work_queue.enqueue(one, at=at)
    session.flush()
    return len(waiting)


def left(session: Session, *, since: datetime) -> int:
    """How many slices were due then and have not been read since."""
    due = (FixitySlice.due_at <= since, FixitySlice.set_aside_at.is_(None), _not_since(since))
    return session.scalar(select(func.count()).select_from(FixitySlice).where(*due)) or 0


def note(session: Session, files: FileStore, seen: Mapping[str, FileState], *, at: datetime) -> News:
    """Note how these files were found; returns what is news: the key, and its state. What no row names any more is no
    damage.
    """
    bad = [key for key, state in seen.items() if state != FileState.WHOLE]
    hold(session, bad)  # the rows that name them stay as they are until this is written
    known = {
        row.key: row for row in session.scalars(select(DamagedFile).where(DamagedFile.key.in_(seen)).with_for_update())
    }
    named = keeping.named(session, bad) if bad else set()
    news = []
    for key, state in seen.items():
        if state != FileState.WHOLE and key in named:
            if state != FileState.MISSING or files.stat(key) is None:  # it may have been sent again since
                news += _damaged(session, known.get(key), key, state, at=at)
        elif key in known:
            news += _well(session, known[key], state, at=at)
    session.flush()
    if bad or known:
        _tell_administrators(session, any(state != FileState.WHOLE for _, state in news), at=at)
    return news


def damaged(session: Session, *, seen_before: datetime, after: str = "", limit: int = 100) -> Sequence[DamagedFile]:
    """The next damaged files that were not looked at since then, in the order of their keys."""
    old = select(DamagedFile).where(DamagedFile.seen_at < seen_before, DamagedFile.key > after)
    return session.scalars(old.order_by(DamagedFile.key).limit(limit)).all()


def standing(session: Session, *, at: datetime) -> Standing:
    """How the checks stand; a slice that was never read counts from its creation."""
    counted = select(
        func.count(),
        func.count(FixitySlice.checked_at),
        func.count(FixitySlice.set_aside_at),
        func.sum(FixitySlice.files),
        func.sum(FixitySlice.bytes),
        func.min(func.coalesce(FixitySlice.checked_at, FixitySlice.created_at, type_=FixitySlice.created_at.type)),
    )
    slices, checked, aside, files, size, oldest = session.execute(counted).one()
    due = (
        session.scalar(
            select(func.count())
            .select_from(FixitySlice)
            .where(FixitySlice.due_at <= at, FixitySlice.set_aside_at.is_(None))
        )
        or 0
    )
    counts = Counter(dict(session.execute(select(DamagedFile.state, func.count()).group_by(DamagedFile.state)).all()))
    return Standing(
        slices,
        checked,
        due,
        aside,
        int(files or 0),
        int(size or 0),
        oldest,
        {state: counts[state] for state in DAMAGES},
    )


def _not_since(moment: datetime) -> ColumnElement[bool]:
    return or_(FixitySlice.checked_at.is_(None), FixitySlice.checked_at < moment)


def _tell_administrators(session: Session, worse: bool, *, at: datetime) -> None:
    """One notice for however many files, until it is read; none when all are whole again."""
    house = inviting.province(session)
    if session.scalar(select(DamagedFile.id).limit(1)) is None:
        telling.drop(session, FILES_DAMAGED, house.id)
    elif worse and not telling.waits(session, FILES_DAMAGED, house.id):
        telling.tell(
            session,
            rosters.holding(session, {house.id}, [Role.ADMINISTRATOR], at=at),
            FILES_DAMAGED,
            at=at,
            about=house.id,
        )


def _damaged(session: Session, row: DamagedFile | None, key: str, state: FileState, *, at: datetime) -> News:
    if row is not None and row.state == state:
        row.seen_at = at
        return []
    if row is None:
        row = DamagedFile(id=uuid.uuid4(), key=key, state=state, found_at=at, seen_at=at)
        session.add(row)
    row.state, row.seen_at = state, at
    audit.tell(session, "file-damaged", row, unit_id=None, by=None, at=at, key=key, state=state)
    return [(key, state)]


def _well(session: Session, row: DamagedFile, state: FileState, *, at: datetime) -> News:
    """It is whole again, or nobody needs it any more."""
    act = "file-recovered" if state == FileState.WHOLE else "file-forgotten"
    audit.tell(session, act, row, unit_id=None, by=None, at=at, key=row.key, state=row.state)
    session.delete(row)
    return [(row.key, FileState.WHOLE)] if state == FileState.WHOLE else []
