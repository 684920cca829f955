"""A page as an answer: filled from a reading session, in the language of its address; a refusal as a page."""

import gzip
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Form, Request
from pydantic import AfterValidator, BaseModel
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.web.gate import Gate
from api.web.me import me_of
from api.web.rendering import render
from api.web.schemas import plain
from library.clock import now
from library.errors import Refusal
from library.notices import inbox
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded

SWAP = "Hoclieu-Swap"  # sent by the router, which has the styles already
OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")  # browsers read a backslash as a slash and skip control characters
Text = Annotated[str, Form(max_length=2000), AfterValidator(plain)]  # a field of a form
LongText = Annotated[str, Form(max_length=20_000), AfterValidator(plain)]
Look = Callable[[Session, Actor], Mapping[str, BaseModel | Any]]


def in_both_languages(page: APIRouter) -> APIRouter:
    """The pages of a room, and the same under the prefix of English."""
    router = APIRouter()
    router.include_router(page)
    router.include_router(page, prefix="/en")
    return router


def rendered(
    request: Request,
    name: str,
    actor: Actor,
    data: Mapping[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A filled page. Pages of people who are signed in are kept by nobody, not even for the browser's Back."""
    language = "en" if request.url.path == "/en" or request.url.path.startswith("/en/") else "vi"
    path = (request.url.path.removeprefix("/en") if language == "en" else request.url.path) or "/"
    dumped = {key: value.model_dump() if isinstance(value, BaseModel) else value for key, value in data.items()}
    html = render(
        name,
        language=language,
        path=path,
        query=dict(request.query_params),
        me=me_of(actor, language).model_dump(),
        name=request.app.state.house.settings.library_name,
        data=dumped,
        swapped=SWAP in request.headers,
        demo=request.app.state.house.settings.demo,
    )
    caching = "no-store" if actor.person else "private, no-cache"  # Back after signing out shows nothing
    kept = {"Cache-Control": caching, "Vary": f"Cookie, Accept-Encoding, {SWAP}", **(headers or {})}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, status, headers=kept)
    return HTMLResponse(gzip.compress(html.encode(), 5, mtime=0), status, headers={**kept, "Content-Encoding": "gzip"})


async def answer(request: Request, gate: Gate, token: str | None, name: str, look: Look) -> Response:
    """Look things up with a reading session and show them."""

    def read(session: Session) -> tuple[Actor, Mapping[str, Any] | None]:
        actor = sign_in.actor_of(session, token, at=now())
        choosing = actor.person is not None and actor.person.first_password and name != "choose-password"
        return actor, None if choosing else {"unread": unread_of(session, actor), **look(session, actor)}

    actor, data = await gate.read(read)
    if data is None:
        return RedirectResponse(f"{prefix_of_path(request)}/doi-mat-khau", 303)
    return rendered(request, name, actor, data)


def unread_of(session: Session, actor: Actor) -> int:
    """What the bell says."""
    return inbox.unread(session, actor.person.id) if actor.person else 0


def problem_page(request: Request, refusal: Refusal, status: int, headers: dict[str, str]) -> Response:
    """A refusal as a page; without sign-in because the database may be the one that is missing."""
    if isinstance(refusal, SignInNeeded):
        return RedirectResponse(f"{prefix_of_path(request)}/dang-nhap?next={quote(request.url.path)}", 303)
    if isinstance(refusal, PasswordToChoose):
        return RedirectResponse(f"{prefix_of_path(request)}/doi-mat-khau", 303)
    language = "en" if request.url.path.startswith("/en") else "vi"
    request_id = structlog.contextvars.get_contextvars().get("request_id") if status >= 500 else None
    data = {"sentence": refusal.sentence(language), "request_id": request_id}
    return rendered(request, "problem", sign_in.VISITING, data, status=status, headers=headers)


def inside(target: str, language: str) -> str:
    """An address of this house only; anything else leads home."""
    return target if OURS.fullmatch(target) else f"{prefix_of(language)}/"


def prefix_of_path(request: Request) -> str:
    """The prefix of the language that is being read."""
    return "/en" if request.url.path == "/en" or request.url.path.startswith("/en/") else ""


def prefix_of(language: str) -> str:
    """The prefix of English pages."""
    return "/en" if language == "en" else ""


shown = rendered
