"""Who is in which unit, with which role, and in which class of which school year."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload

from library import audit, calendar
from library.database import row_security
from library.errors import Clash
from library.people import care, inviting, units
from library.people.appointing import begin_role, end_links
from library.people.called import class_called
from library.people.models import Enrolment, Membership, Person, SchoolClass, SignIn, Unit
from library.people.roles import Role, role_called
from library.people.sight import units_below
from library.people.sign_in import Actor


class LastAdministrator(Clash):
    code = "last-administrator"
    vi = "Đây là quản trị viên cuối cùng, khoá lại thì không còn ai mở được. Thêm một người nữa trước đã."
    en = "This is the last administrator: nobody could let them in again. Add another one first."


def members(session: Session, unit_ids: set[uuid.UUID], *, at: datetime, limit: int = 500) -> Sequence[Membership]:
    """The roles held in these units now, with persons and units."""
    held = select(Membership).options(joinedload(Membership.person), joinedload(Membership.unit)).join(Person)
    valid = (Membership.from_at <= at, or_(Membership.until_at.is_(None), Membership.until_at > at))
    return session.scalars(
        held.where(Membership.unit_id.in_(unit_ids), Person.deleted_at.is_(None), *valid)
        .order_by(Person.name, Membership.role)
        .limit(limit)
    ).all()


def holding(session: Session, unit_ids: set[uuid.UUID], roles: Collection[Role], *, at: datetime) -> set[uuid.UUID]:
    """The persons who hold one of these roles in one of these units now and are not disabled."""
    valid = (Membership.from_at <= at, or_(Membership.until_at.is_(None), Membership.until_at > at))
    wanted = (
        select(Membership.person_id)
        .join(Person)
        .where(Membership.unit_id.in_(unit_ids), Membership.role.in_(tuple(roles)), *valid)
    )
    with row_security.lifted(session):  # also reviewers of other schools; only ids come back
        return set(session.scalars(wanted.where(Person.disabled_at.is_(None))))


def give_role(session: Session, person: Person, unit: Unit, role: str, *, by: Actor, at: datetime) -> Membership:
    """A role from now on; one that is held already stays. Raises NotAllowed, UnknownRole, UnitClosed."""
    wanted = role_called(role)
    care.refuse_foreign(session, unit.id, by)
    units.refuse_closed(unit)
    open_one = (
        Membership.person_id == person.id,
        Membership.unit_id == unit.id,
        Membership.role == wanted,
        Membership.until_at.is_(None),
    )
    found = session.scalar(select(Membership).where(*open_one))
    if found is None:
        found = begin_role(session, person.id, unit.id, wanted, at=at)
        audit.tell(
            session, "role-given", found, unit_id=unit.id, by=by.person_id, at=at, person=str(person.id), role=wanted
        )
    return found


def end_role(session: Session, membership_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """The role ends now; one that has ended stays as it was. Raises UnknownMember, LastAdministrator."""
    found = session.get(Membership, membership_id)
    if found is None or found.unit_id not in care.administered(session, by):
        raise care.UnknownMember
    if found.until_at is not None and found.until_at <= at:
        return
    if found.role == Role.ADMINISTRATOR:
        _refuse_last(session, found.person_id, found.unit_id)
    planned: dict[str, Any] = {"planned": found.until_at.isoformat()} if found.until_at else {}
    found.until_at = at
    session.flush()
    audit.tell(
        session,
        "role-ended",
        found,
        unit_id=found.unit_id,
        by=by.person_id,
        at=at,
        person=str(found.person_id),
        role=found.role,
        **planned,
    )


def last_role(session: Session, membership_id: uuid.UUID, *, by: Actor, at: datetime) -> Membership | None:
    """This role, with person and unit, when it is the only one that its person holds. Raises UnknownMember."""
    whole = [joinedload(Membership.person), joinedload(Membership.unit)]
    wanted = select(Membership).options(*whole).where(Membership.id == membership_id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None or found.unit_id not in care.administered(session, by):
        raise care.UnknownMember
    lasting = or_(Membership.until_at.is_(None), Membership.until_at > at)
    with row_security.lifted(session):  # also in other schools; only that there is one
        others = select(Membership.id).where(
            Membership.person_id == found.person_id, Membership.id != found.id, lasting
        )
        is_only = session.scalar(others.limit(1)) is None
    return found if is_only and (found.until_at is None or found.until_at > at) else None


def disable(session: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """No more access, from this transaction on: every sign-in and every open link of the person dies. Raises
    NotAllowed, LastAdministrator.
    """
    care.refuse_stranger(session, person, by, at=at)
    shut_out(session, person, by=by, at=at)


def shut_out(session: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """Every sign-in and every open link of the person dies, by whoever was entitled to it. Raises LastAdministrator."""
    for held in session.scalars(
        select(Membership).where(
            Membership.person_id == person.id, Membership.role == Role.ADMINISTRATOR, Membership.until_at.is_(None)
        )
    ):
        _refuse_last(session, person.id, held.unit_id)
    person.disabled_at = person.disabled_at or at
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    end_links(session, person.id)
    session.flush()
    audit.tell(session, "person-disabled", person, unit_id=_home(session, person), by=by.person_id, at=at)


def enable(session: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """Access again, by the old password. Raises NotAllowed."""
    care.refuse_stranger(session, person, by, at=at)
    person.disabled_at = None
    session.flush()
    audit.tell(session, "person-enabled", person, unit_id=_home(session, person), by=by.person_id, at=at)


def open_class(
    session: Session, unit: Unit, year: str, name: str, grade: int | None, *, by: uuid.UUID | None, at: datetime
) -> SchoolClass:
    """A class of a school year; the one of that name when it exists, however it is typed."""
    found = class_called(session, unit.id, year, name)
    if found is None:
        found = SchoolClass(unit_id=unit.id, school_year=year, name=name, grade=grade)
        session.add(found)
        session.flush()
        audit.tell(session, "class-opened", found, unit_id=unit.id, by=by, at=at, name=name, year=year)
    return found


def open_class_now(
    session: Session, unit: Unit, name: str, grade: int | None, *, by: Actor, at: datetime
) -> SchoolClass:
    """A class of the school year of this moment."""
    year = calendar.school_year(calendar.local_date(at))
    return open_class(session, unit, year, name, grade, by=by.person_id, at=at)


def enrol(
    session: Session,
    school_class: SchoolClass,
    person: Person,
    *,
    at: datetime,
    role: Role = Role.PUPIL,
    by: uuid.UUID | None = None,
) -> Enrolment:
    """A pupil (or teacher) of a class from now on; twice is harmless. A class of a school where they hold no role ends
    every open way in.
    """
    open_one = (Enrolment.class_id == school_class.id, Enrolment.person_id == person.id, Enrolment.until_at.is_(None))
    found = session.scalar(select(Enrolment).where(*open_one))
    if found is None:
        found = Enrolment(class_id=school_class.id, person_id=person.id, role=role, from_at=at)
        session.add(found)
        if not care.places_of(session, person.id, at=at) & units_below(session, [school_class.unit_id]):
            inviting.end_ways_in(session, person)
        session.flush()
        audit.tell(
            session,
            "enrolled",
            found,
            unit_id=school_class.unit_id,
            by=by,
            at=at,
            person=str(person.id),
            class_id=str(school_class.id),
            role=role,
        )
    return found


def put_into_class(session: Session, school_class: SchoolClass, person: Person, *, by: Actor, at: datetime) -> None:
    """Pupils of the school learn there, locked or not; everybody else teaches it."""
    valid = (Membership.from_at <= at, or_(Membership.until_at.is_(None), Membership.until_at > at))
    mine = (
        Membership.person_id == person.id,
        Membership.unit_id == school_class.unit_id,
        Membership.role == Role.PUPIL,
    )
    learns = session.scalar(select(Membership.id).where(*mine, *valid).limit(1)) is not None
    enrol(session, school_class, person, at=at, role=Role.PUPIL if learns else Role.TEACHER, by=by.person_id)


def classes_of(session: Session, unit_id: uuid.UUID, year: str) -> Sequence[SchoolClass]:
    """The classes of a school in a school year."""
    return session.scalars(
        select(SchoolClass)
        .where(SchoolClass.unit_id == unit_id, SchoolClass.school_year == year)
        .order_by(SchoolClass.name)
    ).all()


def roll(session: Session, class_id: uuid.UUID, *, at: datetime) -> Sequence[Person]:
    """The pupils of a class now."""
    valid = (Enrolment.from_at <= at, or_(Enrolment.until_at.is_(None), Enrolment.until_at > at))
    return session.scalars(
        select(Person)
        .join(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.role == Role.PUPIL, Person.deleted_at.is_(None), *valid)
        .order_by(Person.name)
    ).all()


def _refuse_last(session: Session, person_id: uuid.UUID, unit_id: uuid.UUID) -> None:
    others = (
        select(Membership.id)
        .join(Person)
        .where(Membership.unit_id == unit_id, Membership.role == Role.ADMINISTRATOR, Membership.until_at.is_(None))
    )
    able = others.where(
        Membership.person_id != person_id, Person.disabled_at.is_(None), Person.password_hash.is_not(None)
    )
    unit = session.get_one(Unit, unit_id)
    if unit.parent_id is None and session.scalar(able.limit(1)) is None:
        raise LastAdministrator


def _home(session: Session, person: Person) -> uuid.UUID | None:
    return session.scalar(
        select(Membership.unit_id).where(Membership.person_id == person.id).order_by(Membership.from_at.desc()).limit(1)
    )
