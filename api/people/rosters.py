"""The people of a unit: adding, inviting, roles, disabling; and its classes."""

import uuid

from fastapi import APIRouter, Request

from api.people import letting_in, shown
from api.people import roster_schemas as schemas
from api.web.dependencies import GateNow, HouseNow, Language, Now, Reader, Reading, Token, Writer, Writing
from api.web.hosts import address_of
from api.web.problems import SIGNED_IN, problems
from library.people import care, reopening, rosters, throttling
from library.people.care import UnknownClass, UnknownMember, UnknownUnit
from library.people.inviting import LoginTaken
from library.people.models import Unit
from library.people.reopening import TooLateToReopen
from library.people.roles import UnknownRole
from library.people.rosters import LastAdministrator
from library.people.sign_in import NotAllowed
from library.people.units import UnitClosed

router = APIRouter(prefix="/api/v1", tags=["rosters"], responses=problems(*SIGNED_IN))


@router.get("/units/{code}/members", response_model=schemas.Members, responses=problems(NotAllowed, UnknownUnit))
def members(code: str, session: Reading, actor: Reader, at: Now, language: Language) -> schemas.Members:
    """The people of a unit and of those below it."""
    return shown.members_of(session, care.unit_in_care(session, code, by=actor), language, at=at)


@router.post(
    "/units/{code}/members",
    status_code=201,
    response_model=schemas.WayIn,
    responses=problems(NotAllowed, UnknownUnit, UnitClosed, LoginTaken, UnknownRole),
)
async def add(
    code: str, wish: schemas.NewMember, request: Request, gate: GateNow, token: Token, house: HouseNow
) -> schemas.WayIn:
    """A new person with one role, and how they get in."""
    return await letting_in.add_member(gate, token, code, wish, address_of(request, house.settings))


@router.post("/people/{person_id}/way-in", response_model=schemas.WayIn, responses=problems(UnknownMember, NotAllowed))
async def way_in(
    person_id: uuid.UUID, wish: schemas.NewWayIn, request: Request, gate: GateNow, token: Token, house: HouseNow
) -> schemas.WayIn:
    """A fresh link or printed password; the old way in dies."""
    return await letting_in.way_in(gate, token, person_id, wish, address_of(request, house.settings))


@router.post(
    "/people/{person_id}/roles",
    status_code=201,
    response_model=schemas.Members,
    responses=problems(UnknownMember, NotAllowed, UnknownUnit, UnitClosed, UnknownRole),
)
def give_role(
    person_id: uuid.UUID, wish: schemas.NewRole, session: Writing, actor: Writer, at: Now, language: Language
) -> schemas.Members:
    """One more role of a person."""
    actor.required()
    unit = care.unit_in_care(session, wish.unit, by=actor)
    rosters.give_role(
        session, care.person_in_care(session, person_id, by=actor, at=at), unit, wish.role, by=actor, at=at
    )
    return shown.members_of(session, unit, language, at=at)


@router.delete("/memberships/{membership_id}", status_code=204, responses=problems(UnknownMember, LastAdministrator))
def end_role(membership_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """End a role now."""
    actor.required()
    rosters.end_role(session, membership_id, by=actor, at=at)


@router.delete(
    "/memberships/{membership_id}/end", status_code=204, responses=problems(UnknownMember, UnitClosed, TooLateToReopen)
)
def give_back(membership_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """Within a day a role that was ended goes on as if it had not."""
    reopening.give_back(session, membership_id, by=actor, at=at)


@router.put(
    "/people/{person_id}/disabled", status_code=204, responses=problems(UnknownMember, NotAllowed, LastAdministrator)
)
def disable(person_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """No more access, at once."""
    actor.required()
    rosters.disable(session, care.person_in_care(session, person_id, by=actor, at=at), by=actor, at=at)


@router.delete("/people/{person_id}/disabled", status_code=204, responses=problems(UnknownMember, NotAllowed))
def enable(person_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """Access again."""
    actor.required()
    rosters.enable(session, care.person_in_care(session, person_id, by=actor, at=at), by=actor, at=at)


@router.delete("/people/{person_id}/waiting", status_code=204, responses=problems(UnknownMember, NotAllowed))
def let_try(person_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """Let somebody who has tried wrong passwords, or was tried by others, try again at once."""
    actor.required()
    throttling.lift(session, care.person_in_full_care(session, person_id, by=actor, at=at), by=actor.person_id, at=at)


@router.get("/units/{code}/classes", response_model=schemas.Classes, responses=problems(NotAllowed, UnknownUnit))
def classes(code: str, session: Reading, actor: Reader, at: Now) -> schemas.Classes:
    """The classes of this school year."""
    return shown.classes_of(session, care.unit_in_care(session, code, by=actor), at=at)


@router.post(
    "/units/{code}/classes",
    status_code=201,
    response_model=schemas.Classes,
    responses=problems(NotAllowed, UnknownUnit),
)
def open_class(code: str, wish: schemas.NewClass, session: Writing, actor: Writer, at: Now) -> schemas.Classes:
    """A class of this school year."""
    unit = care.unit_in_care(session, code, by=actor)
    rosters.open_class_now(session, unit, wish.name, wish.grade, by=actor, at=at)
    return shown.classes_of(session, unit, at=at)


@router.post(
    "/classes/{class_id}/pupils", response_model=schemas.Classes, responses=problems(UnknownClass, UnknownMember)
)
def enrol(class_id: uuid.UUID, wish: schemas.Pupils, session: Writing, actor: Writer, at: Now) -> schemas.Classes:
    """Put pupils into a class."""
    actor.required()
    school_class = care.class_in_care(session, class_id, by=actor)
    for text in wish.person_ids:
        person = care.person_in_care(session, care.person_id_of(text), by=actor, at=at)
        rosters.put_into_class(session, school_class, person, by=actor, at=at)
    return shown.classes_of(session, session.get_one(Unit, school_class.unit_id), at=at)
