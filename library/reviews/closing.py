"""Ending a review without a decision: recalled by its author, superseded by a newer version, overruled by a keeper."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from library.catalogue import publishing
from library.catalogue.models import Work, WorkState
from library.notices import telling
from library.people.sign_in import Actor
from library.reviews import announcing, queries
from library.reviews.announcing import REVIEW_WANTED
from library.reviews.claiming import taken
from library.reviews.models import Review
from library.reviews.transitions import Move, ReviewState


def recall(session: Session, review_id: uuid.UUID, *, by: Actor, at: datetime) -> Review:
    """Its author takes it back out of the queue. Raises UnknownReview, AlreadyDecided."""
    review, state = taken(session, review_id, Move.RECALL, by)
    close(session, review, state, by=by, at=at)
    return review


def overruled(session: Session, work: Work, *, by: Actor, at: datetime) -> None:
    """A keeper has published or withdrawn the work without the reviewers: nothing waits for them any more."""
    for review in queries.waiting_of(session, work.id):
        close(session, review, ReviewState.OVERRULED, by=by, at=at)


def close(session: Session, review: Review, state: ReviewState, *, at: datetime, by: Actor | None = None) -> None:
    """End a review without a decision."""
    review.state, review.claimed_by_id, review.claimed_at = state, None, None
    if review.work.state == WorkState.IN_REVIEW:
        publishing.hold(session, review.work, WorkState.DRAFT, at=at)
    session.flush()
    telling.drop(session, REVIEW_WANTED, review.id)
    announcing.tell(session, f"review-{state}", review, by, at)
