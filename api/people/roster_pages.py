"""The pages of those who look after accounts: who is here, with which roles, in which class. Every form works without
script.
"""

import uuid
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

from api.people import letting_in, shown
from api.people import roster_schemas as schemas
from api.web.doors import Door, Doorway, Room, Shown
from api.web.hosts import address_of
from api.web.pages import Text, wished
from api.web.schemas import plain
from api.web.terms import reasons_for
from library.circulation.queries import loans_of_person
from library.operations.deletions import Subject
from library.people import care, rosters, throttling
from library.people.models import Unit, UnitKind
from library.people.roles import Role, name_of
from library.people.sight import units_below

PEOPLE = "/quan-tri/nguoi-dung"
BACK = PEOPLE + "?don_vi={unit}"
UnitAsked = Annotated[str, Query(alias="don_vi", max_length=300), AfterValidator(plain)]
room = Room()


@room.page(PEOPLE, "admin-people")
def people_page(door: Door, unit: UnitAsked = "") -> Shown:
    """The people of a unit in my care."""
    mine = shown.units_of(door.session, door.actor).units
    here = door.actor.acting_as(Role.ADMINISTRATOR)
    found = care.unit_in_care(door.session, unit or (here.unit.code if here else ""), by=door.actor)
    return {
        **places_of(door, found, mine),
        "units": mine,
        "unit": found.code,
        "unit_name": found.name,
        "members": shown.members_of(door.session, found, door.language, at=door.at).members,
        "roles": [(role, name_of(role, door.language)) for role in Role],
        "reasons": reasons_for(Subject.PERSON, door.language),
        "made": None,
        "question": None,
    }


def places_of(door: Door, unit: Unit, mine: list[schemas.Unit]) -> Shown:
    """Where a person of this unit may be put: its departments, and the classes of this year when it is a school."""
    below = units_below(door.session, [unit.id])
    is_school = unit.kind == UnitKind.SCHOOL
    return {
        "places": [one for one in mine if uuid.UUID(one.id) in below and not one.closed_at],
        "school": unit.code if is_school else "",
        "classes": shown.classes_of(door.session, unit, at=door.at).classes if is_school else [],
    }


@room.form(PEOPLE, back=BACK, again=people_page)
async def add_person(
    doorway: Doorway,
    unit: Text,
    name: Text = "",
    login: Text = "",
    role: Text = "",
    way: Text = "link",
    email: Text = "",
) -> Shown:
    """A new person."""
    wish = wished(schemas.NewMember, name=name, login=login, role=role, way=way, email=email.strip() or None)
    root = address_of(doorway.request, doorway.house.settings)
    return {"made": await letting_in.add_member(doorway.gate, doorway.token, unit, wish, root)}


@room.form(PEOPLE + "/{person_id}/vai-tro", back=BACK, again=people_page)
def give_role(door: Door, person_id: uuid.UUID, unit: Text, place: Text = "", role: Text = "") -> None:
    """One more role, in this unit or a department of it."""
    person = care.person_in_care(door.session, person_id, by=door.actor, at=door.at)
    chosen = care.unit_in_care(door.session, place or unit, by=door.actor)
    rosters.give_role(door.session, person, chosen, role, by=door.actor, at=door.at)


@room.form(PEOPLE + "/{person_id}/lop", back=BACK, again=people_page)
def enrol(door: Door, person_id: uuid.UUID, unit: Text, school_class: Text = "") -> None:
    """Into a class: pupils to learn there, everybody else to teach it."""
    person = care.person_in_care(door.session, person_id, by=door.actor, at=door.at)
    chosen = care.class_in_care(door.session, care.class_id_of(school_class), by=door.actor)
    rosters.put_into_class(door.session, chosen, person, by=door.actor, at=door.at)


@room.form("/quan-tri/lop", back=BACK, again=people_page)
def open_class(door: Door, unit: Text, name: Text = "", grade: Text = "") -> None:
    """A class of this school year."""
    wish = wished(schemas.NewClass, name=name, grade=grade or None)
    chosen = care.unit_in_care(door.session, unit, by=door.actor)
    rosters.open_class_now(door.session, chosen, wish.name, wish.grade, by=door.actor, at=door.at)


@room.form(PEOPLE + "/{person_id}/lien-ket", back=BACK, again=people_page)
async def make_link(way: Doorway, person_id: uuid.UUID, unit: Text) -> Shown:
    """A fresh one-time link."""
    return await fresh_way_in(way, person_id, "link")


@room.form(PEOPLE + "/{person_id}/in-mat-khau", back=BACK, again=people_page)
async def print_password(way: Doorway, person_id: uuid.UUID, unit: Text) -> Shown:
    """A fresh password to print."""
    return await fresh_way_in(way, person_id, "password")


async def fresh_way_in(way: Doorway, person_id: uuid.UUID, kind: str) -> Shown:
    """How this person gets in from now on."""
    root = address_of(way.request, way.house.settings)
    return {"made": await letting_in.way_in(way.gate, way.token, person_id, schemas.NewWayIn(way=kind), root)}


@room.form(PEOPLE + "/{person_id}/khoa", back=BACK, again=people_page)
def disable(door: Door, person_id: uuid.UUID, unit: Text) -> None:
    """No more access, at once."""
    person = care.person_in_care(door.session, person_id, by=door.actor, at=door.at)
    rosters.disable(door.session, person, by=door.actor, at=door.at)


@room.form(PEOPLE + "/{person_id}/mo", back=BACK, again=people_page)
def enable(door: Door, person_id: uuid.UUID, unit: Text) -> None:
    """Access again."""
    person = care.person_in_care(door.session, person_id, by=door.actor, at=door.at)
    rosters.enable(door.session, person, by=door.actor, at=door.at)


@room.form(PEOPLE + "/{person_id}/cho-thu", back=BACK, again=people_page)
def let_try(door: Door, person_id: uuid.UUID, unit: Text) -> None:
    """Let somebody who has tried wrong passwords try again at once."""
    person = care.person_in_full_care(door.session, person_id, by=door.actor, at=door.at)
    throttling.lift(door.session, person, by=door.actor.person_id, at=door.at)


@room.form(PEOPLE + "/vai-tro/{membership_id}/thoi", back=BACK, again=people_page)
def end_role(door: Door, membership_id: uuid.UUID, unit: Text, sure: Text = "") -> Shown | None:
    """End one role; somebody's last one when whoever wishes it has seen what will happen (`sure`)."""
    last = None if sure else rosters.last_role(door.session, membership_id, by=door.actor, at=door.at)
    if last is not None:
        loans = len(loans_of_person(door.session, last.person_id))
        return {"question": {"membership": last, "role": name_of(last.role, door.language), "loans": loans}}
    rosters.end_role(door.session, membership_id, by=door.actor, at=door.at)
    return None
