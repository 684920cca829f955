"""My own pages: the home of my role, switching roles, choosing a password."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.homes import of_roles as homes
from api.people import entrance as people
from api.people import schemas
from api.web.callers import Calling
from api.web.dependencies import GateNow, HouseNow, Language, Token, WatchNow
from api.web.errors import retry_after, status_of
from api.web.gate import Gate
from api.web.pages import Text, answer, in_both_languages, not_valid, prefix_of, shown
from library.clock import now
from library.errors import Busy, Refusal
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/toi")
async def my_home(request: Request, gate: GateNow, token: Token, language: Language, watch: WatchNow) -> Response:
    """The home of the role in use."""
    return await answer(request, gate, token, "me", lambda s, a: homes.home_of(s, a, watch, language, at=now()))


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
async def password_form(
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    house: HouseNow,
    caller: Calling,
    old: Text,
    new: Text,
) -> Response:
    """Choose another password by the plain form."""
    try:
        opened = await people.choose(
            gate, token, schemas.PasswordChoice(old=old, new=new), caller, library=house.settings.library_name
        )
    except ValidationError as error:
        return await password_refused(request, gate, token, language, not_valid(error))
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        return await password_refused(request, gate, token, language, refusal)
    response = RedirectResponse(f"{prefix_of(language)}/toi", 303)
    people.set_cookie(response, request, house.settings, opened)
    return response


async def password_refused(
    request: Request, gate: Gate, token: str | None, language: str, refusal: Refusal
) -> Response:
    """The form again, with what was wrong."""
    actor = await gate.read(lambda session: sign_in.actor_of(session, token, at=now()))
    data = {"problem": refusal.sentence(language), "first": bool(actor.person and actor.person.first_password)}
    status = status_of(refusal) if isinstance(refusal, Busy) else 422
    return shown(request, "choose-password", actor, data, status=status, headers=retry_after(refusal))


router = in_both_languages(page)
