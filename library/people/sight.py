"""What a person may see: the tokens they carry. A work's audience is rows of the same tokens
(`catalogue/access.py`).
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from library.people.models import Enrolment, Membership, Unit
from library.people.roles import APPROVERS, Role

PUBLIC = "public"
PROVINCE = "province"


def unit_token(unit_id: uuid.UUID) -> str:
    """Carried by everyone in the unit and in the units below it."""
    return f"unit:{unit_id}"


def class_token(class_id: uuid.UUID) -> str:
    """Carried by the pupils and teachers of a class."""
    return f"class:{class_id}"


def staff_token(unit_id: uuid.UUID) -> str:
    """Carried by the administrators of the unit, who also look after what is not published yet."""
    return f"staff:{unit_id}"


def review_token(unit_id: uuid.UUID) -> str:
    """Carried by the reviewers of the unit (or of its hub): they see what waits for them."""
    return f"review:{unit_id}"


def person_token(person_id: uuid.UUID) -> str:
    """Carried by one person."""
    return f"person:{person_id}"


@dataclass(frozen=True)
class Sight:
    """The tokens someone carries; what they may see is what an audience row shares with them."""

    tokens: frozenset[str]


def units_of(sight: Sight) -> set[uuid.UUID]:
    """The units that somebody belongs to, and those above."""
    return {uuid.UUID(token.removeprefix("unit:")) for token in sight.tokens if token.startswith("unit:")}


VISITOR = Sight(frozenset({PUBLIC}))


def sight_of(
    session: Session, person_id: uuid.UUID, memberships: Iterable[Membership], classes: Iterable[Enrolment]
) -> Sight:
    """The sight of a signed-in person with these (valid) memberships and classes."""
    held = list(memberships)
    own = {one.unit_id for one in held}
    tokens = {PUBLIC, PROVINCE, person_token(person_id)}
    tokens |= {unit_token(unit_id) for unit_id in units_above(session, own)}
    tokens |= {class_token(one.class_id) for one in classes}
    tokens |= {staff_token(one.unit_id) for one in held if one.role == Role.ADMINISTRATOR}
    tokens |= {
        review_token(unit_id)
        for unit_id in reviewed_units(session, {one.unit_id for one in held if one.role in APPROVERS})
    }
    return Sight(frozenset(tokens))


def units_above(session: Session, unit_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The units themselves and all units they lie in."""
    return _walked(session, ABOVE, unit_ids)


def units_below(session: Session, unit_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The units themselves and all units that lie in them."""
    return _walked(session, BELOW, unit_ids)


def reviewed_units(session: Session, unit_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """The units for which reviewers of these units decide: their own, the departments in them, and the satellites of a
    hub.
    """
    if not unit_ids:
        return set()
    within = units_below(session, unit_ids)
    satellites = session.scalars(select(Unit.id).where(Unit.hub_id.in_(unit_ids)))
    return within | set(satellites)


def _walk(*, upwards: bool) -> Select[uuid.UUID]:
    """From the units of the parameter `units` along the tree. Built once: to build it takes longer than to run it, and
    every signed-in request does.
    """
    begun = select(Unit.id, Unit.parent_id).where(Unit.id.in_(bindparam("units", expanding=True))).cte(recursive=True)
    beside = aliased(Unit)
    met = beside.id == begun.c.parent_id if upwards else beside.parent_id == begun.c.id
    return select(begun.union(select(beside.id, beside.parent_id).where(met)).c.id)


ABOVE, BELOW = _walk(upwards=True), _walk(upwards=False)


def _walked(session: Session, walk: Select[uuid.UUID], unit_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    units = list(unit_ids)
    return set(session.scalars(walk, {"units": units})) if units else set()
