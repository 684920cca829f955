"""Who looks after whom: administrators after their units and what lies in them; after a whole person only who has all
of their roles in care.
"""

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from library.database import row_security
from library.errors import Unknown
from library.people.called import unit_called
from library.people.models import Membership, Person, SchoolClass, Unit, UnitKind
from library.people.roles import Role
from library.people.sight import units_below
from library.people.sign_in import Actor, NotAllowed, actor_for


class UnknownUnit(Unknown):
    code = "unknown-unit"
    vi = "Không có đơn vị nào mang mã “{unit}”."
    en = "There is no unit with the code “{unit}”."


class UnknownMember(Unknown):
    code = "unknown-member"
    vi = "Không tìm thấy người này trong đơn vị."
    en = "This person was not found in the unit."


class UnknownClass(Unknown):
    code = "unknown-class"
    vi = "Không tìm thấy lớp này."
    en = "This class was not found."


def administered(session: Session, by: Actor) -> set[uuid.UUID]:
    """The units whose people somebody looks after: their own and those below."""
    return units_below(session, by.units_as(Role.ADMINISTRATOR))


def unit_in_care(session: Session, code: str, *, by: Actor) -> Unit:
    """A unit that the actor administers. Raises SignInNeeded, NotAllowed, UnknownUnit: also for one in somebody else's
    care.
    """
    by.required()
    mine = administered(session, by)
    if not mine:
        raise NotAllowed
    found = unit_called(session, code)
    if found is None or found.id not in mine:
        raise UnknownUnit(unit=code)
    return found


def refuse_foreign(session: Session, unit_id: uuid.UUID, by: Actor) -> None:
    """Raises NotAllowed unless the actor administers this unit."""
    if unit_id not in administered(session, by):
        raise NotAllowed


def person_in_care(session: Session, person_id: uuid.UUID, *, by: Actor, at: datetime) -> Person:
    """A person who holds a role in a unit that the actor administers. Raises UnknownMember, also for a stranger and for
    who was there once.
    """
    found = session.get(Person, person_id)
    if (
        found is None
        or found.deleted_at is not None
        or not places_of(session, found.id, at=at) & administered(session, by)
    ):
        raise UnknownMember
    return found


def person_in_full_care(session: Session, person_id: uuid.UUID, *, by: Actor, at: datetime) -> Person:
    """The same, and all of the person's roles lie in care: only then may one open a way into their account. Raises
    UnknownMember, NotAllowed.
    """
    found = person_in_care(session, person_id, by=by, at=at)
    refuse_stranger(session, found, by, at=at)
    return found


def class_in_care(session: Session, class_id: uuid.UUID, *, by: Actor) -> SchoolClass:
    """A class of a school that the actor administers. Raises UnknownClass."""
    found = session.get(SchoolClass, class_id)
    if found is None or found.unit_id not in administered(session, by):
        raise UnknownClass
    return found


def person_id_of(text: str) -> uuid.UUID:
    """The id of a person as it stands in a wish. Raises UnknownMember."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise UnknownMember from error


def class_id_of(text: str) -> uuid.UUID:
    """The id of a class as it stands in a wish. Raises UnknownClass."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise UnknownClass from error


def refuse_stranger(session: Session, person: Person, by: Actor, *, at: datetime) -> None:
    """An administrator of one school must not shut out the province's people: every role of theirs must be in care.
    Raises NotAllowed.
    """
    if not places_of(session, person.id, at=at) <= administered(session, by):
        raise NotAllowed


def still_looks_after(session: Session, maker_id: uuid.UUID | None, person: Person, *, at: datetime) -> bool:
    """Whether the maker of a way in could make it today, too. Without a maker it is the operator's, from the command
    line.
    """
    if maker_id is None:
        return True
    with row_security.lifted(session):
        maker = session.get(Person, maker_id)
    if maker is None or maker.disabled_at is not None:
        return False
    return places_of(session, person.id, at=at) <= administered(session, actor_for(session, maker, at=at))


def places_of(session: Session, person_id: uuid.UUID, *, at: datetime) -> set[uuid.UUID]:
    """The units in which a person holds a role, or will; who holds none any more is the province's."""
    lasting = or_(Membership.until_at.is_(None), Membership.until_at > at)
    held = set(session.scalars(select(Membership.unit_id).where(Membership.person_id == person_id, lasting)))
    return held or set(session.scalars(select(Unit.id).where(Unit.kind == UnitKind.PROVINCE)))
