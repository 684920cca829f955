"""Works: what their page shows, correcting and publishing them, and their files."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator
from sqlalchemy.orm import Session

from api.catalogue import schemas, shown
from api.web.counting import note
from api.web.dependencies import CacheKey, HouseNow, Language, Now, PageNumber, Reader, Reading, Writer, Writing
from api.web.errors import FilesAway
from api.web.problems import SIGNED_IN, problems
from api.web.schemas import Code, plain
from api.web.sending import IN_PARTS, LINK_SECONDS, send, signed
from library.catalogue import queries
from library.catalogue.access import is_public, stays_public
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.licensing import LicenceMissing, LicenceTooNarrow
from library.catalogue.models import RenditionKind
from library.catalogue.publishing import UnknownReaders, VersionChanged
from library.catalogue.queries import UnknownPage
from library.house import House
from library.learning import reading as places
from library.people.sign_in import Actor, NotAllowed
from library.reviews import overruling, withdrawing
from library.reviews.withdrawing import NotWithdrawnLately, UnknownWithdrawalReason
from library.usage import DOWNLOADS

router = APIRouter(prefix="/api/v1/works", tags=["works"])


@router.get("/{work_id}", response_model=schemas.Work, responses=problems(UnknownWork))
def work(work_id: str, session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Work:
    """One title of the catalogue."""
    return shown.sent(session, queries.visible_work(session, work_id, actor.sight, at=at), actor, language)


@router.post(
    "/{work_id}/publication",
    response_model=schemas.Work,
    responses=problems(
        *SIGNED_IN, UnknownWork, NotAllowed, UnknownReaders, LicenceMissing, LicenceTooNarrow, VersionChanged
    ),
)
def publish(
    work_id: str, wish: schemas.Publication, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Work:
    """Open exactly these bytes to these readers; what the wish does not say of them stays as it is."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    told = wish.model_dump(exclude_unset=True)
    overruling.publish(session, found, queries.work_id_of(wish.version_id), wish.digest, told, by=actor, at=at)
    return shown.sent(session, queries.visible_work(session, work_id, actor.sight, at=at), actor, language)


@router.delete(
    "/{work_id}/publication",
    response_model=schemas.Work,
    responses=problems(*SIGNED_IN, UnknownWork, NotAllowed, UnknownWithdrawalReason),
)
def withdraw(
    work_id: str,
    session: Writing,
    actor: Writer,
    at: Now,
    language: Language,
    reason: Annotated[Code, Query()] = "other",
    remark: Annotated[str, Query(max_length=withdrawing.LONGEST_REMARK), AfterValidator(plain)] = "",
) -> schemas.Work:
    """Take a work back from its readers; its authors hear the reason."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    withdrawing.withdraw(session, found, reason, remark, by=actor, at=at)
    return shown.sent(session, queries.visible_work(session, work_id, actor.sight, at=at), actor, language)


@router.delete(
    "/{work_id}/withdrawal",
    response_model=schemas.Work,
    responses=problems(*SIGNED_IN, UnknownWork, NotAllowed, NotWithdrawnLately),
)
def undo_withdrawal(work_id: str, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Work:
    """Within a day its readers have it again, exactly as they had it."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    withdrawing.undo(session, found, by=actor, at=at)
    return shown.sent(session, queries.visible_work(session, work_id, actor.sight, at=at), actor, language)


@router.put("/{work_id}/place", status_code=204, responses=problems(*SIGNED_IN, UnknownWork, UnknownPage))
def keep_place(work_id: str, wish: schemas.Place, session: Writing, actor: Writer, at: Now) -> None:
    """Remember where the reader left off."""
    person = actor.required()
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    if found.version is None or not 1 <= wish.page <= (found.version.page_count or 0):
        raise queries.UnknownPage
    places.keep_place(session, person.id, found.id, wish.page, at=at)


@router.get(
    "/{work_id}/file",
    response_class=Response,
    responses={
        **problems(UnknownWork, FilesAway),
        **IN_PARTS,
        307: {"description": "What everybody may read, at the store itself"},
    },
)
def file(work_id: str, request: Request, session: Reading, actor: Reader, at: Now, house: HouseNow) -> Response:
    """The file as it was deposited, as a download; ranges are served. What everybody may read may come from the store
    itself.
    """
    found, version = queries.readable_work(session, work_id, actor.sight, at=at)
    if request.method == "GET" and request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
        note(request, DOWNLOADS, found, actor)
    original = queries.original(session, version.id)
    # the link knows of no end
    outlives = all(is_public(session, found, at=moment) for moment in (at, at + timedelta(seconds=LINK_SECONDS)))
    link = signed(house, original) if outlives else None
    return link or send(house, request, original, attachment=True)


@router.get(
    "/{work_id}/thumbnail", response_class=Response, responses=problems(UnknownWork, UnknownPage, FilesAway) | IN_PARTS
)
def thumbnail(
    work_id: str, request: Request, session: Reading, actor: Reader, at: Now, house: HouseNow, _version: CacheKey = ""
) -> Response:
    """The first page, small."""
    return image(session, request, house, work_id, actor, RenditionKind.THUMBNAIL, 1, at=at)


@router.get(
    "/{work_id}/pages/{number}/image",
    response_class=Response,
    responses=problems(UnknownWork, UnknownPage, FilesAway) | IN_PARTS,
)
def page_image(
    work_id: str,
    number: PageNumber,
    request: Request,
    session: Reading,
    actor: Reader,
    at: Now,
    house: HouseNow,
    size: Annotated[int, Query(ge=100, le=2000)] = 800,
    _version: CacheKey = "",
) -> Response:
    """One page as an image, 400 or 800 pixels wide."""
    return image(
        session,
        request,
        house,
        work_id,
        actor,
        RenditionKind.PAGE_400 if size <= 400 else RenditionKind.PAGE_800,
        number,
        at=at,
    )


def image(
    session: Session, request: Request, house: House, work_id: str, actor: Actor, kind: str, number: int, *, at: Now
) -> Response:
    """A derived image of a work that may be seen."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    drawn = queries.rendition(session, found.version_id, kind, number) if found.version_id else None
    if drawn is None:
        raise queries.UnknownPage
    return send(house, request, drawn, attachment=False, lasting=stays_public(found, at=at))
