"""Reviews: submitting, the queue, and decisions that name what was seen."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.catalogue.shown import cover_of
from api.reviews import schemas
from api.reviews.brief import review_of
from api.web.dependencies import HouseNow, Language, Now, PageNumber, Reader, Reading, Writer, Writing
from api.web.me import unit_named
from api.web.sending import send
from api.web.terms import named
from library import vocabulary
from library.catalogue import queries as catalogue
from library.catalogue.models import PAGE_400, PAGE_800
from library.people.models import SCHOOL
from library.people.sign_in import Actor
from library.reviews import binding, checking, queries, reviewing
from library.reviews.models import Review
from library.reviews.queries import review_id_of
from library.reviews.reviewing import Seen
from library.reviews.transitions import AUTHOR, DECIDER, REVIEWER, WAITING

router = APIRouter(prefix="/api/v1", tags=["reviews"])


@router.get("/reviews", response_model=schemas.Queue)
def queue(session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Queue:
    """What waits for me, oldest first."""
    return queue_of(session, actor, language, at=at)


@router.post("/reviews/next", response_model=schemas.Next)
def open_next(session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Next:
    """Open the oldest one that nobody else has open."""
    found = reviewing.open_next(session, by=actor, at=at)
    review = sent(session, found, actor, language, at=at) if found else None
    return schemas.Next(waiting=waiting_for(session, actor), review=review)


@router.get("/reviews/{review_id}", response_model=schemas.Review)
def one(review_id: str, session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Review:
    """One review, for its author and its reviewers."""
    return sent(session, queries.seen_by(session, review_id_of(review_id), actor), actor, language, at=at)


@router.post("/reviews/{review_id}/claim", response_model=schemas.Review)
def claim(review_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Review:
    """Have it open: the next reviewer is led past it. What somebody else has open stays theirs."""
    return sent(session, reviewing.open_one(session, review_id_of(review_id), by=actor, at=at), actor, language, at=at)


@router.post("/reviews/{review_id}/approval", response_model=schemas.Review)
def approve(
    review_id: str, wish: schemas.Decision, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Open exactly what was seen to its readers."""
    found = reviewing.approve(session, review_id_of(review_id), seen_of(wish.version_id, wish.digest), by=actor, at=at)
    return sent(session, found, actor, language, at=at)


@router.post("/reviews/{review_id}/return", response_model=schemas.Review)
def return_(
    review_id: str, wish: schemas.Return, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Give it back to its author with a reason."""
    seen = seen_of(wish.version_id, wish.digest)
    found = reviewing.return_(session, review_id_of(review_id), seen, wish.reasons, wish.remark, by=actor, at=at)
    return sent(session, found, actor, language, at=at)


@router.delete("/reviews/{review_id}/decision", response_model=schemas.Review)
def undo(review_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Review:
    """Take my decision back within ten seconds."""
    return sent(session, reviewing.undo(session, review_id_of(review_id), by=actor, at=at), actor, language, at=at)


@router.delete("/reviews/{review_id}", response_model=schemas.Review)
def recall(review_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Review:
    """Take my own work back out of the queue."""
    reviewing.recall(session, review_id_of(review_id), by=actor, at=at)
    return sent(session, queries.seen_by(session, review_id_of(review_id), actor), actor, language, at=at)


@router.get("/reviews/{review_id}/pages/{number}/image", response_class=Response)
def page_image(
    review_id: str,
    number: PageNumber,
    request: Request,
    session: Reading,
    actor: Reader,
    house: HouseNow,
    size: Annotated[int, Query(ge=100, le=2000)] = 800,
) -> Response:
    """A page of the version under review, the very image that readers will get."""
    review = queries.opened_by(session, review_id_of(review_id), actor)
    drawn = catalogue.rendition(session, review.version_id, PAGE_400 if size <= 400 else PAGE_800, number)
    if drawn is None:
        raise catalogue.UnknownPage
    return send(house, request, drawn, attachment=False)


@router.get("/reviews/{review_id}/file", response_class=Response)
def file(review_id: str, request: Request, session: Reading, actor: Reader, house: HouseNow) -> Response:
    """The file of the version under review, as a download."""
    review = queries.opened_by(session, review_id_of(review_id), actor)
    return send(house, request, catalogue.original(session, review.version_id), attachment=True)


@router.post("/works/{work_id}/review", status_code=201, response_model=schemas.Review)
def submit(
    work_id: str, wish: schemas.Submission, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Send the newest version of a work to the reviewers of its school."""
    actor.required()
    work = catalogue.visible_work(session, work_id, actor.sight, at=at)
    review = reviewing.submit(session, work, wish.model_dump(exclude_unset=True), by=actor, at=at)
    return sent(session, queries.seen_by(session, review.id, actor), actor, language, at=at)


def seen_of(version_id: str, digest: str) -> Seen:
    """What a client says it has seen; anything that is no id has been seen by nobody."""
    try:
        return Seen(uuid.UUID(version_id), digest)
    except ValueError:
        return Seen(uuid.UUID(int=0), digest)


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
    original = catalogue.original(session, review.version_id)
    found = checking.check(session, review, actor, at=at)
    parts, holder = queries.parts_of(review, actor), queries.held_by_another(review, actor, at)
    waiting = review.state == WAITING
    return schemas.Review(
        **review_of(review, language).model_dump(),
        **words_of(review, language),
        level=review.level,
        work_state=review.work.state,
        authors=review.work.authors,
        series=named(vocabulary.series(), review.work.series_code, language),
        school=unit_named(review.work.unit) if review.work.unit.kind == SCHOOL else None,
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
        held_by=holder.name if holder and REVIEWER in parts else None,
        may_open=queries.may_open(review, actor),
        may_decide=waiting and REVIEWER in parts and AUTHOR not in parts,
        may_undo=DECIDER in parts and reviewing.may_undo(review, at=at),
        may_recall=waiting and AUTHOR in parts,
    )


def words_of(review: Review, language: str) -> dict[str, Any]:
    """What the queue and the review's own page say of the work."""
    work = review.work
    return {
        "work_id": str(work.id),
        "title": work.title,
        "type": named(vocabulary.types(), work.type_code, language),
        "subject": named(vocabulary.subjects(), work.subject_code, language),
        "grade": work.grade,
        "cover": cover_of(work),
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
