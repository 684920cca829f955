"""The reviewer's pages: the queue opens on the oldest; approving leads to the next. Forms work without script."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.reviews import routes as api
from api.reviews import schemas
from api.web.dependencies import Asked, GateNow, Language, Token, number_in
from api.web.errors import status_of
from api.web.gate import Gate
from api.web.pages import Act, Text, acted, in_both_languages, prefix_of, shown
from api.web.schemas import Code
from api.web.terms import named
from library import vocabulary
from library.catalogue import queries as catalogue
from library.clock import now
from library.errors import Refusal
from library.people import sign_in
from library.people.sign_in import Actor
from library.reviews import queries, reviewing
from library.reviews.models import Review
from library.reviews.refusals import AlreadyDecided, NotAReviewer, OwnWork, UnknownReview
from library.reviews.reviewing import UNDO_LASTS

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/duyet")
async def queue_page(request: Request, gate: GateNow, token: Token, language: Language, vua: Asked = "") -> Response:
    """Open the oldest one that nobody else has open; when there is none, say what there is."""

    def look(session: Session) -> tuple[Actor, Mapping[str, Any], uuid.UUID | None]:
        actor = sign_in.actor_of(session, token, at=now())
        found = reviewing.open_next(session, by=actor, at=now())
        return actor, data_of(session, actor, None, language, done=vua), found.id if found else None

    actor, data, review_id = await gate.write(look)
    if review_id is not None:
        return RedirectResponse(address(language, review_id, vua), 303)
    return shown(request, "review", actor, data)


@page.get("/duyet/{review_id}")
async def review_page(
    review_id: str, request: Request, gate: GateNow, token: Token, language: Language, p: Asked = "1", vua: Asked = ""
) -> Response:
    """One review, opened for whoever may decide."""
    return await review_shown(request, gate, token, review_id, language, p=p, done=vua)


@page.post("/duyet/{review_id}/duyet")
async def approve_form(
    review_id: str,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    version_id: Text = "",
    digest: Text = "",
) -> Response:
    """Approve by the plain form, and on to the next."""

    def act(session: Session, actor: Actor) -> None:
        reviewing.approve(session, queries.review_id_of(review_id), api.seen_of(version_id, digest), by=actor, at=now())

    return await decided(request, gate, token, review_id, language, act)


@page.post("/duyet/{review_id}/tra-lai")
async def return_form(
    review_id: str,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    version_id: Text = "",
    digest: Text = "",
    reasons: Annotated[list[Code] | None, Form(max_length=20)] = None,
    remark: Text = "",
) -> Response:
    """Return by the plain form, and on to the next."""

    def act(session: Session, actor: Actor) -> None:
        seen = api.seen_of(version_id, digest)
        reviewing.return_(
            session, queries.review_id_of(review_id), seen, reasons or [], remark[:2000], by=actor, at=now()
        )

    return await decided(request, gate, token, review_id, language, act, remark=remark)


@page.post("/duyet/{review_id}/hoan-tac")
async def undo_form(review_id: str, request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """Take the last decision back by the plain form."""
    try:
        await acted(
            gate,
            token,
            lambda session, actor: reviewing.undo(session, queries.review_id_of(review_id), by=actor, at=now()),
        )
    except (UnknownReview, sign_in.SignInNeeded, sign_in.PasswordToChoose):
        raise
    except Refusal as refusal:
        return await review_shown(request, gate, token, review_id, language, refusal=refusal)
    return RedirectResponse(address(language, review_id), 303)


async def decided(
    request: Request, gate: Gate, token: str | None, review_id: str, language: str, act: Act, *, remark: str = ""
) -> Response:
    """Decide and go on to the next; a refusal is told beside the work it is about. A second press of the same button
    changes nothing.
    """
    try:
        await acted(gate, token, act)
    except (UnknownReview, sign_in.SignInNeeded, sign_in.PasswordToChoose):
        raise
    except Refusal as refusal:
        if not isinstance(refusal, AlreadyDecided) or not await gate.read(
            lambda session: is_mine(session, token, review_id)
        ):
            return await review_shown(request, gate, token, review_id, language, refusal=refusal, remark=remark)
    return RedirectResponse(f"{prefix_of(language)}/duyet?vua={review_id}", 303)


def is_mine(session: Session, token: str | None, review_id: str) -> bool:
    """Whether the decision is the asker's own."""
    actor = sign_in.actor_of(session, token, at=now())
    return queries.seen_by(session, queries.review_id_of(review_id), actor).decided_by_id == actor.person_id


async def review_shown(
    request: Request,
    gate: Gate,
    token: str | None,
    review_id: str,
    language: str,
    *,
    p: str = "1",
    done: str = "",
    refusal: Refusal | None = None,
    remark: str = "",
) -> Response:
    """A review with its queue, and with what was refused."""

    def look(session: Session) -> tuple[Actor, Mapping[str, Any]]:
        actor = sign_in.actor_of(session, token, at=now())
        review = opened(session, queries.review_id_of(review_id), actor)
        return actor, data_of(session, actor, review, language, number=p, done=done, refusal=refusal, remark=remark)

    actor, data = await gate.write(look)
    return shown(request, "review", actor, data, status=status_of(refusal) if refusal else 200)


def opened(session: Session, review_id: uuid.UUID, actor: Actor) -> Review:
    """Open it for who may decide; others look only. Raises SignInNeeded, UnknownReview."""
    try:
        return reviewing.open_one(session, review_id, by=actor, at=now())
    except (AlreadyDecided, NotAReviewer, OwnWork):
        return queries.seen_by(session, review_id, actor)


def data_of(
    session: Session,
    actor: Actor,
    review: Review | None,
    language: str,
    *,
    number: str = "1",
    done: str = "",
    refusal: Refusal | None = None,
    remark: str = "",
) -> Mapping[str, Any]:
    """What the page shows. Raises UnknownPage."""
    at = now()
    sent = api.sent(session, review, actor, language, at=at) if review else None
    current = review.id if review else None
    return {
        "review": sent,
        "queue": api.queue_of(session, actor, language, at=at, current=current)
        if queries.is_reviewer(actor)
        else schemas.Queue(waiting=0, reviews=[]),
        "leaf": leaf_of(session, review, number) if review and queries.may_open(review, actor) else None,
        "done": done_of(session, actor, done),
        "reasons": [named(vocabulary.reasons(), code, language) for code in vocabulary.reasons()],
        "problem": refusal.sentence(language) if refusal else None,
        "remark": remark,
    }


def leaf_of(session: Session, review: Review, text: str) -> Mapping[str, Any] | None:
    """The page of the version that is shown, as readers will get it; none for a file without pages."""
    count = review.version.page_count or 0
    if not count:
        return None
    number = number_in(text, count)
    found = catalogue.page(session, review.version_id, number)
    drawn = catalogue.rendition(session, review.version_id, "page-800", number)
    image = f"/api/v1/reviews/{review.id}/pages/{number}/image" if drawn else None
    return {
        "number": number,
        "count": count,
        "width": round(found.width),
        "height": round(found.height),
        "text": found.text,
        "image": image,
    }


def done_of(session: Session, actor: Actor, text: str) -> Mapping[str, Any] | None:
    """The decision made just now, while it can be undone."""
    try:
        review = queries.seen_by(session, queries.review_id_of(text), actor) if text else None
    except UnknownReview:
        return None
    if (
        review is None
        or review.decided_by_id != actor.person_id
        or review.decided_at is None
        or now() - review.decided_at >= UNDO_LASTS
    ):
        return None
    left = UNDO_LASTS - (now() - review.decided_at)
    return {
        "id": str(review.id),
        "title": review.work.title,
        "state": review.state,
        "seconds": max(1, round(left.total_seconds())),
    }


def address(language: str, review_id: uuid.UUID | str, done: str = "") -> str:
    """Where a review is shown."""
    return f"{prefix_of(language)}/duyet/{review_id}" + (f"?vua={done}" if done else "")


router = in_both_languages(page)
