"""A unit that was opened by mistake goes; and what closing one will do, counted before anybody is asked."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, func, select
from sqlalchemy.orm import Session

from library import audit
from library.catalogue.models import Work
from library.circulation.models import ClosedDay, Item, Loan, SchoolCalendar
from library.database import Base, row_security
from library.errors import Clash
from library.people import care
from library.people.models import Membership, SchoolClass, Unit, UnitName
from library.people.sight import units_below
from library.people.sign_in import Actor


class UnitInUse(Clash):
    code = "unit-in-use"
    vi = (
        "{name} không trống nên không xoá được: {people} người, {works} học liệu, {copies} bản sách, {classes} lớp, "
        "{units} đơn vị trực thuộc, kể cả người đã thôi việc ở đây; hoặc còn tệp đang gửi, trường đã sáp nhập vào. "
        "Trường đã có người thì sáp nhập, đừng xoá."
    )
    en = (
        "{name} is not empty, so it cannot be removed: {people} people, {works} works, {copies} copies, {classes} "
        "classes, {units} units in it, those who have left it included; or there are files on their way, or schools "
        "merged into it. A school that has had people is merged, not removed."
    )


OF_ITSELF = (UnitName, ClosedDay, SchoolCalendar)  # goes with it: its names, and when its library was to be open


@dataclass(frozen=True)
class Holdings:
    """What there is in a unit and below it."""

    people: int
    works: int
    classes: int
    copies: int
    loans: int  # that are open
    units: int  # besides itself


def holdings(session: Session, unit: Unit, *, ever: bool = False) -> Holdings:
    """`ever`: also the people whose roles have ended."""
    within = units_below(session, [unit.id])
    people = [] if ever else [Membership.until_at.is_(None)]

    def count(column: Any, what: Any, *more: Any) -> int:
        return session.scalar(select(func.count(what)).where(column.in_(within), *more)) or 0

    with row_security.lifted(session):  # numbers only
        return Holdings(
            people=count(Membership.unit_id, Membership.person_id.distinct(), *people),
            works=count(Work.unit_id, Work.id),
            classes=count(SchoolClass.unit_id, SchoolClass.id),
            copies=count(Item.unit_id, Item.id),
            loans=count(Loan.unit_id, Loan.id, Loan.closed_at.is_(None)),
            units=len(within) - 1,
        )


def remove(session: Session, code: str, *, by: Actor, at: datetime) -> None:
    """Remove a unit of which nothing else in the house knows. Raises SignInNeeded, NotAllowed, UnknownUnit,
    UnitInUse.
    """
    unit = care.unit_in_care(session, code, by=by)
    session.refresh(unit, with_for_update=True)
    with row_security.lifted(session):
        if unit.parent_id is None or any(_names(session, column, unit.id) for column in _naming()):
            found = holdings(session, unit, ever=True)
            raise UnitInUse(name=unit.name, **asdict(found))
    for table in OF_ITSELF:
        session.execute(delete(table).where(table.unit_id == unit.id))
    audit.tell(session, "unit-removed", unit, unit_id=unit.parent_id, by=by.person_id, at=at, code=unit.code)
    session.delete(unit)
    session.flush()


def _naming() -> list[Column[uuid.UUID]]:
    """Every column that may name a unit, but for those of what belongs to itself."""
    own = {table.__tablename__ for table in OF_ITSELF}
    tables = [one for one in Base.metadata.sorted_tables if one.name not in own]
    keys = [key for table in tables for key in table.foreign_keys if key.column.table.name == Unit.__tablename__]
    return [key.parent for key in keys]


def _names(session: Session, column: Column[uuid.UUID], unit_id: uuid.UUID) -> bool:
    return session.execute(select(column).where(column == unit_id).limit(1)).first() is not None
