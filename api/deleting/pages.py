"""The page of what was deleted, and the forms that delete and bring back. One question before, thirty days after."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.deleting import routes as deletions
from api.people.roster_pages import people_changed
from api.web.dependencies import GateNow, Language, Token
from api.web.gate import Gate
from api.web.pages import Text, in_both_languages, prefix_of, unread_of, with_problem, wrong_with
from library.catalogue import queries
from library.clock import now
from library.deleting import people, undoing, works
from library.deleting.reasons import LONGEST_REMARK
from library.errors import Refusal
from library.people import sign_in
from library.people.sign_in import Actor

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/da-xoa")
async def deleted_page(request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """What I may bring back."""
    return await deleted_shown(request, gate, token, language)


@page.post("/da-xoa/{deletion_id}/lay-lai")
async def bring_back_form(
    deletion_id: uuid.UUID, request: Request, gate: GateNow, token: Token, language: Language
) -> Response:
    """Bring it back by the plain form."""
    return await done(
        request,
        gate,
        token,
        language,
        lambda session, actor: undoing.bring_back(session, deletion_id, by=actor, at=now()),
    )


@page.post("/tl/{work_id}/xoa")
async def delete_work_form(
    work_id: str,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    reason: Text = "",
    remark: Text = "",
) -> Response:
    """Delete a work by the plain form."""

    def act(session: Session, actor: Actor) -> object:
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        return works.delete(session, work, reason, said(remark), by=actor, at=now())

    return await done(request, gate, token, language, act)


@page.post("/quan-tri/nguoi-dung/{person_id}/xoa")
async def delete_person_form(
    person_id: uuid.UUID,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    unit: Text,
    reason: Text = "",
    remark: Text = "",
) -> Response:
    """Delete a person by the plain form."""

    def act(session: Session, actor: Actor) -> None:
        people.delete(session, person_id, reason, said(remark), by=actor, at=now())

    return await people_changed(request, gate, token, language, unit, act)


def said(remark: str) -> str | None:
    """What somebody has written, if anything."""
    return remark.strip()[:LONGEST_REMARK] or None


async def done(
    request: Request, gate: Gate, token: str | None, language: str, act: Callable[[Session, Actor], object]
) -> Response:
    """Do it and show the list, with what was wrong."""

    def acting(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        act(session, actor)

    problem = await wrong_with(gate.write(acting))
    if problem is not None:
        return await deleted_shown(request, gate, token, language, problem=problem)
    return RedirectResponse(f"{prefix_of(language)}/da-xoa", 303)


async def deleted_shown(
    request: Request, gate: Gate, token: str | None, language: str, *, problem: Refusal | None = None
) -> Response:
    """The list, with what was wrong with the last wish."""

    def read(session: Session) -> tuple[Actor, Mapping[str, Any]]:
        actor = sign_in.actor_of(session, token, at=now())
        found = deletions.deletions_of(session, actor, language)
        return actor, {"unread": unread_of(session, actor), "deletions": found.deletions}

    actor, data = await gate.read(read)
    return with_problem(request, "deleted", actor, data, problem, None)


router = in_both_languages(page)
