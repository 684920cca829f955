"""Units in somebody's care: open, rename, move, merge, split."""

from fastapi import APIRouter

from api.people import roster_schemas as schemas
from api.people import shown
from api.web.dependencies import Now, Reader, Reading, Writer, Writing
from api.web.problems import SIGNED_IN, problems
from library.deleting import units as removing
from library.deleting.units import UnitInUse
from library.people import managing, reopening
from library.people.care import UnknownUnit
from library.people.reopening import TooLateToReopen
from library.people.sign_in import NotAllowed
from library.people.units import AuthorityInside, UnitClosed, UnitCodeTaken, UnitOutOfPlace

router = APIRouter(prefix="/api/v1/units", tags=["units"], responses=problems(*SIGNED_IN))


@router.get("", response_model=schemas.Units, responses=problems(NotAllowed))
def all_units(session: Reading, actor: Reader) -> schemas.Units:
    """The units in my care."""
    return shown.units_of(session, actor)


@router.post(
    "",
    status_code=201,
    response_model=schemas.Unit,
    responses=problems(NotAllowed, UnknownUnit, UnitClosed, UnitCodeTaken, UnitOutOfPlace),
)
def open_unit(wish: schemas.UnitOpening, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Open a commune, school or department."""
    opened = managing.open_unit(
        session, wish.kind, wish.code, wish.name, wish.place, authority=wish.authority, by=actor, at=at
    )
    return shown.sent(session, [opened])[0]


@router.patch(
    "/{code}", response_model=schemas.Unit, responses=problems(NotAllowed, UnknownUnit, UnitClosed, AuthorityInside)
)
def change(code: str, wish: schemas.UnitChange, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Rename a unit, or say who manages it and which hub reviews for it."""
    told = {"name": wish.name, "authority": wish.authority, "hub": wish.hub}
    return shown.sent(session, [managing.change(session, code, **told, by=actor, at=at)])[0]


@router.post(
    "/{code}/succession",
    response_model=schemas.Unit,
    responses=problems(NotAllowed, UnknownUnit, UnitClosed, UnitOutOfPlace),
)
def succeed(code: str, wish: schemas.Succession, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Merge a unit into another, or split it into several; it is closed and keeps its id."""
    return shown.sent(session, [managing.succeed(session, code, wish.into, by=actor, at=at)])[0]


@router.delete(
    "/{code}/succession", response_model=schemas.Unit, responses=problems(NotAllowed, UnknownUnit, TooLateToReopen)
)
def reopen(code: str, session: Writing, actor: Writer, at: Now) -> schemas.Unit:
    """Within a day a unit that was merged or split stands as before, its people in it."""
    return shown.sent(session, [reopening.reopen(session, code, by=actor, at=at)])[0]


@router.delete("/{code}", status_code=204, responses=problems(NotAllowed, UnknownUnit, UnitInUse))
def remove(code: str, session: Writing, actor: Writer, at: Now) -> None:
    """Remove a unit that has never had people, works or copies."""
    removing.remove(session, code, by=actor, at=at)
