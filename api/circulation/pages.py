"""The librarian's pages: the desk, the copies; and everybody's own loans. Forms work without script."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.circulation import schemas, shown
from api.web import pages
from api.web.dependencies import GateNow, Language, Token
from api.web.errors import NotValid, status_of
from api.web.gate import Gate
from api.web.pages import LongText, Text, answer, in_both_languages, prefix_of
from library.catalogue.isbn import normal_isbn
from library.circulation import desk, stock
from library.circulation.models import LENT, PATRON
from library.circulation.refusals import TitleToConfirm, UnknownCard
from library.clock import now
from library.errors import Refusal
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ANOTHER = "another"
Read = Callable[[Session, Actor], Mapping[str, Any]]


@dataclass(frozen=True)
class AtDesk:
    """Who stands at the desk, as its page carries it from scan to scan: by the scan of their card.

    `card` is what pages of the release before carry; it stays in the page until its reader is done.
    """

    opened_by: str = ""
    card: str = ""


NOBODY = AtDesk()


@page.get("/quay")
async def desk_page(request: Request, gate: GateNow, token: Token) -> Response:
    """The desk."""
    return await desk_shown(request, gate, token)


@page.post("/quay")
async def scan_form(
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    code: Text = "",
    opened_by: Text = "",
    card: Text = "",
    key: Text = "",
) -> Response:
    """One scan by the plain form."""
    before = AtDesk(opened_by, card)

    def act(session: Session) -> schemas.Scan:
        actor = sign_in.actor_of(session, token, at=now())
        school = shown.school_of(session, actor)
        wish = schemas.ScanWish(id=uuid.UUID(key), code=code, opened_by=id_or_none(opened_by), card=card or None)
        done = desk.scan(session, wish.id, wish.code, wish.card, school, by=actor, at=now(), opened_by=wish.opened_by)
        return shown.sent(session, done, language, at=now())

    try:
        done = await gate.write(act)
    except ValueError:
        return await desk_shown(request, gate, token, problem=NotValid(fields="code"), there=before)
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        # whoever's card was not opened, the next copy is not for the reader before them
        there = AtDesk(key) if isinstance(refusal, UnknownCard) else before
        return await desk_shown(request, gate, token, problem=refusal, there=there)
    there = AtDesk(done.id) if done.kind == PATRON else before if done.kind == LENT else NOBODY
    return await desk_shown(request, gate, token, done=done, there=there)


@page.post("/quay/{scan_id}/hoan-tac")
async def undo_form(scan_id: uuid.UUID, request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """Take the last act back by the plain form."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        desk.undo(session, scan_id, shown.school_of(session, actor), by=actor, at=now())

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
        delivery = stock.Delivery(**dict(_delivery(given)))
        work, items = stock.receive(session, shown.school_of(session, actor), delivery, by=actor, at=now())
        return shown.copies_in(items, work.title)

    try:
        made = await gate.write(act)
    except (ValidationError, ValueError):
        wrong = NotValid(fields="count, barcodes")
        return await filled(request, gate, token, "copies", _copies, problem=wrong, given=given)
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        read = _copies_and_titles(isbn) if isinstance(refusal, TitleToConfirm) or known else _copies
        return await filled(request, gate, token, "copies", read, problem=refusal, given=given)
    return await filled(request, gate, token, "copies", _copies, made=made.model_dump()["copies"])


@page.get("/toi/muon")
async def my_loans(request: Request, gate: GateNow, token: Token) -> Response:
    """What I have at home."""
    return await answer(request, gate, token, "my-loans", lambda s, a: {"loans": shown.loans_of(s, a, at=now()).loans})


async def desk_shown(
    request: Request,
    gate: Gate,
    token: str | None,
    *,
    done: schemas.Scan | None = None,
    problem: Refusal | None = None,
    there: AtDesk = NOBODY,
) -> Response:
    """The desk with what the last scan did; the patron stays at the desk until somebody presses "done"."""

    def read(session: Session, actor: Actor) -> Mapping[str, Any]:
        found = shown.desk_of(session, actor, at=now())
        borrower = done.borrower if done and there != NOBODY else _borrower(session, actor, there)
        given = {"desk": found, "done": done, "borrower": borrower}
        wire = {name: value and value.model_dump(mode="json") for name, value in given.items()}
        return {
            **{name: value and value.model_dump() for name, value in given.items()},
            "there": there,
            "program": json.dumps({**wire, "opened_by": there.opened_by or None}),
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
    return pages.shown(request, name, actor, {**data, **told, **more}, status=status_of(problem) if problem else 200)


def id_or_none(text: str) -> uuid.UUID | None:
    """An id as a form carries it. Raises ValueError."""
    return uuid.UUID(text) if text else None


def _borrower(session: Session, actor: Actor, there: AtDesk) -> schemas.Borrower | None:
    """Whoever's card is open; nobody when none is, or when it was not opened."""
    try:
        opened_by = id_or_none(there.opened_by)
    except ValueError:
        return None
    return shown.borrower_opened(session, actor, opened_by) if opened_by else None


def _delivery(given: Mapping[str, str]) -> schemas.NewCopies:
    """What was typed, as the API knows it. Raises ValueError."""
    known = given["known"]
    chosen = {"another": True} if known == ANOTHER else {"work_id": uuid.UUID(known)} if known else {}
    return schemas.NewCopies(
        title=given["title"].strip(),
        isbn=given["isbn"].strip(),
        count=int(given["count"]),
        shelf=given["shelf"].strip() or None,
        barcodes=given["barcodes"].split(),
        **chosen,
    )


def _copies(session: Session, actor: Actor) -> Mapping[str, Any]:
    return {"copies": shown.copies_of(session, actor).model_dump()["copies"], "titles": []}


def _copies_and_titles(isbn: str) -> Read:
    """The same, and what the library knows under an ISBN."""

    def read(session: Session, actor: Actor) -> Mapping[str, Any]:
        known = shown.titles_of(session, actor, isbn, at=now()).titles if normal_isbn(isbn) else []
        return {**_copies(session, actor), "titles": [one.model_dump() for one in known]}

    return read


router = in_both_languages(page)
