"""The pages of one material: what it is, the reader, and the forms of those who may open it to readers or take it
back.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.catalogue import history as keeping
from api.catalogue import reader
from api.catalogue import routes as works
from api.catalogue.shown import sights_for
from api.web.counting import note
from api.web.dependencies import Asked, GateNow, Language, Token, Words, number_in
from api.web.pages import Text, answer, in_both_languages, prefix_of
from api.web.terms import reasons_for
from library.catalogue import publishing, queries
from library.catalogue.models import Work
from library.clock import now
from library.operations.deletions import WORK
from library.people import sign_in
from library.people.sign_in import Actor
from library.reviews import reviewing
from library.space import DiskFull
from library.usage import READS, VIEWS

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/tl/{work_id}")
async def material_page(work_id: str, request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """One material; for those who look after it with its history and its figures."""
    kept: list[tuple[Work, Actor]] = []

    def look(session: Session, actor: Actor) -> Mapping[str, Any]:
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        note(request, VIEWS, work, actor)
        beside = keeping.for_keepers(session, work, actor, language, at=now())
        if beside["history"]:
            kept.append((work, actor))
        return {
            "work": works.sent(session, work, actor, language),
            "reasons": reasons_for(WORK, language),
            **publishing_of(work),
            **beside,
        }

    response = await answer(request, gate, token, "material", look)
    try:
        for work, actor in kept:
            await keeping.tell_reading(gate, work, actor)
    except DiskFull:  # a history that cannot be told in the audit is not shown; the material is
        return await answer(
            request, gate, token, "material", lambda session, actor: {**look(session, actor), **keeping.NOTHING}
        )
    return response


def publishing_of(work: Work) -> Mapping[str, Any]:
    """What the form of those who publish begins with: the readers there are to choose from, and the dates that stay."""
    return {"sights": sights_for(work.unit), "opens_at": work.opens_at, "closes_at": work.closes_at}


@page.get("/doc/{work_id}")
async def reader_page(
    work_id: str, request: Request, gate: GateNow, token: Token, language: Language, p: Asked = "1", q: Words = ""
) -> Response:
    """The reader, on one page."""

    def look(session: Session, actor: Actor) -> Mapping[str, Any]:
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        count = (work.version.page_count if work.version else 0) or 0
        if not count:
            raise queries.UnknownPage
        note(request, READS, work, actor)
        number = number_in(p, count)
        sent = works.sent(session, work, actor, language)
        heading = next((one.title for one in reversed(sent.contents) if one.page <= number), "")
        found = reader.page_of(session, work, number, q, actor.sight)
        if request.headers.get("save-data", "").lower() == "on":
            found.image_800 = found.image_400  # the reader has asked for few bytes
        return {"work": sent, "shown": found, "hits": reader.hits_of(session, work, q, actor.sight), "heading": heading}

    return await answer(request, gate, token, "reader", look)


@page.post("/tl/{work_id}/duyet")
async def approve_form(
    work_id: str, gate: GateNow, token: Token, language: Language, version_id: Text, digest: Text, sight: Text = ""
) -> Response:
    """Approve by the plain form; without a sight the readers stay who they are."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        publishing.refuse_unentitled(work, actor)
        publishing.publish(
            session,
            work,
            queries.work_id_of(version_id),
            digest,
            publishing.readers_of(work, {"sight": sight}),
            by=actor,
            at=now(),
        )
        reviewing.overruled(session, work, by=actor, at=now())

    await gate.write(act)
    return RedirectResponse(f"{prefix_of(language)}/tl/{work_id}", 303)


@page.post("/tl/{work_id}/thu-hoi")
async def withdraw_form(work_id: str, gate: GateNow, token: Token, language: Language) -> Response:
    """Withdraw by the plain form."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        work = publishing.withdraw(
            session, queries.visible_work(session, work_id, actor.sight, at=now()), by=actor, at=now()
        )
        reviewing.overruled(session, work, by=actor, at=now())

    await gate.write(act)
    return RedirectResponse(f"{prefix_of(language)}/tl/{work_id}", 303)


router = in_both_languages(page)
