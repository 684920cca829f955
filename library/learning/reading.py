"""Remembering where a reader left off."""

import uuid
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from library.catalogue.access import visible_to
from library.catalogue.models import Work
from library.database import add_missing, row_security
from library.learning.models import ReadingPlace
from library.people.sight import Sight


def keep_place(session: Session, person_id: uuid.UUID, work_id: uuid.UUID, page: int, *, at: datetime) -> None:
    """Remember the page."""
    add_missing(session, ReadingPlace, person_id=person_id, work_id=work_id, page=page, kept_at=at)
    mine = (ReadingPlace.person_id == person_id, ReadingPlace.work_id == work_id)
    session.execute(update(ReadingPlace).where(*mine).values(page=page, kept_at=at))


def place_of(session: Session, person_id: uuid.UUID, work_id: uuid.UUID) -> int | None:
    """The remembered page, if any."""
    return session.scalar(
        select(ReadingPlace.page).where(ReadingPlace.person_id == person_id, ReadingPlace.work_id == work_id)
    )


def begun(
    session: Session, person_id: uuid.UUID, sight: Sight, *, at: datetime, limit: int
) -> list[tuple[uuid.UUID, int]]:
    """Works the person has begun and may still see, latest first, with the page."""
    rows = session.execute(
        select(ReadingPlace.work_id, ReadingPlace.page)
        .join(Work, Work.id == ReadingPlace.work_id)
        .where(ReadingPlace.person_id == person_id, visible_to(sight, at))
        .order_by(ReadingPlace.kept_at.desc())
        .limit(limit)
    )
    return [(row.work_id, row.page) for row in rows]


def readers_of(session: Session, work_id: uuid.UUID) -> int:
    """How many have begun it; a number and nothing else."""
    with row_security.lifted(session):
        return session.scalar(select(func.count()).where(ReadingPlace.work_id == work_id)) or 0


def forget_work(session: Session, work_id: uuid.UUID) -> None:
    """The work is gone: nobody left off in it."""
    session.execute(delete(ReadingPlace).where(ReadingPlace.work_id == work_id))


def forget_person(session: Session, person_id: uuid.UUID) -> None:
    """Nobody knows any more what somebody has read."""
    session.execute(delete(ReadingPlace).where(ReadingPlace.person_id == person_id))
