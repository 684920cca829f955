"""What the machine can tell a reviewer before they look: unread pages, pages read by OCR, the same file elsewhere, a
thin description.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from library.catalogue import queries, versions
from library.catalogue.access import visible_to
from library.catalogue.models import Rendition, RenditionKind, Version, Work
from library.people.sign_in import Actor
from library.reviews.models import Review

MOST_TWINS = 5
WANTED = ("type", "subject", "grade", "licence")  # of a card


@dataclass(frozen=True)
class Checks:
    """Findings, not verdicts. `missing`: of WANTED."""

    page_count: int
    bad_pages: Sequence[int]
    ocr_pages: int
    missing: Sequence[str]
    twins: Sequence[Work]  # other works with the same file, as far as the reviewer may see them


def check(session: Session, review: Review, by: Actor, *, at: datetime) -> Checks:
    """Look at one version under review; work and version are loaded."""
    ocr_pages, bad_pages = queries.page_quality(session, review.version_id)
    card = versions.card_of(review.work, review.version)
    missing = [name for name in WANTED if card[versions.FIELDS[name]] is None]
    return Checks(review.version.page_count or 0, bad_pages, ocr_pages, missing, _twins(session, review, by, at=at))


def _twins(session: Session, review: Review, by: Actor, *, at: datetime) -> Sequence[Work]:
    mine, same = aliased(Rendition), aliased(Rendition)
    keys = select(mine.key).where(mine.version_id == review.version_id, mine.kind == RenditionKind.ORIGINAL)
    others = (
        select(Version.work_id)
        .join(same, same.version_id == Version.id)
        .where(same.kind == RenditionKind.ORIGINAL, same.key.in_(keys))
    )
    served = or_(Work.version_id.is_not(None), Work.published_at.is_not(None))
    found = select(Work).where(Work.id.in_(others), Work.id != review.work_id, served, visible_to(by.sight, at))
    return session.scalars(found.order_by(Work.created_at).limit(MOST_TWINS)).all()
