"""My own pages: the home of my role, switching roles, choosing a password."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.dependencies import GateNow, HouseNow, Language, Token
from api.routes import homes, people
from api.schemas import people as schemas
from api.showing import Text, answer, in_both_languages, prefix_of, shown
from library.clock import now
from library.errors import Refusal, Wrong
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/toi")
async def my_home(request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow) -> Response:
    """The home of the role in use."""
    return await answer(request, gate, token, "me", lambda s, a: homes.home_of(s, a, house, language, at=now()))


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
        opened = await people.choose(gate, token, wish, people.address_of(request))
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        actor = await gate.read(lambda session: sign_in.actor_of(session, token, at=now()))
        first = bool(actor.person and actor.person.first_password)
        return shown(request, "choose-password", actor, {"problem": refusal.sentence(language), "first": first}, status=422)
    response = RedirectResponse(f"{prefix_of(language)}/toi", 303)
    people.set_cookie(response, request, house.settings, opened)
    return response


class PasswordTooShort(Wrong):
    code = "password-too-short"
    vi = "Mật khẩu cần ít nhất 8 kí tự; một câu ngắn dễ nhớ là tốt nhất."
    en = "A password needs 8 characters or more; a short sentence is best."


router = in_both_languages(page)
