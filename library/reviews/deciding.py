"""Approving, returning, and taking that back. Every decision names what was seen; who had a hand in a work never
decides on it.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from library import vocabulary
from library.catalogue import cataloguing, publishing
from library.catalogue.card_fields import UnknownValue
from library.catalogue.models import WorkState
from library.catalogue.publishing import VersionChanged
from library.notices import telling
from library.people.sign_in import Actor
from library.reviews import announcing, binding, queries
from library.reviews.announcing import REVIEW_WANTED, WORK_APPROVED, WORK_RETURNED, call_reviewers, facts_of
from library.reviews.claiming import open_one, taken
from library.reviews.models import Review
from library.reviews.refusals import ReasonNeeded, TooLateToUndo
from library.reviews.transitions import Move, ReviewState

UNDO_LASTS = timedelta(seconds=10)
ON_ITS_WAY = timedelta(seconds=5)  # a click in the last second may need this long on a poor line


@dataclass(frozen=True)
class Seen:
    """What a reviewer had before their eyes: the version, and the digest of `binding.digest_of`."""

    version_id: uuid.UUID
    digest: str


def seen_of(version_id: str, digest: str) -> Seen:
    """What a client says it has seen; anything that is no id has been seen by nobody."""
    try:
        return Seen(uuid.UUID(version_id), digest)
    except ValueError:
        return Seen(uuid.UUID(int=0), digest)


def approve(session: Session, review_id: uuid.UUID, seen: Seen, *, by: Actor, at: datetime) -> Review:
    """Open exactly what was seen to the readers its author wished for.

    Raises UnknownReview, NotAReviewer, OwnWork, AlreadyDecided, VersionChanged, UnknownReaders.
    """
    review, state = taken(session, review_id, Move.APPROVE, by)
    _refuse_unseen(session, review, seen)
    before = publishing.standing(review.work)
    digest = review.version.digest or ""
    publishing.open_to(session, review.work, review.version_id, digest, review.readers, by=by, at=at)
    review = _decide(session, review, state, seen, before, by=by, at=at)
    announcing.tell(session, "work-approved", review, by, at, after=review.digest)
    telling.tell(
        session,
        review.author_ids,
        WORK_APPROVED,
        at=at,
        about=review.id,
        **facts_of(review),
        sight=review.sight,
        by=by.required().name,
    )
    return review


def return_(
    session: Session,
    review_id: uuid.UUID,
    seen: Seen,
    reasons: Sequence[str],
    remark: str | None,
    *,
    by: Actor,
    at: datetime,
) -> Review:
    """Give it back to its author with a reason. Raises like `approve`, and ReasonNeeded, UnknownValue."""
    review, state = taken(session, review_id, Move.RETURN, by)
    _refuse_unseen(session, review, seen)
    remark = (remark or "").strip() or None
    if not reasons and remark is None:
        raise ReasonNeeded
    for unknown in set(reasons) - set(vocabulary.reasons()):
        raise UnknownValue(value=unknown)
    before = publishing.standing(review.work)
    review.reasons, review.remark = list(dict.fromkeys(reasons)), remark
    if review.work.state == WorkState.IN_REVIEW:
        publishing.hold(session, review.work, WorkState.DRAFT, at=at)
    review = _decide(session, review, state, seen, before, by=by, at=at)
    announcing.tell(session, "work-returned", review, by, at, reasons=review.reasons)
    told = {**facts_of(review), "reasons": review.reasons, "remark": remark, "by": by.required().name}
    telling.tell(session, review.author_ids, WORK_RETURNED, at=at, about=review.id, **told)
    return review


def undo(session: Session, review_id: uuid.UUID, *, by: Actor, at: datetime) -> Review:
    """Take a decision back within ten seconds: the work stands as it stood and the review waits again. Raises
    NotYourDecision, TooLateToUndo.
    """
    review, state = taken(session, review_id, Move.UNDO, by)
    decided = review.state
    if not may_undo(review, at=at) or not _stands_as_decided(session, review):
        raise TooLateToUndo
    publishing.restore(session, review.work, review.before, by=by, at=at)
    review.state, review.decided_by_id, review.decided_at, review.decided_on = state, None, None, None
    review.reasons, review.remark, review.before = [], None, {}
    session.flush()
    telling.drop(session, WORK_APPROVED if decided == ReviewState.APPROVED else WORK_RETURNED, review.id)
    announcing.tell(session, "decision-undone", review, by, at, decided=decided)
    call_reviewers(session, review, at=at, without=by.person_id)
    return open_one(session, review_id, by=by, at=at)


def may_undo(review: Review, *, at: datetime) -> bool:
    """Whether it is still early enough."""
    return review.decided_at is not None and at - review.decided_at <= UNDO_LASTS + ON_ITS_WAY


def _refuse_unseen(session: Session, review: Review, seen: Seen) -> None:
    """Compare and set: the version, its bytes, its words and its readers are those that were seen. Raises
    VersionChanged.
    """
    newest = cataloguing.newest_version(session, review.work_id)
    if newest is None or newest.id != review.version_id:
        raise VersionChanged
    if seen.version_id != review.version_id or seen.digest != binding.digest_of(review):
        raise VersionChanged


def _decide(
    session: Session, review: Review, state: ReviewState, seen: Seen, before: dict[str, Any], *, by: Actor, at: datetime
) -> Review:
    review.state, review.decided_by_id, review.decided_at, review.decided_on, review.before = (
        state,
        by.required().id,
        at,
        seen.digest,
        before,
    )
    review.digest = review.version.digest or review.digest  # its card may have been corrected since it was sent
    review.claimed_by_id, review.claimed_at = None, None
    session.flush()  # the check "author never decides" has spoken
    telling.drop(session, REVIEW_WANTED, review.id)
    return queries.locked(session, review.id)


def _stands_as_decided(session: Session, review: Review) -> bool:
    """Whether nobody has touched the work since the decision."""
    newest = cataloguing.newest_version(session, review.work_id)
    if newest is None or newest.id != review.version_id or queries.waiting_of(session, review.work_id):
        return False
    if review.state == ReviewState.APPROVED:
        return review.work.state == WorkState.PUBLISHED and review.work.version_id == review.version_id
    return review.work.state == (
        WorkState.DRAFT if review.before["state"] == WorkState.IN_REVIEW else review.before["state"]
    )
