"""Reviews and the queue on the wire."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.catalogue.shown import cover_of
from api.reviews import schemas
from api.reviews.brief import review_of
from api.web.me import unit_named
from api.web.terms import named
from library import vocabulary
from library.catalogue import queries as catalogue
from library.catalogue import versions
from library.people.models import UnitKind
from library.people.sign_in import Actor
from library.reviews import binding, checking, deciding, queries
from library.reviews.models import Review
from library.reviews.transitions import Part, ReviewState


def waiting_for(session: Session, actor: Actor) -> int:
    """How many wait for this reviewer."""
    return session.scalar(select(func.count()).select_from(Review).where(queries.waits_for(actor))) or 0


def queue_of(
    session: Session, actor: Actor, language: str, *, at: datetime, current: uuid.UUID | None = None
) -> schemas.Queue:
    """The queue as a reviewer sees it."""
    rows = [line_of(review, actor, language, at=at, current=current) for review in queries.queue(session, actor)]
    return schemas.Queue(waiting=waiting_for(session, actor), reviews=rows)


def line_of(review: Review, actor: Actor, language: str, *, at: datetime, current: uuid.UUID | None) -> schemas.Waiting:
    """One line of the queue."""
    holder = queries.held_by_another(review, actor, at)
    return schemas.Waiting(
        id=str(review.id),
        author=review.author.name,
        page_count=review.version.page_count,
        submitted_at=review.submitted_at,
        held_by=holder.name if holder else None,
        current=review.id == current,
        **words_of(review, language),
    )


def sent(session: Session, review: Review, actor: Actor, language: str, *, at: datetime) -> schemas.Review:
    """A review as its author and its reviewers see it; everything of `queries.whole` is loaded."""
    card = versions.card_of(review.work, review.version)
    original = catalogue.original(session, review.version_id)
    found = checking.check(session, review, actor, at=at)
    parts, holder = queries.parts_of(review, actor), queries.held_by_another(review, actor, at)
    waiting = review.state == ReviewState.WAITING
    return schemas.Review(
        **review_of(review, language).model_dump(),
        **words_of(review, language),
        level=review.level,
        work_state=review.work.state,
        authors=card["authors"],
        series=named(vocabulary.series(), card["series_code"], language),
        licence=named(vocabulary.licences(), card["licence_code"], language),
        source=card["source"],
        description=card["description"],
        school=unit_named(review.work.unit) if review.work.unit.kind == UnitKind.SCHOOL else None,
        author=review.author.name,
        version=review.version.number,
        version_id=str(review.version_id),
        digest=binding.digest_of(review),
        sight=review.sight,
        opens_at=review.opens_at,
        closes_at=review.closes_at,
        kind=review.version.kind,
        page_count=review.version.page_count,
        file_name=original.name,
        file_size=original.size,
        served=review.work.version_id == review.version_id,
        checks=checks_of(found),
        held_by=holder.name if holder and Part.REVIEWER in parts else None,
        may_open=queries.may_open(review, actor),
        may_decide=waiting and Part.REVIEWER in parts and Part.AUTHOR not in parts,
        may_undo=Part.DECIDER in parts and deciding.may_undo(review, at=at),
        may_recall=waiting and Part.AUTHOR in parts,
    )


def words_of(review: Review, language: str) -> dict[str, Any]:
    """What the queue and the review's own page say of the work."""
    card = versions.card_of(review.work, review.version)
    return {
        "work_id": str(review.work_id),
        "title": card["title"],
        "type": named(vocabulary.types(), card["type_code"], language),
        "subject": named(vocabulary.subjects(), card["subject_code"], language),
        "grade": card["grade"],
        "cover": cover_of(review.work),
    }


def checks_of(found: checking.Checks) -> schemas.Checks:
    """What the machine found."""
    twins = [schemas.Twin(work_id=str(one.id), title=one.title) for one in found.twins]
    return schemas.Checks(
        page_count=found.page_count,
        bad_pages=list(found.bad_pages),
        ocr_pages=found.ocr_pages,
        missing=list(found.missing),
        twins=twins,
    )
