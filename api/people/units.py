"""Units in somebody's care: open, rename, move, merge, split."""

from collections.abc import Iterable

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.people import roster_schemas as schemas
from api.web.dependencies import Now, Reader, Reading, Writer, Writing
from api.web.schemas import Named
from library.people import care, inviting, units
from library.people.models import COMMUNE, DEPARTMENT, PROVINCE, SCHOOL, Unit
from library.people.sign_in import Actor, NotAllowed

router = APIRouter(prefix="/api/v1/units", tags=["units"])
ORDER = (PROVINCE, COMMUNE, SCHOOL, DEPARTMENT)


@router.get("", response_model=schemas.Units)
def all_units(session: Reading, actor: Reader) -> schemas.Units:
    """The units in my care."""
    return units_of(session, actor)


@router.post("", status_code=201, response_model=schemas.Unit)
def open_unit(wish: schemas.UnitOpening, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Open a commune, school or department."""
    actor.required()
    place = in_care(session, wish.place, actor)
    authority = in_care(session, wish.authority, actor) if wish.authority else None
    unit = units.open_unit(
        session, wish.kind, wish.code, wish.name, place, by=actor.person_id, at=at, authority=authority
    )
    return sent(session, [unit])[0]


@router.patch("/{code}", response_model=schemas.Unit)
def change(code: str, wish: schemas.UnitChange, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Rename a unit, or say who manages it and which hub reviews for it."""
    unit = in_care(session, code, actor)
    if wish.name is not None:
        units.rename(session, unit, wish.name, by=actor.person_id, at=at)
    if wish.authority is not None:
        units.change_authority(session, unit, in_care(session, wish.authority, actor), by=actor.person_id, at=at)
    if wish.hub is not None:
        units.change_hub(
            session, unit, in_care(session, wish.hub, actor) if wish.hub else None, by=actor.person_id, at=at
        )
    session.flush()
    return sent(session, [unit])[0]


@router.post("/{code}/succession", response_model=schemas.Unit)
def succeed(code: str, wish: schemas.Succession, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Merge a unit into another, or split it into several; it is closed and keeps its id."""
    old = in_care(session, code, actor)
    news = [in_care(session, one, actor) for one in wish.into]
    if len(news) == 1:
        units.merge(session, [old], news[0], by=actor.person_id, at=at)
    else:
        units.split(session, old, news, by=actor.person_id, at=at)
    return sent(session, [old])[0]


def in_care(session: Session, code: str, actor: Actor) -> Unit:
    """A unit that the actor administers. Raises SignInNeeded, NotAllowed, UnknownUnit: also for one in somebody else's
    care.
    """
    actor.required()
    mine = care.administered(session, actor)
    if not mine:
        raise NotAllowed
    unit = inviting.unit_by_code(session, code)
    if unit.id not in mine:
        raise inviting.UnknownUnit(unit=code)
    return unit


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
