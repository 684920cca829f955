"""The inbox: what I have been told, and that I have read it."""

import uuid

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.people import schemas
from api.web.dependencies import GateNow, Language, Now, Reader, Reading, Token, Writer, Writing
from api.web.pages import Text, answer, in_both_languages, prefix_of
from library.clock import now
from library.notices import inbox
from library.people import sign_in
from library.people.sign_in import Actor

api = APIRouter(prefix="/api/v1/me/notices", tags=["people"])
page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@api.get("", response_model=schemas.Notices)
def notices(session: Reading, actor: Reader, language: Language) -> schemas.Notices:
    """What I have been told."""
    return notices_of(session, actor, language)


@api.put("/{notice_id}/read", status_code=204)
def mark_read(notice_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """I have read this one."""
    inbox.mark_read(session, actor.required().id, notice_id, at=at)


@api.put("/read", status_code=204)
def mark_all_read(session: Writing, actor: Writer, at: Now) -> None:
    """I have seen them all."""
    inbox.mark_all_read(session, actor.required().id, at=at)


@page.get("/toi/thong-bao")
async def notices_page(request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """The inbox."""
    return await answer(
        request, gate, token, "notices", lambda session, actor: {"told": notices_of(session, actor, language)}
    )


@page.post("/toi/thong-bao")
async def read_form(gate: GateNow, token: Token, language: Language, notice_id: Text = "") -> Response:
    """One was opened: read it and go where it leads; without a name all are read."""

    def act(session: Session) -> str:
        actor = sign_in.actor_of(session, token, at=now())
        person = actor.required()
        if not notice_id:
            inbox.mark_all_read(session, person.id, at=now())
            return "/toi/thong-bao"
        chosen = next((one for one in inbox.lines(session, person.id, language) if str(one.id) == notice_id), None)
        if chosen is None:
            raise inbox.UnknownNotice
        inbox.mark_read(session, person.id, chosen.id, at=now())
        return chosen.words.path

    return RedirectResponse(f"{prefix_of(language)}{await gate.write(act)}", 303)


def notices_of(session: Session, actor: Actor, language: str) -> schemas.Notices:
    """The inbox of whoever asks."""
    person = actor.required()
    found = [
        schemas.Notice(
            id=str(one.id),
            kind=one.kind,
            line=one.words.line,
            more=one.words.more,
            path=one.words.path,
            created_at=one.created_at,
            read=one.read,
        )
        for one in inbox.lines(session, person.id, language)
    ]
    return schemas.Notices(unread=inbox.unread(session, person.id), notices=found)


router = APIRouter()
router.include_router(api)
router.include_router(in_both_languages(page))
