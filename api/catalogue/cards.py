"""The cards of works: what stands there, and correcting it, one by one or many at once."""

from fastapi import APIRouter

from api.catalogue import schemas, shown, shown_card
from api.web.dependencies import Language, Now, Reader, Reading, Writer, Writing
from api.web.problems import SIGNED_IN, problems
from library.catalogue import correcting, queries
from library.catalogue.card_fields import GradeWrong, TitleMissing, TooLong, TooManyKeywords, UnknownValue
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.isbn import IsbnWrong
from library.catalogue.licensing import LicenceMissing, LicenceTooNarrow
from library.catalogue.publishing import UnknownReaders
from library.people.sign_in import NotAllowed
from library.reviews import amending
from library.reviews.refusals import AlreadyInReview, NothingChosen

FIELDS = (TitleMissing, TooLong, UnknownValue, GradeWrong, TooManyKeywords, IsbnWrong)
LICENCE = (LicenceMissing, LicenceTooNarrow)
CORRECTING = problems(*SIGNED_IN, *FIELDS, *LICENCE, UnknownWork, NotAllowed, UnknownReaders, AlreadyInReview)
CORRECTING_MANY = problems(
    *SIGNED_IN, *FIELDS, *LICENCE, UnknownWork, NotAllowed, UnknownReaders, AlreadyInReview, NothingChosen
)
router = APIRouter(prefix="/api/v1/works", tags=["works"])


@router.get("/{work_id}/card", response_model=schemas.CardOfVersion, responses=problems(UnknownWork, NotAllowed))
def card(work_id: str, session: Reading, actor: Reader, at: Now) -> schemas.CardOfVersion:
    """The card that I would correct, and what of it the machine has guessed."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    if not correcting.may_correct(session, found, actor):
        raise NotAllowed
    return shown_card.card_of(session, found, actor)


@router.patch("/{work_id}", response_model=schemas.Work, responses=CORRECTING)
def correct(
    work_id: str, wish: schemas.CardFields, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Work:
    """Correct the card of a work. What readers have stays until that is approved, unless I may publish."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    amending.correct(session, found, wish.model_dump(exclude_unset=True), by=actor, at=at)
    return shown.sent(session, queries.visible_work(session, work_id, actor.sight, at=at), actor, language)


@router.patch("", response_model=schemas.Corrected, responses=CORRECTING_MANY)
def correct_many(wish: schemas.CardOfMany, session: Writing, actor: Writer, at: Now) -> schemas.Corrected:
    """The same on the cards of a chosen set of works."""
    said = wish.card.model_dump(exclude_unset=True)
    waiting = amending.correct_many(session, wish.works, said, by=actor, at=at)
    return schemas.Corrected(works=len(set(wish.works)), waiting=waiting)
