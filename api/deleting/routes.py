"""Deleting works and people, what can be brought back, and bringing it back."""

import uuid

from fastapi import APIRouter

from api.deleting import schemas, shown
from api.web.dependencies import Language, Now, Reader, Reading, Writer, Writing
from api.web.problems import SIGNED_IN, problems
from library.catalogue import queries
from library.catalogue.cataloguing import UnknownWork
from library.circulation.refusals import LoansOpen, TitleOnPaper
from library.deleting import people, undoing, works
from library.deleting.refusals import NotYourself, TooLateToBringBack, UnknownDeletion, UnknownReason
from library.people.care import UnknownMember
from library.people.rosters import LastAdministrator
from library.people.sign_in import NotAllowed

router = APIRouter(prefix="/api/v1", tags=["deletions"], responses=problems(*SIGNED_IN))


@router.post(
    "/works/{work_id}/deletion",
    status_code=201,
    response_model=schemas.Deletions,
    responses=problems(UnknownWork, NotAllowed, UnknownReason, TitleOnPaper),
)
def delete_work(
    work_id: str, wish: schemas.DeletionWish, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Deletions:
    """Delete a work: nobody sees it any more, and for thirty days it can be brought back."""
    actor.required()
    work = queries.visible_work(session, work_id, actor.sight, at=at)
    works.delete(session, work, wish.reason, wish.remark, by=actor, at=at)
    return shown.deletions_of(session, actor, language)


@router.post(
    "/people/{person_id}/deletion",
    status_code=201,
    response_model=schemas.Deletions,
    responses=problems(UnknownMember, NotAllowed, NotYourself, UnknownReason, LoansOpen, LastAdministrator),
)
def delete_person(
    person_id: uuid.UUID, wish: schemas.DeletionWish, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Deletions:
    """Delete a person: they are shut out, and for thirty days they can be brought back."""
    people.delete(session, person_id, wish.reason, wish.remark, by=actor, at=at)
    return shown.deletions_of(session, actor, language)


@router.get("/deletions", response_model=schemas.Deletions)
def deletions(session: Reading, actor: Reader, language: Language) -> schemas.Deletions:
    """What I may bring back, newest first."""
    return shown.deletions_of(session, actor, language)


@router.delete(
    "/deletions/{deletion_id}",
    status_code=204,
    responses=problems(UnknownDeletion, TooLateToBringBack, UnknownMember, NotAllowed),
)
def bring_back(deletion_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """All is as it was."""
    undoing.bring_back(session, deletion_id, by=actor, at=at)
