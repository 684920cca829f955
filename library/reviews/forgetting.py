"""What the reviews keep when a work or a person goes."""

import uuid

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from library.notices import telling
from library.reviews.models import Review

PARTS = (Review.author_id, Review.uploaded_by_id, Review.submitted_by_id, Review.claimed_by_id, Review.decided_by_id)


def forget_work(session: Session, work_id: uuid.UUID) -> None:
    """Its reviews, and what people were told of them."""
    telling.forget(session, [work_id, *session.scalars(select(Review.id).where(Review.work_id == work_id))])
    session.execute(delete(Review).where(Review.work_id == work_id))


def forget_person(session: Session, person_id: uuid.UUID, name: str, *, instead: str) -> None:
    """Decisions stay, for others rely on them; nobody is told any more whose they were."""
    taken_part = or_(*(column == person_id for column in PARTS))
    telling.forget_person(
        session, person_id, name, session.scalars(select(Review.id).where(taken_part)).all(), instead=instead
    )
