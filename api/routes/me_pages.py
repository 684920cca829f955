"""My own pages: the home of my role, switching roles, choosing a password."""

import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import describing
from api.dependencies import GateNow, HouseNow, Language, Token
from api.routes import desk as desk_api
from api.routes import home, people, reviews
from api.routes.pages import Text, answer, prefix_of, shown
from api.schemas import people as schemas
from library.catalogue import depositing, queries
from library.clock import now
from library.errors import Refusal
from library.people import sign_in
from library.people.roles import AUTHORS, LIBRARIAN
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded
from library.reviews.queries import is_reviewer

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SHOWN = 6


@page.get("/toi")
async def my_home(request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow) -> Response:
    """The home of the role in use."""
    return await answer(request, gate, token, "me", lambda s, a: home_of(s, a, language, house.settings.library_name))


@page.post("/toi/vai-tro")
async def switch_form(gate: GateNow, token: Token, language: Language, role_id: Text) -> Response:
    """Switch to another role."""
    await gate.write(lambda session: people.switched(session, token, role_id))
    return RedirectResponse(f"{prefix_of(language)}/toi", 303)


@page.get("/doi-mat-khau")
async def password_page(request: Request, gate: GateNow, token: Token) -> Response:
    """The form for another password."""

    def look(_session: Session, actor: Actor) -> Mapping[str, Any]:
        if actor.person is None:
            raise SignInNeeded
        return {"problem": None, "first": actor.person.first_password}

    return await answer(request, gate, token, "choose-password", look)


@page.post("/doi-mat-khau")
async def password_form(request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow, old: Text, new: Text) -> Response:
    """Choose another password by the plain form."""
    try:
        if not 8 <= len(new) <= 200:
            raise PasswordTooShort
        wish = schemas.PasswordChoice(old=old[:200] or " ", new=new)
        opened, _ = await people.choose(gate, token, wish, people.address_of(request))
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        actor = await gate.read(lambda session: sign_in.actor_of(session, token, at=now()))
        first = bool(actor.person and actor.person.first_password)
        return shown(request, "choose-password", actor, {"problem": refusal.sentence(language), "first": first}, status=422)
    response = RedirectResponse(f"{prefix_of(language)}/toi", 303)
    people.set_cookie(response, request, house.settings, opened)
    return response


class PasswordTooShort(Refusal):
    code = "password-too-short"
    vi = "Mật khẩu cần ít nhất 8 kí tự; một câu ngắn dễ nhớ là tốt nhất."
    en = "A password needs 8 characters or more; a short sentence is best."


def home_of(session: Session, actor: Actor, language: str, library_name: str) -> Mapping[str, Any]:
    """What the home of a role shows: at most five things."""
    person = actor.required()
    at = now()
    shelf = home.home_of(session, actor, language, library_name, at=at)
    mine = depositing.of_person(session, person.id, limit=50) if actor.has_role(*AUTHORS) else []
    desk = desk_api.desk_of(session, actor, at=at) if actor.current and actor.current.role == LIBRARIAN and desk_api.keeps_desk(session, actor) else None
    return {
        "key": str(uuid.uuid4()),
        "out": desk.open_loans if desk else 0,
        "late": desk.overdue if desk else 0,
        "loans": desk_api.loans_of(session, actor, at=at).loans,
        "read_on": shelf.read_on,
        "to_review": reviews.queue_of(session, actor, language, at=at).model_dump() if is_reviewer(actor) else None,
        "classes": [one.school_class.name for one in actor.classes],
        "uploads": len(mine),
        "unfinished": sum(one.state in ("receiving", "waiting", "working") for one in mine),
        "refused": sum(one.state in ("refused", "failed") for one in mine),
        "newest": [describing.card_of(work, language) for work in queries.newest(session, actor.sight, at=at, limit=SHOWN)],
    }


router = APIRouter()
router.include_router(page)
router.include_router(page, prefix="/en")
