"""Schools and what becomes of them: opened, renamed, moved, merged, split, closed. Their ids stay; names and
successions carry dates.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from library import audit
from library.errors import Clash, Wrong
from library.people.appointing import begin_role
from library.people.called import units_called
from library.people.models import Membership, SuccessionKind, Unit, UnitKind, UnitName, UnitSuccession
from library.people.sight import units_above, units_below

KINDS = (UnitKind.COMMUNE, UnitKind.SCHOOL, UnitKind.DEPARTMENT)
PLACES: Mapping[str, tuple[UnitKind, ...]] = {
    UnitKind.COMMUNE: (UnitKind.PROVINCE,),
    UnitKind.SCHOOL: (UnitKind.COMMUNE, UnitKind.PROVINCE),
    UnitKind.DEPARTMENT: (UnitKind.SCHOOL, UnitKind.PROVINCE),
}


class UnitCodeTaken(Clash):
    code = "unit-code-taken"
    vi = "Mã “{unit}” đã có đơn vị khác dùng."
    en = "The code “{unit}” is taken by another unit."


class UnitOutOfPlace(Wrong):
    code = "unit-out-of-place"
    vi = "Đơn vị này không đặt vào đó được: xã thuộc tỉnh, trường thuộc xã hay tỉnh, tổ thuộc trường."
    en = (
        "This unit cannot stand there: communes belong to the province, schools to a commune or the province, "
        "departments to a school."
    )


class AuthorityInside(Wrong):
    code = "authority-inside"
    vi = "Cơ quan quản lí phải đứng ngoài đơn vị này: không phải chính nó, cũng không phải nơi nằm trong nó."
    en = "Whoever manages this unit must stand outside it: neither the unit itself nor one that lies in it."


class UnitClosed(Clash):
    code = "unit-closed"
    vi = "{name} đã đóng, không nhận thêm người và học liệu nữa."
    en = "{name} is closed and takes no more people or material."


def open_unit(
    session: Session,
    kind: str,
    code: str,
    name: str,
    parent: Unit,
    *,
    by: uuid.UUID | None,
    at: datetime,
    authority: Unit | None = None,
) -> Unit:
    """A new unit. `authority`: who manages it, by default its place. Raises UnitCodeTaken, UnitOutOfPlace,
    UnitClosed.
    """
    if parent.kind not in PLACES.get(kind, ()):
        raise UnitOutOfPlace
    for one in {parent, authority or parent}:
        refuse_closed(one)
    if units_called(session, code):
        raise UnitCodeTaken(unit=code)
    unit = Unit(kind=kind, code=code, name=name, parent_id=parent.id, authority_id=(authority or parent).id)
    session.add(unit)
    session.flush()
    session.add(UnitName(unit_id=unit.id, name=name, from_at=at))
    audit.tell(session, "unit-opened", unit, unit_id=unit.id, by=by, at=at, kind=kind, code=code)
    return unit


def rename(session: Session, unit: Unit, name: str, *, by: uuid.UUID | None, at: datetime) -> None:
    """Another name from now on; the old one stays with its dates."""
    if name == unit.name:
        return
    if not names_of(session, unit.id):
        session.add(
            UnitName(unit_id=unit.id, name=unit.name, from_at=datetime.min.replace(tzinfo=at.tzinfo), until_at=at)
        )
    session.execute(
        update(UnitName).where(UnitName.unit_id == unit.id, UnitName.until_at.is_(None)).values(until_at=at)
    )
    session.add(UnitName(unit_id=unit.id, name=name, from_at=at))
    audit.tell(session, "unit-renamed", unit, unit_id=unit.id, by=by, at=at, old=unit.name, new=name)
    unit.name = name
    session.flush()


def change_authority(session: Session, unit: Unit, authority: Unit, *, by: uuid.UUID | None, at: datetime) -> None:
    """Another unit manages this one from now on. Raises AuthorityInside, UnitClosed."""
    refuse_closed(authority)
    if authority.id in units_below(session, [unit.id]):
        raise AuthorityInside
    unit.authority_id = authority.id
    audit.tell(session, "unit-changed", unit, unit_id=unit.id, by=by, at=at, authority=authority.code)


def change_hub(session: Session, unit: Unit, hub: Unit | None, *, by: uuid.UUID | None, at: datetime) -> None:
    """Another school's reviewers decide for this one from now on; none: its own. Raises UnitClosed."""
    if hub is not None:
        refuse_closed(hub)
    unit.hub_id = hub.id if hub else None
    audit.tell(session, "unit-changed", unit, unit_id=unit.id, by=by, at=at, hub=hub.code if hub else "")


def merge(session: Session, olds: Sequence[Unit], into: Unit, *, by: uuid.UUID | None, at: datetime) -> None:
    """Several schools become one: their people go along with their roles, their material stays under its own school and
    its ids.
    """
    refuse_closed(into)
    for old in olds:
        _succeed(session, old, into, SuccessionKind.MERGED, by=by, at=at)
        _close(session, old, at=at)
        _bring_people(session, old, into, by=by, at=at)
    session.flush()


def split(session: Session, old: Unit, news: Sequence[Unit], *, by: uuid.UUID | None, at: datetime) -> None:
    """One school becomes several. Who goes where is a decision of people, so everybody keeps their role in the closed
    school until moved.
    """
    for new in news:
        _succeed(session, old, new, SuccessionKind.SPLIT, by=by, at=at)
    _close(session, old, at=at)
    session.flush()


def names_of(session: Session, unit_id: uuid.UUID) -> Sequence[UnitName]:
    """All names of a unit, oldest first."""
    return session.scalars(select(UnitName).where(UnitName.unit_id == unit_id).order_by(UnitName.from_at)).all()


def name_at(session: Session, unit: Unit, moment: datetime) -> str:
    """What the unit was called at that moment."""
    found = [
        one.name
        for one in names_of(session, unit.id)
        if one.from_at <= moment and (one.until_at is None or one.until_at > moment)
    ]
    return found[-1] if found else unit.name


def successors(session: Session, unit_id: uuid.UUID) -> Sequence[Unit]:
    """The units that a closed one went into."""
    return session.scalars(
        select(Unit).join(UnitSuccession, UnitSuccession.new_id == Unit.id).where(UnitSuccession.old_id == unit_id)
    ).all()


def predecessors(session: Session, unit_id: uuid.UUID) -> Sequence[Unit]:
    """The units that went into this one."""
    return session.scalars(
        select(Unit).join(UnitSuccession, UnitSuccession.old_id == Unit.id).where(UnitSuccession.new_id == unit_id)
    ).all()


def school_of(session: Session, unit_id: uuid.UUID) -> Unit | None:
    """The school that a unit is or lies in."""
    return session.scalar(
        select(Unit).where(Unit.id.in_(units_above(session, [unit_id])), Unit.kind == UnitKind.SCHOOL)
    )


def heirs_of(session: Session, unit_id: uuid.UUID) -> set[uuid.UUID]:
    """The units in which the work of this one goes on: all of its school, and of the schools that it has become."""
    school = school_of(session, unit_id)
    if school is None:
        return {unit_id}
    found, newest = {school.id}, {school.id}
    while newest:
        newest = set(session.scalars(select(UnitSuccession.new_id).where(UnitSuccession.old_id.in_(newest)))) - found
        found |= newest
    return units_below(session, found)


def refuse_closed(unit: Unit) -> None:
    """Raises UnitClosed."""
    if unit.closed_at is not None:
        raise UnitClosed(name=unit.name)


def _succeed(session: Session, old: Unit, new: Unit, kind: str, *, by: uuid.UUID | None, at: datetime) -> None:
    refuse_closed(old)
    if old.id == new.id or old.kind != new.kind:
        raise UnitOutOfPlace
    session.add(UnitSuccession(old_id=old.id, new_id=new.id, kind=kind, happened_at=at))
    audit.tell(session, f"unit-{kind}", old, unit_id=old.id, by=by, at=at, into=str(new.id))


def _close(session: Session, unit: Unit, *, at: datetime) -> None:
    unit.closed_at = at
    session.execute(
        update(UnitName).where(UnitName.unit_id == unit.id, UnitName.until_at.is_(None)).values(until_at=at)
    )


def _bring_people(session: Session, old: Unit, into: Unit, *, by: uuid.UUID | None, at: datetime) -> None:
    """End every role in the old unit and begin it in the new one, unless it is held there already."""
    open_now = select(Membership).where(Membership.until_at.is_(None))
    held = {(one.person_id, one.role) for one in session.scalars(open_now.where(Membership.unit_id == into.id))}
    for one in session.scalars(open_now.where(Membership.unit_id == old.id)).all():
        one.until_at = at
        audit.tell(session, "role-ended", one, unit_id=old.id, by=by, at=at, person=str(one.person_id), role=one.role)
        if (one.person_id, one.role) not in held:
            new = begin_role(session, one.person_id, into.id, one.role, at=at)
            audit.tell(
                session, "role-given", new, unit_id=into.id, by=by, at=at, person=str(one.person_id), role=one.role
            )
