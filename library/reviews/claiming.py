"""Opening what waits: two who ask at once each get another, and one has one open at a time."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue.publishing import VersionChanged
from library.people.sign_in import Actor
from library.reviews import queries, transitions
from library.reviews.models import Review
from library.reviews.transitions import Move, ReviewState


def open_next(session: Session, *, by: Actor, at: datetime) -> Review | None:
    """The oldest one that nobody else has open, opened for this reviewer; two who ask at once each get another. Raises
    NotAReviewer.
    """
    oldest = (
        select(Review.id)
        .where(queries.waits_for(by), queries.free_for(by, at))
        .order_by(Review.submitted_at, Review.id)
        .limit(1)
    )
    found = session.scalar(oldest.with_for_update(skip_locked=True))
    return open_one(session, found, by=by, at=at) if found else None


def open_one(session: Session, review_id: uuid.UUID, *, by: Actor, at: datetime) -> Review:
    """Have a review open: others are led past it. What somebody else has open stays theirs, and one sees who. Raises
    UnknownReview, OwnWork, AlreadyDecided.
    """
    review, _ = taken(session, review_id, Move.CLAIM, by, with_work=False)
    _let_go(session, by)
    if queries.held_by_another(review, by, at) is None:
        review.claimed_by_id, review.claimed_at = by.person_id, at
        session.flush()
    return queries.locked(session, review_id, with_work=False)


def taken(
    session: Session, review_id: uuid.UUID, event: str, by: Actor, *, with_work: bool = True
) -> tuple[Review, ReviewState]:
    """The review, locked, and the state that the event leads to. Raises what `transitions.move` raises, SignInNeeded,
    VersionChanged.
    """
    by.required()
    review = queries.locked(session, review_id, with_work=with_work)
    if review.state == ReviewState.SUPERSEDED and event in (Move.APPROVE, Move.RETURN):
        raise VersionChanged
    decider = (
        review.decided_by.name
        if review.decided_by
        else review.author.name
        if review.state == ReviewState.RECALLED
        else "Quản trị viên (administrator)"
    )
    return review, transitions.move(review.level, review.state, event, queries.parts_of(review, by), decider=decider)


def _let_go(session: Session, by: Actor) -> None:
    """A reviewer has one review open at a time."""
    for review in session.scalars(
        select(Review).where(Review.claimed_by_id == by.person_id, Review.state == ReviewState.WAITING)
    ):
        review.claimed_by_id, review.claimed_at = None, None
