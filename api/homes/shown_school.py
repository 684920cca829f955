"""A school on the wire."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.catalogue.shown import card_of
from api.homes import school_schemas as schemas
from api.homes.schemas import Shelf
from api.web.me import unit_named
from api.web.schemas import Named
from library import vocabulary
from library.catalogue import overviews, queries
from library.circulation import queries as stock
from library.people import care, inviting, units
from library.people.models import Unit, UnitKind
from library.people.sight import units_below
from library.people.sign_in import Actor

NEWEST, SHELF = 6, 60


def school_of(
    session: Session, code: str, actor: Actor, language: str, subject: str, grade: str, *, at: datetime
) -> schemas.School:
    """A school by its code. Raises UnknownUnit."""
    unit = inviting.unit_by_code(session, code)
    if unit.kind != UnitKind.SCHOOL:
        raise care.UnknownUnit(unit=code)
    within = units_below(session, [unit.id])
    seen = overviews.of_units(session, within, actor.sight, at=at)
    chosen: dict[str, Any] = {"subject": subject or None, "grade": int(grade) if grade else None}
    titles, copies, free = stock.holdings(session, unit.id)
    return schemas.School(
        code=unit.code,
        name=unit.name,
        closed_at=unit.closed_at,
        **_standing(session, unit),
        work_total=seen.works,
        subjects=[
            Shelf(code=key, name=term.name(language), count=seen.subjects[key])
            for key, term in vocabulary.subjects().items()
            if seen.subjects[key]
        ],
        grades=[
            Shelf(code=str(number), name=str(number), count=seen.grades[number])
            for number in vocabulary.GRADES
            if seen.grades[number]
        ],
        **chosen,
        shelf=[
            card_of(one, language) for one in queries.shelf(session, within, actor.sight, at=at, limit=SHELF, **chosen)
        ],
        newest=[
            card_of(one, language) for one in queries.newest(session, actor.sight, at=at, limit=NEWEST, unit_ids=within)
        ],
        title_total=titles,
        copy_total=copies,
        copy_free=free,
        **_hours(session, unit, at=at),
    )


def _hours(session: Session, unit: Unit, *, at: datetime) -> dict[str, Any]:
    """When its library is open."""
    closed = stock.closed_days(session, unit.id, at=at)
    return {
        "opening_hours": stock.opening_hours(session, unit.id),
        "open_weekdays": sorted(stock.calendar_of(session, unit.id, at=at).open_weekdays),
        "closed_days": [schemas.ClosedDay(day=day, reason=reason) for day, reason in closed],
    }


def _standing(session: Session, unit: Unit) -> dict[str, Any]:
    """Where a school lies, who manages it, what it was called and what it has come from and become."""
    return {
        "place": _named(session, unit.parent_id),
        "authority": _named(session, unit.authority_id),
        "former_names": [
            schemas.FormerName(name=one.name, until_at=one.until_at)
            for one in units.names_of(session, unit.id)
            if one.name != unit.name
        ],
        "successors": [unit_named(one) for one in units.successors(session, unit.id)],
        "predecessors": [unit_named(one) for one in units.predecessors(session, unit.id)],
    }


def _named(session: Session, unit_id: uuid.UUID | None) -> Named | None:
    """The unit with this id, by its name."""
    found = session.get(Unit, unit_id) if unit_id else None
    return unit_named(found) if found else None
