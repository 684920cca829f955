"""Telling people something, and taking it back when it is no longer true."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from library.database import work_queue
from library.notices.kinds import NoticeKind
from library.notices.models import Notice


def tell(
    session: Session,
    person_ids: Iterable[uuid.UUID],
    kind: NoticeKind,
    *,
    at: datetime,
    about: uuid.UUID | None = None,
    **facts: Any,
) -> None:
    """One notice for each person, in this transaction; the words are made from `kind` and `facts` when it is shown or
    mailed.
    """
    for person_id in sorted(set(person_ids)):
        notice = Notice(person_id=person_id, kind=kind.code, once=kind.once, about_id=about, facts=facts, created_at=at)
        work_queue.enqueue(notice, at=at)
        session.add(notice)
    session.flush()


def waits(session: Session, kind: NoticeKind, about: uuid.UUID) -> bool:
    """Whether somebody has not read yet that it is so."""
    unread = (
        select(Notice.id).where(Notice.kind == kind.code, Notice.about_id == about, Notice.read_at.is_(None)).limit(1)
    )
    return session.scalar(unread) is not None


def drop(session: Session, kind: NoticeKind, about: uuid.UUID) -> None:
    """It is no longer true: whoever has not read it yet will not."""
    session.execute(delete(Notice).where(Notice.kind == kind.code, Notice.about_id == about, Notice.read_at.is_(None)))


def retract(session: Session, kind: NoticeKind, about: uuid.UUID) -> None:
    """It is no longer true, and stands in nobody's inbox any more, read or not."""
    session.execute(delete(Notice).where(Notice.kind == kind.code, Notice.about_id == about))


def forget(session: Session, about: Collection[uuid.UUID]) -> None:
    """These are gone, and whatever was told of them, read or not."""
    session.execute(delete(Notice).where(Notice.about_id.in_(about)))


def forget_person(
    session: Session, person_id: uuid.UUID, name: str, about: Collection[uuid.UUID], *, instead: str
) -> None:
    """What they were told goes; where others were told of them, in notices about these, another word stands for their
    name.
    """
    session.execute(delete(Notice).where(Notice.person_id == person_id))
    for notice in session.scalars(select(Notice).where(Notice.about_id.in_(about))):
        notice.facts = {key: instead if value == name else value for key, value in notice.facts.items()}
    session.flush()
