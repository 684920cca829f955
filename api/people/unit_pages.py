"""The pages of those who look after schools, communes and departments. Every form works without script."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.people import roster_schemas as schemas
from api.people import units as units_api
from api.web.dependencies import GateNow, Language, Token
from api.web.errors import NotValid
from api.web.gate import Gate
from api.web.pages import Text, in_both_languages, prefix_of, unread_of, with_problem, wrong_with
from api.web.schemas import Code
from library.clock import now
from library.errors import Refusal
from library.people import sign_in
from library.people.models import SCHOOL
from library.people.sign_in import Actor

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
NO_HUB = "-"  # an empty field of a form is a field that was not sent


@page.get("/quan-tri/truong")
async def units_page(request: Request, gate: GateNow, token: Token) -> Response:
    """The schools and communes in my care."""
    return await units_shown(request, gate, token)


@page.post("/quan-tri/truong")
async def open_unit(
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    kind: Text = SCHOOL,
    code: Text = "",
    name: Text = "",
    place: Text = "",
) -> Response:
    """A new school, commune or department by the plain form."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        units_api.open_unit(schemas.UnitOpening(kind=kind, code=code, name=name, place=place), session, actor, now())

    return await units_changed(request, gate, token, language, act, {"code": code, "name": name})


@page.post("/quan-tri/truong/{code}")
async def change_unit(
    code: str,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    parts: Annotated[list[Code], Form(default_factory=list, max_length=20)],
    into: Text = "",
    name: Text = "",
    hub: Text = "",
    authority: Text = "",
) -> Response:
    """Rename a unit, choose its hub or who manages it, merge it into another or split it into several."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        if len(parts) == 1:
            raise NotValid(fields="parts")  # one part would be a merger, which has a button of its own
        if into or parts:
            units_api.succeed(code, schemas.Succession(into=parts or [into]), session, actor, now())
        else:
            units_api.change(
                code,
                schemas.UnitChange(
                    name=name or None, hub={"": None, NO_HUB: ""}.get(hub, hub), authority=authority or None
                ),
                session,
                actor,
                now(),
            )

    return await units_changed(request, gate, token, language, act, {})


async def units_changed(
    request: Request,
    gate: Gate,
    token: str | None,
    language: str,
    act: Callable[[Session], None],
    given: Mapping[str, str],
) -> Response:
    """Do it and show the list again, with what was wrong."""
    if problem := await wrong_with(gate.write(act)):
        return await units_shown(request, gate, token, problem=problem, given=given)
    return RedirectResponse(f"{prefix_of(language)}/quan-tri/truong", 303)


async def units_shown(
    request: Request,
    gate: Gate,
    token: str | None,
    *,
    problem: Refusal | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    """The list of units, with what was wrong with the last wish."""

    def read(session: Session) -> tuple[Actor, Mapping[str, Any]]:
        actor = sign_in.actor_of(session, token, at=now())
        return actor, {"unread": unread_of(session, actor), "units": units_api.units_of(session, actor).units}

    actor, data = await gate.read(read)
    return with_problem(request, "admin-units", actor, data, problem, given)


router = in_both_languages(page)
