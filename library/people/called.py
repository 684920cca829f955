"""People, units and classes by what they are called, however that is typed."""

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from library import alike
from library.people.models import Person, SchoolClass, Unit
from library.vietnamese import clean, seen


def folded_login(login: str) -> str:
    """A login as it is kept and shown: without case and outer spaces. It is compared by what the eye sees."""
    return clean(login).strip().casefold()


def _spellings(login: str) -> tuple[str, str]:
    """As it came, for who had that login before it was composed; and as it is kept now."""
    return login.strip().casefold(), folded_login(login)


def people_called(session: Session, login: str) -> Sequence[Person]:
    """Everybody whose login looks like this: one at most, but for those from before a second one was refused."""
    same = Person.login_key.in_(alike.forms(seen(login)))
    return session.scalars(select(Person).where(or_(same, Person.login.in_(_spellings(login))))).all()


def person_called(session: Session, login: str) -> Person | None:
    """Whom this login means; nobody where it might be two."""
    return alike.meant(people_called(session, login), lambda one: one.login, *_spellings(login))


def units_called(session: Session, code: str) -> Sequence[Unit]:
    """Every unit whose code looks like this."""
    same = Unit.code_key.in_(alike.forms(seen(code)))
    return session.scalars(select(Unit).where(or_(same, Unit.code == code))).all()


def unit_called(session: Session, code: str) -> Unit | None:
    """The unit that this code means."""
    return alike.meant(units_called(session, code), lambda one: one.code, code)


def class_called(session: Session, unit_id: uuid.UUID, year: str, name: str) -> SchoolClass | None:
    """The class of that school year which this name means."""
    looks = or_(SchoolClass.name_key.in_(alike.forms(seen(name))), SchoolClass.name == name)
    found = session.scalars(
        select(SchoolClass)
        .where(SchoolClass.unit_id == unit_id, SchoolClass.school_year == year, looks)
        .order_by(SchoolClass.name_key)
    ).all()
    return alike.meant(found, lambda one: one.name, name) or next(iter(found), None)
