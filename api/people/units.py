"""Units in somebody's care: open, rename, move, merge, split."""

from fastapi import APIRouter

from api.people import roster_schemas as schemas
from api.people import shown
from api.web.dependencies import Now, Reader, Reading, Writer, Writing
from library.people import managing

router = APIRouter(prefix="/api/v1/units", tags=["units"])


@router.get("", response_model=schemas.Units)
def all_units(session: Reading, actor: Reader) -> schemas.Units:
    """The units in my care."""
    return shown.units_of(session, actor)


@router.post("", status_code=201, response_model=schemas.Unit)
def open_unit(wish: schemas.UnitOpening, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Open a commune, school or department."""
    opened = managing.open_unit(
        session, wish.kind, wish.code, wish.name, wish.place, authority=wish.authority, by=actor, at=at
    )
    return shown.sent(session, [opened])[0]


@router.patch("/{code}", response_model=schemas.Unit)
def change(code: str, wish: schemas.UnitChange, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Rename a unit, or say who manages it and which hub reviews for it."""
    told = {"name": wish.name, "authority": wish.authority, "hub": wish.hub}
    return shown.sent(session, [managing.change(session, code, **told, by=actor, at=at)])[0]


@router.post("/{code}/succession", response_model=schemas.Unit)
def succeed(code: str, wish: schemas.Succession, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Merge a unit into another, or split it into several; it is closed and keeps its id."""
    return shown.sent(session, [managing.succeed(session, code, wish.into, by=actor, at=at)])[0]
