"""A page as an answer, in the language of its address; a refusal as a page."""

import gzip
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import structlog
from fastapi import Form, Request
from pydantic import AfterValidator, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.web.dependencies import language
from api.web.errors import not_valid
from api.web.me import me_of
from api.web.rendering import render
from api.web.schemas import Wish, plain
from library.errors import Refusal
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded

SWAP = "Hoclieu-Swap"  # sent by the router, which has the styles already
OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")  # browsers read a backslash as a slash and skip control characters
Text = Annotated[str, Form(max_length=2000), AfterValidator(plain)]  # a field of a form
LongText = Annotated[str, Form(max_length=20_000), AfterValidator(plain)]


Wished = TypeVar("Wished", bound=Wish)


def wished(shape: type[Wished], /, **typed: Any) -> Wished:
    """What a form wishes, as the API knows it. Raises NotValid with the fields that do not fit."""
    try:
        return shape.model_validate(typed)
    except ValidationError as error:
        raise not_valid([one["loc"] for one in error.errors()]) from error


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
    spoken = language(request)
    path = (request.url.path.removeprefix("/en") if spoken == "en" else request.url.path) or "/"
    html = render(
        name,
        language=spoken,
        path=path,
        query=dict(request.query_params),
        me=me_of(actor, spoken),
        name=request.app.state.house.settings.library_name,
        data=data,
        swapped=SWAP in request.headers,
        demo=request.app.state.house.settings.demo,
    )
    caching = "no-store" if actor.person else "private, no-cache"  # Back after signing out shows nothing
    kept = {"Cache-Control": caching, "Vary": f"Cookie, Accept-Encoding, {SWAP}", **(headers or {})}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, status, headers=kept)
    return HTMLResponse(gzip.compress(html.encode(), 5, mtime=0), status, headers={**kept, "Content-Encoding": "gzip"})


def problem_page(request: Request, refusal: Refusal, status: int, headers: dict[str, str]) -> Response:
    """A refusal as a page; without sign-in because the database may be the one that is missing."""
    spoken = language(request)
    if isinstance(refusal, SignInNeeded):
        return RedirectResponse(f"{prefix_of(spoken)}/dang-nhap?next={quote(request.url.path)}", 303)
    if isinstance(refusal, PasswordToChoose):
        return RedirectResponse(f"{prefix_of(spoken)}/doi-mat-khau", 303)
    request_id = structlog.contextvars.get_contextvars().get("request_id") if status >= 500 else None
    data = {"sentence": refusal.sentence(spoken), "request_id": request_id}
    return rendered(request, "problem", sign_in.VISITING, data, status=status, headers=headers)


def inside(target: str, spoken: str) -> str:
    """An address of this house only; anything else leads home."""
    return target if OURS.fullmatch(target) else f"{prefix_of(spoken)}/"


def prefix_of(spoken: str) -> str:
    """The prefix of English pages."""
    return "/en" if spoken == "en" else ""
