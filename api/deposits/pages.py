"""The pages of those who send: the form, and what has become of my uploads."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.catalogue.shown import sights_for
from api.deposits import routes as deposits
from api.reviews.brief import review_of
from api.web.dependencies import Asked, GateNow, HouseNow, Language, Token
from api.web.errors import status_of
from api.web.pages import Text, acted, answer, in_both_languages, inside, prefix_of, shown
from library.catalogue import cataloguing, depositing, publishing, queries
from library.catalogue.models import PUBLISHED
from library.clock import now
from library.errors import Refusal
from library.people import sign_in
from library.people.roles import AUTHORS
from library.people.sign_in import Actor, SignInNeeded
from library.reviews import queries as reviews
from library.reviews import reviewing

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/gui")
async def upload_page(request: Request, gate: GateNow, token: Token, language: Language, bai: Asked = "") -> Response:
    """The upload form; `bai`: for a new version of that work."""
    return await answer(request, gate, token, "upload", lambda s, a: form_of(s, a, bai, language))


def form_of(
    session: Session, actor: Actor, work_id: str, language: str, *, problem: str | None = None
) -> Mapping[str, Any]:
    """What the form shows: the work that gets a new version, and the readers to choose from. Raises SignInNeeded,
    UnknownWork.
    """
    changed = changed_of(session, actor, work_id, language)
    unit = actor.acting_as(*AUTHORS)
    return {
        "problem": problem,
        "changed": changed,
        "sights": changed["sights"] if changed else sights_for(unit.unit) if unit else ["public"],
    }


def changed_of(session: Session, actor: Actor, work_id: str, language: str) -> Mapping[str, Any] | None:
    """The work that gets a new version, with what became of the last one. Raises SignInNeeded, UnknownWork."""
    actor.required()
    if not work_id:
        return None
    work = queries.visible_work(session, work_id, actor.sight, at=now())
    if not cataloguing.may_edit(session, work, actor):
        raise cataloguing.UnknownWork
    last = next(iter(reviews.history_of(session, work.id)), None)
    brief = review_of(last, language).model_dump() if last else None
    has_readers = work.state == PUBLISHED and work.version_id is not None
    # for a version that has not reached its readers
    wished = last if last and not (has_readers and last.version_id == work.version_id) else None
    sight = wished.sight if wished else publishing.UNSAID if has_readers else work.sight
    told = {"id": str(work.id), "title": work.title, "state": work.state, "has_readers": has_readers, "sight": sight}
    return {**told, "review": brief, "sights": sights_for(work.unit)}


@page.post("/gui")
async def upload(
    request: Request,
    gate: GateNow,
    house: HouseNow,
    token: Token,
    language: Language,
    file: Annotated[UploadFile, File()],
    sight: Text = "",
    approve: Text = "",
    review: Text = "",
    work: Text = "",
) -> Response:
    """A file by the plain form."""
    try:
        await deposits.take_form(
            gate, house, token, file, deposits.Choices(sight, approve == "true", review == "true", work)
        )
    except SignInNeeded:
        raise
    except Refusal as refusal:
        told = refusal.sentence(language)

        def look(session: Session) -> tuple[Actor, Mapping[str, Any]]:
            actor = sign_in.actor_of(session, token, at=now())
            try:
                return actor, form_of(session, actor, work, language, problem=told)
            except cataloguing.UnknownWork:  # not theirs to change: the form is for a new one
                return actor, form_of(session, actor, "", language, problem=told)

        actor, data = await gate.read(look)
        return shown(request, "upload", actor, data, status=status_of(refusal))
    return RedirectResponse(f"{prefix_of(language)}/bai-cua-toi", 303)


@page.get("/bai-cua-toi")
async def my_uploads_page(
    request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow
) -> Response:
    """My uploads."""
    return await answer(
        request, gate, token, "my-uploads", lambda s, a: {"deposits": deposits.deposits_of(s, a, house, language)}
    )


@page.post("/bai-cua-toi/{deposit_id}/bo")
async def forget(deposit_id: str, gate: GateNow, house: HouseNow, token: Token, language: Language) -> Response:
    """Remove a refused upload from the list."""
    await deposits.cancel(gate, house, deposits.id_of(deposit_id), token)
    return RedirectResponse(f"{prefix_of(language)}/bai-cua-toi", 303)


@page.post("/bai-cua-toi/{deposit_id}/dung")
async def stop(
    deposit_id: str, gate: GateNow, house: HouseNow, token: Token, language: Language, next: Text = ""
) -> Response:
    """Stop the reading of a file, and back to the list on which it stood."""
    with suppress(depositing.NotInWork):  # it has come to its end in this moment, and the page shows which
        await deposits.stop(deposit_id, gate, house, token, language)
    return RedirectResponse(inside(next or f"{prefix_of(language)}/bai-cua-toi", language), 303)


@page.post("/bai-cua-toi/{deposit_id}/gui-duyet")
async def submit_form(deposit_id: str, gate: GateNow, token: Token, language: Language) -> Response:
    """Send one of my uploads to the reviewers by the plain form."""

    def act(session: Session, actor: Actor) -> None:
        reviewing.submit_deposit(
            session, depositing.mine(session, deposits.id_of(deposit_id), actor), by=actor, at=now()
        )

    await acted(gate, token, act)
    return RedirectResponse(f"{prefix_of(language)}/bai-cua-toi", 303)


@page.post("/bai-cua-toi/duyet/{review_id}/rut")
async def recall_form(review_id: str, gate: GateNow, token: Token, language: Language) -> Response:
    """Take my own work back out of the queue by the plain form."""
    await acted(
        gate,
        token,
        lambda session, actor: reviewing.recall(session, reviews.review_id_of(review_id), by=actor, at=now()),
    )
    return RedirectResponse(f"{prefix_of(language)}/bai-cua-toi", 303)


router = in_both_languages(page)
