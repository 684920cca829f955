"""Reviews: submitting, the queue, and decisions that name what was seen."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.catalogue.cards import FIELDS, LICENCE
from api.catalogue.schemas import CardFields
from api.reviews import schemas, shown
from api.web.dependencies import HouseNow, Language, Now, PageNumber, Reader, Reading, Writer, Writing
from api.web.errors import FilesAway
from api.web.problems import SIGNED_IN, problems
from api.web.sending import IN_PARTS, send
from library.catalogue import queries as catalogue
from library.catalogue.card_fields import UnknownValue
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.models import RenditionKind
from library.catalogue.publishing import UnknownReaders, VersionChanged
from library.catalogue.queries import UnknownPage
from library.people.sign_in import NotAllowed
from library.reviews import amending, claiming, closing, deciding, queries, submitting
from library.reviews.queries import review_id_of
from library.reviews.refusals import (
    AlreadyDecided,
    AlreadyInReview,
    NotAReviewer,
    NothingToReview,
    NotYourDecision,
    OwnWork,
    ReasonNeeded,
    ReviewOver,
    TooLateToUndo,
    UnknownReview,
)

router = APIRouter(prefix="/api/v1", tags=["reviews"], responses=problems(*SIGNED_IN))


@router.get("/reviews", response_model=schemas.Queue, responses=problems(NotAReviewer))
def queue(session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Queue:
    """What waits for me, oldest first."""
    return shown.queue_of(session, actor, language, at=at)


@router.post("/reviews/next", response_model=schemas.Next, responses=problems(NotAReviewer))
def open_next(session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Next:
    """Open the oldest one that nobody else has open."""
    found = claiming.open_next(session, by=actor, at=at)
    review = shown.sent(session, found, actor, language, at=at) if found else None
    return schemas.Next(waiting=shown.waiting_for(session, actor), review=review)


@router.get("/reviews/{review_id}", response_model=schemas.Review, responses=problems(UnknownReview))
def one(review_id: str, session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Review:
    """One review, for its author and its reviewers."""
    return shown.sent(session, queries.seen_by(session, review_id_of(review_id), actor), actor, language, at=at)


@router.post(
    "/reviews/{review_id}/claim",
    response_model=schemas.Review,
    responses=problems(UnknownReview, OwnWork, NotAReviewer, AlreadyDecided),
)
def claim(review_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Review:
    """Have it open: the next reviewer is led past it. What somebody else has open stays theirs."""
    return shown.sent(
        session, claiming.open_one(session, review_id_of(review_id), by=actor, at=at), actor, language, at=at
    )


@router.post(
    "/reviews/{review_id}/approval",
    response_model=schemas.Review,
    responses=problems(UnknownReview, OwnWork, NotAReviewer, AlreadyDecided, VersionChanged, UnknownReaders, *LICENCE),
)
def approve(
    review_id: str, wish: schemas.Decision, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Open exactly what was seen to its readers."""
    seen = deciding.seen_of(wish.version_id, wish.digest)
    found = deciding.approve(session, review_id_of(review_id), seen, by=actor, at=at)
    return shown.sent(session, found, actor, language, at=at)


@router.post(
    "/reviews/{review_id}/return",
    response_model=schemas.Review,
    responses=problems(
        UnknownReview, OwnWork, NotAReviewer, AlreadyDecided, VersionChanged, ReasonNeeded, UnknownValue
    ),
)
def return_(
    review_id: str, wish: schemas.Return, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Give it back to its author with a reason."""
    seen = deciding.seen_of(wish.version_id, wish.digest)
    found = deciding.return_(session, review_id_of(review_id), seen, wish.reasons, wish.remark, by=actor, at=at)
    return shown.sent(session, found, actor, language, at=at)


@router.patch(
    "/reviews/{review_id}/card",
    response_model=schemas.Review,
    responses=problems(UnknownReview, OwnWork, NotAReviewer, AlreadyDecided, VersionChanged, *FIELDS, *LICENCE),
)
def correct(
    review_id: str, wish: CardFields, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Correct the card of what I review, under my name."""
    said = wish.model_dump(exclude_unset=True)
    found = amending.correct_in_review(session, review_id_of(review_id), said, by=actor, at=at)
    return shown.sent(session, found, actor, language, at=at)


@router.delete(
    "/reviews/{review_id}/decision",
    response_model=schemas.Review,
    responses=problems(UnknownReview, NotYourDecision, TooLateToUndo, NotAReviewer),
)
def undo(review_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Review:
    """Take my decision back within ten seconds."""
    return shown.sent(session, deciding.undo(session, review_id_of(review_id), by=actor, at=at), actor, language, at=at)


@router.delete("/reviews/{review_id}", response_model=schemas.Review, responses=problems(UnknownReview, AlreadyDecided))
def recall(review_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Review:
    """Take my own work back out of the queue."""
    closing.recall(session, review_id_of(review_id), by=actor, at=at)
    return shown.sent(session, queries.seen_by(session, review_id_of(review_id), actor), actor, language, at=at)


@router.get(
    "/reviews/{review_id}/pages/{number}/image",
    response_class=Response,
    responses=problems(UnknownReview, ReviewOver, UnknownPage, FilesAway) | IN_PARTS,
)
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
    drawn = catalogue.rendition(
        session, review.version_id, RenditionKind.PAGE_400 if size <= 400 else RenditionKind.PAGE_800, number
    )
    if drawn is None:
        raise catalogue.UnknownPage
    return send(house, request, drawn, attachment=False)


@router.get(
    "/reviews/{review_id}/file",
    response_class=Response,
    responses=problems(UnknownReview, ReviewOver, FilesAway) | IN_PARTS,
)
def file(review_id: str, request: Request, session: Reading, actor: Reader, house: HouseNow) -> Response:
    """The file of the version under review, as a download."""
    review = queries.opened_by(session, review_id_of(review_id), actor)
    return send(house, request, catalogue.original(session, review.version_id), attachment=True)


@router.post(
    "/works/{work_id}/review",
    status_code=201,
    response_model=schemas.Review,
    responses=problems(UnknownWork, NotAllowed, NothingToReview, AlreadyInReview, UnknownReaders, *LICENCE),
)
def submit(
    work_id: str, wish: schemas.Submission, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Review:
    """Send the newest version of a work to the reviewers of its school."""
    actor.required()
    work = catalogue.visible_work(session, work_id, actor.sight, at=at)
    review = submitting.submit(session, work, wish.model_dump(exclude_unset=True), by=actor, at=at)
    return shown.sent(session, queries.seen_by(session, review.id, actor), actor, language, at=at)
