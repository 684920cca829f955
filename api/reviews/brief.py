"""What became of a submission, in short."""

from datetime import datetime

from api.web.schemas import Named, Sent
from api.web.terms import named
from library import vocabulary
from library.reviews.models import Review
from library.reviews.transitions import ReviewState


class ReviewBrief(Sent):
    """What became of a submission."""

    id: str
    state: ReviewState
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reasons: list[Named]
    remark: str | None


def review_of(review: Review, language: str) -> ReviewBrief:
    """What became of a submission; `decided_by` is loaded."""
    return ReviewBrief(
        id=str(review.id),
        state=review.state,
        submitted_at=review.submitted_at,
        decided_at=review.decided_at,
        decided_by=review.decided_by.name if review.decided_by else None,
        reasons=[term for code in review.reasons if (term := named(vocabulary.reasons(), code, language))],
        remark=review.remark,
    )
