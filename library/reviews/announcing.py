"""What the people of a review are told, and what the audit keeps of it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from library import audit
from library.catalogue import versions
from library.catalogue.models import Work
from library.notices import telling
from library.notices.kinds import NoticeKind
from library.people.sign_in import Actor
from library.reviews import queries, wording
from library.reviews.models import Review

REVIEW_WANTED = NoticeKind("review-wanted", wording.review_wanted, digested=True)
WORK_APPROVED = NoticeKind("work-approved", wording.work_approved)
WORK_RETURNED = NoticeKind("work-returned", wording.work_returned)


def call_reviewers(session: Session, review: Review, *, at: datetime, without: uuid.UUID | None = None) -> None:
    pool = queries.pool_of(session, review.unit_id, {*review.author_ids, *([without] if without else [])}, at=at)
    telling.tell(session, pool, REVIEW_WANTED, at=at, about=review.id, **facts_of(review), author=review.author.name)


def facts_of(review: Review) -> dict[str, Any]:
    """What every notice about a review can say."""
    return {
        "title": versions.card_of(review.work, review.version)["title"],
        "work_id": str(review.work_id),
        "review_id": str(review.id),
        "level": review.level,
    }


def tell(
    session: Session,
    act: str,
    review: Review,
    by: Actor | None,
    at: datetime,
    *,
    after: str | None = None,
    **facts: Any,
) -> None:
    """One line about the work; the remark stays on the review, so that no name ever gets into the chain."""
    work = session.get_one(Work, review.work_id)
    told = {"review": str(review.id), "level": review.level, **facts}
    before = None if after else review.digest
    audit.tell(
        session,
        act,
        work,
        unit_id=review.unit_id,
        by=by.person_id if by else None,
        at=at,
        before=before,
        after=after,
        **told,
    )
