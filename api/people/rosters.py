"""The people of a unit: adding, inviting, roles, disabling; and its classes."""

import uuid
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.people import roster_schemas as schemas
from api.people.entrance import hashing_known
from api.people.units import in_care
from api.web.dependencies import GateNow, HouseNow, Language, Now, Reader, Reading, Token, Writer, Writing
from api.web.gate import Gate
from api.web.hosts import address_of
from api.web.schemas import Named
from library import calendar
from library.clock import now
from library.people import care, inviting, passwords, rosters, sign_in, throttling
from library.people.models import PUPIL, Enrolment, Membership, Person, SchoolClass, Unit
from library.people.roles import name_of
from library.people.sight import units_below
from library.people.sign_in import Actor

router = APIRouter(prefix="/api/v1", tags=["rosters"])


@router.get("/units/{code}/members", response_model=schemas.Members)
def members(code: str, session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Members:
    """The people of a unit and of those below it."""
    return members_of(session, in_care(session, code, actor), language, at=at)


@router.post("/units/{code}/members", status_code=201, response_model=schemas.WayIn)
async def add(
    code: str, wish: schemas.NewMember, request: Request, gate: GateNow, token: Token, house: HouseNow
) -> schemas.WayIn:
    """A new person with one role, and how they get in."""
    printed, hashed = await _printed(gate, token, wish.way, lambda session, actor: in_care(session, code, actor))

    def act(session: Session) -> schemas.WayIn:
        actor = sign_in.actor_of(session, token, at=now())
        unit = in_care(session, code, actor)
        person = inviting.add_person(session, wish.login, wish.name, wish.role, unit, at=now(), by=actor.person_id)
        person.email = wish.email
        return let_in(session, person, printed, hashed, address_of(request, house.settings), by=actor, at=now())

    return await gate.write(act)


@router.post("/people/{person_id}/way-in", response_model=schemas.WayIn)
async def way_in(
    person_id: uuid.UUID, wish: schemas.NewWayIn, request: Request, gate: GateNow, token: Token, house: HouseNow
) -> schemas.WayIn:
    """A fresh link or printed password; the old way in dies."""

    def whose(session: Session, actor: Actor) -> Person:
        actor.required()
        return care.person_in_full_care(session, person_id, by=actor, at=now())

    printed, hashed = await _printed(gate, token, wish.way, whose)

    def act(session: Session) -> schemas.WayIn:
        actor = sign_in.actor_of(session, token, at=now())
        return let_in(
            session, whose(session, actor), printed, hashed, address_of(request, house.settings), by=actor, at=now()
        )

    return await gate.write(act)


@router.post("/people/{person_id}/roles", status_code=201, response_model=schemas.Members)
def give_role(
    person_id: uuid.UUID, wish: schemas.NewRole, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Members:
    """One more role of a person."""
    actor.required()
    unit = in_care(session, wish.unit, actor)
    rosters.give_role(
        session, care.person_in_care(session, person_id, by=actor, at=at), unit, wish.role, by=actor, at=at
    )
    return members_of(session, unit, language, at=at)


@router.delete("/memberships/{membership_id}", status_code=204)
def end_role(membership_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """End a role now."""
    actor.required()
    rosters.end_role(session, membership_id, by=actor, at=at)


@router.put("/people/{person_id}/disabled", status_code=204)
def disable(person_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """No more access, at once."""
    actor.required()
    rosters.disable(session, care.person_in_care(session, person_id, by=actor, at=at), by=actor, at=at)


@router.delete("/people/{person_id}/disabled", status_code=204)
def enable(person_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """Access again."""
    actor.required()
    rosters.enable(session, care.person_in_care(session, person_id, by=actor, at=at), by=actor, at=at)


@router.delete("/people/{person_id}/waiting", status_code=204)
def let_try(person_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """Let somebody who has tried wrong passwords, or was tried by others, try again at once."""
    actor.required()
    throttling.lift(session, care.person_in_full_care(session, person_id, by=actor, at=at), by=actor.person_id, at=at)


@router.get("/units/{code}/classes", response_model=schemas.Classes)
def classes(code: str, session: Reading, actor: Reader, at: Now) -> schemas.Classes:
    """The classes of this school year."""
    return classes_of(session, in_care(session, code, actor), at=at)


@router.post("/units/{code}/classes", status_code=201, response_model=schemas.Classes)
def open_class(code: str, wish: schemas.NewClass, session: Writing, actor: Writer, at: Now) -> schemas.Classes:
    """A class of this school year."""
    unit = in_care(session, code, actor)
    rosters.open_class(
        session, unit, calendar.school_year(calendar.local_date(at)), wish.name, wish.grade, by=actor.person_id, at=at
    )
    return classes_of(session, unit, at=at)


@router.post("/classes/{class_id}/pupils", response_model=schemas.Classes)
def enrol(class_id: uuid.UUID, wish: schemas.Pupils, session: Writing, actor: Writer, at: Now) -> schemas.Classes:
    """Put pupils into a class."""
    actor.required()
    school_class = care.class_in_care(session, class_id, by=actor)
    for text in wish.person_ids:
        rosters.enrol(
            session, school_class, care.person_in_care(session, _id(text), by=actor, at=at), at=at, by=actor.person_id
        )
    return classes_of(session, session.get_one(Unit, school_class.unit_id), at=at)


def members_of(session: Session, unit: Unit, language: str, *, at: datetime) -> schemas.Members:
    """Everybody with a role in the unit or below it."""
    found = rosters.members(session, units_below(session, [unit.id]), at=at)
    waits = throttling.waits(session, [one.person.login for one in found], at=at)
    return schemas.Members(members=[member(one, language, waits.get(one.person.login, 0)) for one in found])


def member(one: Membership, language: str, waits: int) -> schemas.Member:
    """A membership with its person and unit."""
    return schemas.Member(
        membership_id=str(one.id),
        person_id=str(one.person_id),
        login=one.person.login,
        name=one.person.name,
        role=one.role,
        role_name=name_of(one.role, language),
        unit=Named(code=one.unit.code, name=one.unit.name),
        disabled=one.person.disabled_at is not None,
        has_password=one.person.password_hash is not None,
        waits_minutes=waits,
    )


def classes_of(session: Session, unit: Unit, *, at: datetime) -> schemas.Classes:
    """The classes of this year with the number of their pupils."""
    year = calendar.school_year(calendar.local_date(at))
    found = rosters.classes_of(session, unit.id, year)
    counting = (
        select(Enrolment.class_id, func.count())
        .where(Enrolment.role == PUPIL, Enrolment.until_at.is_(None))
        .group_by(Enrolment.class_id)
    )
    pupils: dict[uuid.UUID, int] = {
        row[0]: row[1] for row in session.execute(counting.where(Enrolment.class_id.in_([one.id for one in found])))
    }
    return schemas.Classes(school_year=year, classes=[school_class(one, pupils.get(one.id, 0)) for one in found])


def school_class(one: SchoolClass, pupils: int) -> schemas.SchoolClass:
    """A class with the number of its pupils."""
    return schemas.SchoolClass(
        id=str(one.id), name=one.name, school_year=one.school_year, grade=one.grade, pupils=pupils
    )


def let_in(
    session: Session, person: Person, printed: str | None, hashed: str | None, root: str, *, by: Actor, at: datetime
) -> schemas.WayIn:
    """Open the way in: the printed password, or a one-time link."""
    if hashed is not None:
        inviting.set_first_password(session, person, hashed, by=by.person_id, at=at)
        return schemas.WayIn(person_id=str(person.id), login=person.login, link=None, password=printed)
    token = inviting.invite_to_new_password(session, person, at=at, by=by.person_id)
    return schemas.WayIn(person_id=str(person.id), login=person.login, link=f"{root}/moi/{token}", password=None)


def class_id_of(text: str) -> uuid.UUID:
    """The id of a class as it stands in a form. Raises UnknownClass."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise care.UnknownClass from error


async def _printed(
    gate: Gate, token: str | None, way: str, asked: Callable[[Session, Actor], object]
) -> tuple[str | None, str | None]:
    """A first password and its hash. That is slow, so who may not have one made (`asked` raises) hears it before."""
    if way != "password":
        return None, None
    await gate.read(lambda session: asked(session, sign_in.actor_of(session, token, at=now())))
    password = inviting.first_password()
    async with hashing_known:
        return password, await run_in_threadpool(passwords.hash_of, password)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise care.UnknownMember from error
