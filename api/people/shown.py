"""People, classes and units on the wire."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.people import roster_schemas as schemas
from api.web.schemas import Named
from library import calendar
from library.people import care, rosters, throttling
from library.people.models import Enrolment, Membership, SchoolClass, Unit, UnitKind
from library.people.roles import Role, name_of
from library.people.sight import units_below
from library.people.sign_in import Actor, NotAllowed

ORDER = (UnitKind.PROVINCE, UnitKind.COMMUNE, UnitKind.SCHOOL, UnitKind.DEPARTMENT)


def units_of(session: Session, actor: Actor) -> schemas.Units:
    """The units in somebody's care. Raises SignInNeeded, NotAllowed."""
    actor.required()
    mine = care.administered(session, actor)
    if not mine:
        raise NotAllowed
    found = session.scalars(select(Unit).where(Unit.id.in_(mine)).order_by(Unit.name)).all()
    return schemas.Units(units=sent(session, sorted(found, key=lambda unit: ORDER.index(unit.kind))))


def sent(session: Session, found: Iterable[Unit]) -> list[schemas.Unit]:
    """Units with the names of those they stand beside."""
    rows = list(found)
    wanted = {one for row in rows for one in (row.parent_id, row.authority_id, row.hub_id) if one}
    names = {
        one.id: Named(code=one.code, name=one.name) for one in session.scalars(select(Unit).where(Unit.id.in_(wanted)))
    }
    return [
        schemas.Unit(
            id=str(row.id),
            code=row.code,
            kind=row.kind,
            name=row.name,
            place=names.get(row.parent_id) if row.parent_id else None,
            authority=names.get(row.authority_id) if row.authority_id else None,
            hub=names.get(row.hub_id) if row.hub_id else None,
            closed_at=row.closed_at,
        )
        for row in rows
    ]


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
        .where(Enrolment.role == Role.PUPIL, Enrolment.until_at.is_(None))
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
