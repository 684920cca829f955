"""The pages of those who look after accounts: who is here, with which roles, in which class. Every form works without
script.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.people import roster_schemas as schemas
from api.people import rosters as rosters_api
from api.people import units as units_api
from api.web.dependencies import Asked, GateNow, HouseNow, Language, Token
from api.web.gate import Gate
from api.web.pages import Text, in_both_languages, not_valid, prefix_of, unread_of, with_problem, wrong_with
from api.web.terms import reasons_for
from library.clock import now
from library.errors import Refusal
from library.operations.deletions import PERSON
from library.people import care, rosters, sign_in, throttling
from library.people.models import PUPIL, SCHOOL, TEACHER, Unit
from library.people.roles import ADMINISTRATOR, ROLES, name_of
from library.people.sight import units_below
from library.people.sign_in import Actor, NotAllowed, PasswordToChoose, SignInNeeded

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/quan-tri/nguoi-dung")
async def people_page(
    request: Request, gate: GateNow, token: Token, language: Language, don_vi: Asked = ""
) -> Response:
    """The people of a unit in my care."""
    return await people_shown(request, gate, token, language, don_vi)


@page.post("/quan-tri/nguoi-dung")
async def add_person(
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    house: HouseNow,
    unit: Text,
    name: Text = "",
    login: Text = "",
    role: Text = "",
    way: Text = "link",
    email: Text = "",
) -> Response:
    """A new person by the plain form."""
    try:
        wish = schemas.NewMember(name=name, login=login, role=role, way=way, email=email.strip() or None)
        made = await rosters_api.add(unit, wish, request, gate, token, house)
    except ValidationError as error:
        return await people_shown(
            request,
            gate,
            token,
            language,
            unit,
            problem=not_valid(error),
            given={"name": name, "login": login, "email": email},
        )
    except (SignInNeeded, PasswordToChoose):
        raise
    except Refusal as refusal:
        return await people_shown(
            request, gate, token, language, unit, problem=refusal, given={"name": name, "login": login, "email": email}
        )
    return await people_shown(request, gate, token, language, unit, made=made)


@page.post("/quan-tri/nguoi-dung/{person_id}/vai-tro")
async def give_role(
    person_id: uuid.UUID,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    unit: Text,
    place: Text = "",
    role: Text = "",
) -> Response:
    """One more role, in this unit or a department of it."""

    def act(session: Session, actor: Actor) -> None:
        person = care.person_in_care(session, person_id, by=actor, at=now())
        rosters.give_role(session, person, units_api.in_care(session, place or unit, actor), role, by=actor, at=now())

    return await people_changed(request, gate, token, language, unit, act)


@page.post("/quan-tri/nguoi-dung/{person_id}/lop")
async def enrol(
    person_id: uuid.UUID,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    unit: Text,
    school_class: Text = "",
) -> Response:
    """Into a class: pupils to learn there, everybody else to teach it."""

    def act(session: Session, actor: Actor) -> None:
        person = care.person_in_care(session, person_id, by=actor, at=now())
        chosen = care.class_in_care(session, rosters_api.class_id_of(school_class), by=actor)
        pupils = rosters.holding(session, {chosen.unit_id}, (PUPIL,), at=now())
        rosters.enrol(
            session, chosen, person, at=now(), role=PUPIL if person.id in pupils else TEACHER, by=actor.person_id
        )

    return await people_changed(request, gate, token, language, unit, act)


@page.post("/quan-tri/lop")
async def open_class(
    request: Request, gate: GateNow, token: Token, language: Language, unit: Text, name: Text = "", grade: Text = ""
) -> Response:
    """A class of this school year by the plain form."""

    def act(session: Session, actor: Actor) -> None:
        wish = schemas.NewClass(name=name, grade=int(grade) if grade.isdecimal() else None)
        rosters_api.open_class(unit, wish, session, actor, now())

    return await people_changed(request, gate, token, language, unit, act)


@page.post("/quan-tri/nguoi-dung/{person_id}/{act}")
async def change_person(
    person_id: uuid.UUID,
    act: str,
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    house: HouseNow,
    unit: Text,
) -> Response:
    """Disable, enable, let try again, or open a fresh way in."""
    if act in ("lien-ket", "in-mat-khau"):
        wish = schemas.NewWayIn(way="link" if act == "lien-ket" else "password")
        made = await rosters_api.way_in(person_id, wish, request, gate, token, house)
        return await people_shown(request, gate, token, language, unit, made=made)

    def change(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        if act == "cho-thu":
            throttling.lift(
                session, care.person_in_full_care(session, person_id, by=actor, at=now()), by=actor.person_id, at=now()
            )
            return
        person = care.person_in_care(session, person_id, by=actor, at=now())
        {"khoa": rosters.disable, "mo": rosters.enable}[act](session, person, by=actor, at=now())

    if act not in ("khoa", "mo", "cho-thu"):
        raise care.UnknownMember
    try:
        await gate.write(change)
    except (NotAllowed, rosters.LastAdministrator) as refusal:
        return await people_shown(request, gate, token, language, unit, problem=refusal)
    return RedirectResponse(f"{prefix_of(language)}/quan-tri/nguoi-dung?don_vi={unit}", 303)


@page.post("/quan-tri/nguoi-dung/vai-tro/{membership_id}/thoi")
async def end_role(
    membership_id: uuid.UUID, request: Request, gate: GateNow, token: Token, language: Language, unit: Text
) -> Response:
    """End one role."""

    def end(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        rosters.end_role(session, membership_id, by=actor, at=now())

    try:
        await gate.write(end)
    except rosters.LastAdministrator as refusal:
        return await people_shown(request, gate, token, language, unit, problem=refusal)
    return RedirectResponse(f"{prefix_of(language)}/quan-tri/nguoi-dung?don_vi={unit}", 303)


async def people_changed(
    request: Request, gate: Gate, token: str | None, language: str, unit: str, act: Callable[[Session, Actor], None]
) -> Response:
    """Do it and show the people again, with what was wrong."""

    def acting(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        act(session, actor)

    if problem := await wrong_with(gate.write(acting)):
        return await people_shown(request, gate, token, language, unit, problem=problem)
    return RedirectResponse(f"{prefix_of(language)}/quan-tri/nguoi-dung?don_vi={unit}", 303)


async def people_shown(
    request: Request,
    gate: Gate,
    token: str | None,
    language: str,
    code: str,
    *,
    problem: Refusal | None = None,
    given: Mapping[str, str] | None = None,
    made: schemas.WayIn | None = None,
) -> Response:
    """The people of a unit, with what was wrong with the last wish or how the new person gets in."""

    def read(session: Session) -> tuple[Actor, Mapping[str, Any]]:
        actor = sign_in.actor_of(session, token, at=now())
        mine = units_api.units_of(session, actor).units
        here = actor.acting_as(ADMINISTRATOR)
        unit = units_api.in_care(session, code or (here.unit.code if here else ""), actor)
        found = rosters_api.members_of(session, unit, language, at=now())
        more = places_of(session, unit, mine)
        return actor, {
            **more,
            "unread": unread_of(session, actor),
            "units": mine,
            "unit": unit.code,
            "unit_name": unit.name,
            "members": found.members,
        }

    actor, data = await gate.read(read)
    roles = [(role, name_of(role, language)) for role in ROLES]
    more = {"made": made.model_dump() if made else None, "roles": roles, "reasons": reasons_for(PERSON, language)}
    return with_problem(request, "admin-people", actor, {**data, **more}, problem, given)


def places_of(session: Session, unit: Unit, mine: list[schemas.Unit]) -> Mapping[str, Any]:
    """Where a person of this unit may be put: its departments, and the classes of this year when it is a school."""
    below = units_below(session, [unit.id])
    places = [one for one in mine if uuid.UUID(one.id) in below and not one.closed_at]
    is_school = unit.kind == SCHOOL
    return {
        "places": places,
        "school": unit.code if is_school else "",
        "classes": rosters_api.classes_of(session, unit, at=now()).classes if is_school else [],
    }


router = in_both_languages(page)
