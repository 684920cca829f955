"""The pages of those who look after schools, communes and departments. Every form works without script."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form

from api.people import roster_schemas as schemas
from api.people import shown
from api.web.doors import Door, Room, Shown
from api.web.errors import NotValid
from api.web.pages import Text, wished
from api.web.schemas import Code
from library.deleting import units as removing
from library.people import care, managing
from library.people.models import UnitKind

NO_HUB = "-"  # an empty field of a form is a field that was not sent
UNITS = "/quan-tri/truong"
room = Room()


@room.page(UNITS, "admin-units")
def units_page(door: Door) -> Shown:
    """The schools and communes in my care."""
    return {"units": shown.units_of(door.session, door.actor).units, "question": None}


@room.form(UNITS, back=UNITS, again=units_page)
def open_unit(door: Door, kind: Text = UnitKind.SCHOOL, code: Text = "", name: Text = "", place: Text = "") -> None:
    """A new school, commune or department."""
    wish = wished(schemas.UnitOpening, kind=kind, code=code, name=name, place=place)
    managing.open_unit(door.session, wish.kind, wish.code, wish.name, wish.place, by=door.actor, at=door.at)


@room.form(UNITS + "/{code}", back=UNITS, again=units_page)
def change_unit(
    door: Door,
    code: str,
    parts: Annotated[list[Code], Form(default_factory=list, max_length=20)],
    into: Text = "",
    name: Text = "",
    hub: Text = "",
    authority: Text = "",
    sure: Text = "",
) -> Shown | None:
    """Rename a unit, choose its hub or who manages it, merge it into another or split it into several; the last two
    when whoever wishes it has seen what will happen (`sure`).
    """
    if len(parts) == 1:
        raise NotValid(fields="parts")  # one part would be a merger, which has a button of its own
    if into or parts:
        succession = wished(schemas.Succession, into=parts or [into])
        if not sure:
            return {"question": question_of(door, code, succession.into)}
        managing.succeed(door.session, code, succession.into, by=door.actor, at=door.at)
        return None
    chosen = {"": None, NO_HUB: ""}.get(hub, hub)
    wish = wished(schemas.UnitChange, name=name or None, hub=chosen, authority=authority or None)
    told = {"name": wish.name, "authority": wish.authority, "hub": wish.hub}
    managing.change(door.session, code, **told, by=door.actor, at=door.at)
    return None


def question_of(door: Door, code: str, into: Sequence[str]) -> Shown:
    """What will happen to a unit that is merged or split, and to how many. Raises UnknownUnit."""
    old = care.unit_in_care(door.session, code, by=door.actor)
    news = [care.unit_in_care(door.session, one, by=door.actor) for one in into]
    return {"old": old, "news": news, "holdings": removing.holdings(door.session, old)}


@room.form(UNITS + "/{code}/xoa", back=UNITS, again=units_page)
def remove(door: Door, code: str) -> None:
    """Remove a unit that has never had people, works or copies."""
    removing.remove(door.session, code, by=door.actor, at=door.at)
