"""The librarian's pages: the desk, the copies; and everybody's own loans. Forms work without script."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.circulation import routes as desk_api
from api.circulation import schemas
from api.web.dependencies import GateNow, Language, Token
from api.web.errors import NotValid, status_of
from api.web.gate import Gate
from api.web.pages import LongText, Text, answer, in_both_languages, prefix_of, shown
from library.catalogue.isbn import normal_isbn
from library.circulation import desk
from library.circulation.refusals import TitleToConfirm
from library.clock import now
from library.errors import Refusal
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ANOTHER = "another"
Read = Callable[[Session, Actor], Mapping[str, Any]]


@page.get("/quay")
async def desk_page(request: Request, gate: GateNow, token: Token) -> Response:
    """The desk."""
    return await desk_shown(request, gate, token)


@page.post("/quay")
async def scan_form(
    request: Request, gate: GateNow, token: Token, language: Language, code: Text = "", card: Text = "", key: Text = ""
) -> Response:
    """One scan by the plain form."""

    def act(session: Session) -> schemas.Scan:
        actor = sign_in.actor_of(session, token, at=now())
        wish = schemas.ScanWish(id=uuid.UUID(key), code=code.strip(), card=card or None)
        school = desk_api.school_of(session, actor)
        return desk_api.sent(
            session, desk.scan(session, wish.id, wish.code, wish.card, school, by=actor, at=now()), language, at=now()
        )

    try:
        return await desk_shown(request, gate, token, done=await gate.write(act), card=card)
    except ValueError:
        return await desk_shown(request, gate, token, problem=NotValid(fields="code"), card=card)
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        return await desk_shown(request, gate, token, problem=refusal, card=card)


@page.post("/quay/{scan_id}/hoan-tac")
async def undo_form(scan_id: uuid.UUID, request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """Take the last act back by the plain form."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        desk.undo(session, scan_id, desk_api.school_of(session, actor), by=actor, at=now())

    try:
        await gate.write(act)
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        return await desk_shown(request, gate, token, problem=refusal)
    return RedirectResponse(f"{prefix_of(language)}/quay", 303)


@page.get("/kho")
async def copies_page(request: Request, gate: GateNow, token: Token) -> Response:
    """The copies of the school."""
    return await filled(request, gate, token, "copies", _copies)


@page.post("/kho")
async def add_copies(
    request: Request,
    gate: GateNow,
    token: Token,
    title: Text = "",
    isbn: Text = "",
    count: Text = "1",
    shelf: Text = "",
    barcodes: LongText = "",
    known: Text = "",
) -> Response:
    """Add copies by the plain form: by ISBN, by title, with own labels or the school's. `known`: the title chosen under
    the ISBN, or "another".
    """
    given = {"title": title, "isbn": isbn, "count": count, "shelf": shelf, "barcodes": barcodes, "known": known}

    def act(session: Session) -> schemas.CopiesOfSchool:
        actor = sign_in.actor_of(session, token, at=now())
        chosen = {"another": True} if known == ANOTHER else {"work_id": uuid.UUID(known)} if known else {}
        wish = schemas.NewCopies(
            title=title.strip(),
            isbn=isbn.strip(),
            count=int(count),
            shelf=shelf.strip() or None,
            barcodes=barcodes.split(),
            **chosen,
        )
        return desk_api.added(session, wish, actor, at=now())

    try:
        made = await gate.write(act)
    except (ValidationError, ValueError):
        return await filled(
            request, gate, token, "copies", _copies, problem=NotValid(fields="count, barcodes"), given=given
        )
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        asked = isinstance(refusal, TitleToConfirm) or bool(known)
        read = _copies_and_titles(isbn) if asked else _copies
        return await filled(request, gate, token, "copies", read, problem=refusal, given=given)
    return await filled(request, gate, token, "copies", _copies, made=made.model_dump()["copies"])


@page.get("/toi/muon")
async def my_loans(request: Request, gate: GateNow, token: Token) -> Response:
    """What I have at home."""
    return await answer(
        request, gate, token, "my-loans", lambda s, a: {"loans": desk_api.loans_of(s, a, at=now()).loans}
    )


async def desk_shown(
    request: Request,
    gate: Gate,
    token: str | None,
    *,
    done: schemas.Scan | None = None,
    problem: Refusal | None = None,
    card: str = "",
) -> Response:
    """The desk with what the last scan did; the patron stays at the desk until somebody presses "done"."""

    def read(session: Session, actor: Actor) -> Mapping[str, Any]:
        found = desk_api.desk_of(session, actor, at=now())
        borrower = done.borrower if done and done.kind in ("patron", "lent") else None
        if borrower is None and problem is not None and card:
            borrower = desk_api.borrower_at(session, actor, card)
        return {
            "desk": found.model_dump(),
            "done": done.model_dump() if done else None,
            "borrower": borrower,
            "key": str(uuid.uuid4()),
        }

    return await filled(request, gate, token, "desk", read, problem=problem)


async def filled(
    request: Request,
    gate: Gate,
    token: str | None,
    name: str,
    read: Read,
    *,
    problem: Refusal | None = None,
    **more: Any,
) -> Response:
    """A page of the library's staff, with what was wrong with the last wish."""
    language = "en" if request.url.path.startswith("/en/") else "vi"

    def look(session: Session) -> tuple[Actor, Mapping[str, Any]]:
        actor = sign_in.actor_of(session, token, at=now())
        return actor, read(session, actor)

    actor, data = await gate.read(look)
    told: dict[str, Any] = {"problem": problem.sentence(language) if problem else None, "given": {}, "made": None}
    return shown(request, name, actor, {**data, **told, **more}, status=status_of(problem) if problem else 200)


def _copies(session: Session, actor: Actor) -> Mapping[str, Any]:
    return {"copies": desk_api.copies_of(session, actor).model_dump()["copies"], "titles": []}


def _copies_and_titles(isbn: str) -> Read:
    """The same, and what the library knows under an ISBN."""

    def read(session: Session, actor: Actor) -> Mapping[str, Any]:
        known = desk_api.titles_of(session, actor, isbn, at=now()).titles if normal_isbn(isbn) else []
        return {**_copies(session, actor), "titles": [one.model_dump() for one in known]}

    return read


router = in_both_languages(page)
