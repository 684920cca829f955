"""The inbox: what I have been told, and that I have read it."""

import uuid

from fastapi import APIRouter

from api.people import schemas
from api.people.shown_notices import notices_of
from api.web.dependencies import Language, Now, Reader, Reading, Writer, Writing
from api.web.problems import SIGNED_IN, problems
from library.announced import NOTICES
from library.notices import inbox
from library.notices.inbox import UnknownNotice

router = APIRouter(prefix="/api/v1/me/notices", tags=["people"], responses=problems(*SIGNED_IN))


@router.get("", response_model=schemas.Notices)
def notices(session: Reading, actor: Reader, language: Language) -> schemas.Notices:
    """What I have been told."""
    return notices_of(session, actor, language)


@router.put("/{notice_id}/read", status_code=204, responses=problems(UnknownNotice))
def mark_read(notice_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """I have read this one."""
    inbox.mark_read(session, actor.required().id, notice_id, NOTICES, at=at)


@router.put("/read", status_code=204)
def mark_all_read(session: Writing, actor: Writer, at: Now) -> None:
    """I have seen them all."""
    inbox.mark_all_read(session, actor.required().id, at=at)
