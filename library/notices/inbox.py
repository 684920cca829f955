"""The inbox: what somebody has been told, newest first, and what they have not read yet."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from library.errors import Unknown
from library.notices.kinds import Kinds, Words, kind_of, words_of
from library.notices.models import Notice

SHOWN = 100


class UnknownNotice(Unknown):
    code = "unknown-notice"
    vi = "Thông báo này không còn nữa."
    en = "This notice is gone."


@dataclass(frozen=True)
class Line:
    """A notice in words; one that stands for several carries the id of the newest."""

    id: uuid.UUID
    kind: str
    words: Words
    created_at: datetime
    read: bool


# every page of who is signed in asks it: to build it takes longer than to run it
UNREAD = (
    select(func.count()).select_from(Notice).where(Notice.person_id == bindparam("person"), Notice.read_at.is_(None))
)


def unread(session: Session, person_id: uuid.UUID) -> int:
    """How many notices somebody has not read: one look into one index."""
    return session.scalar(UNREAD, {"person": person_id}) or 0


def lines(session: Session, person_id: uuid.UUID, language: str, kinds: Kinds) -> list[Line]:
    """What somebody has been told. Unread notices of a kind that comes in numbers stand in one line."""
    found = session.scalars(
        select(Notice).where(Notice.person_id == person_id).order_by(Notice.created_at.desc()).limit(SHOWN)
    ).all()
    keys = [_key(one, kinds) for one in found]
    counts, newest = Counter(keys), dict(zip(reversed(keys), reversed(found), strict=True))
    shown = [(one, key) for one, key in zip(found, keys, strict=True) if newest[key] is one]
    return [_line(one, words_of(one, language, kinds, count=counts[key])) for one, key in shown]


def mark_read(session: Session, person_id: uuid.UUID, notice_id: uuid.UUID, kinds: Kinds, *, at: datetime) -> None:
    """Somebody has read one of their own notices, and those that stood in the same line. Raises UnknownNotice."""
    notice = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id))
    if notice is None:
        raise UnknownNotice
    same = Notice.kind == notice.kind if kind_of(notice, kinds).digested else Notice.id == notice.id
    session.execute(
        update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None), same).values(read_at=at)
    )


def mark_all_read(session: Session, person_id: uuid.UUID, *, at: datetime) -> None:
    """Somebody has seen them all."""
    session.execute(update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None)).values(read_at=at))


def _key(notice: Notice, kinds: Kinds) -> object:
    """Notices with the same key stand in one line."""
    return notice.kind if notice.read_at is None and kind_of(notice, kinds).digested else notice.id


def _line(notice: Notice, words: Words) -> Line:
    return Line(notice.id, notice.kind, words, notice.created_at, notice.read_at is not None)
