"""What an administrator does with the units in their care, which are named by their codes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from library.people import care, units
from library.people.models import Unit
from library.people.sign_in import Actor


def open_unit(
    session: Session,
    kind: str,
    code: str,
    name: str,
    place: str,
    *,
    authority: str | None = None,
    by: Actor,
    at: datetime,
) -> Unit:
    """A commune, school or department in a place; `authority`: who manages it, by default its place. Raises
    SignInNeeded, NotAllowed, UnknownUnit, UnitCodeTaken, UnitOutOfPlace, UnitClosed.
    """
    lies_in = care.unit_in_care(session, place, by=by)
    managed_by = care.unit_in_care(session, authority, by=by) if authority else None
    return units.open_unit(session, kind, code, name, lies_in, by=by.person_id, at=at, authority=managed_by)


def change(
    session: Session,
    code: str,
    *,
    name: str | None = None,
    authority: str | None = None,
    hub: str | None = None,
    by: Actor,
    at: datetime,
) -> Unit:
    """Another name, authority or hub (an empty one: its own reviewers); what is None stays. Raises SignInNeeded,
    NotAllowed, UnknownUnit, AuthorityInside, UnitClosed.
    """
    unit = care.unit_in_care(session, code, by=by)
    if name is not None:
        units.rename(session, unit, name, by=by.person_id, at=at)
    if authority is not None:
        chosen = care.unit_in_care(session, authority, by=by)
        units.change_authority(session, unit, chosen, by=by.person_id, at=at)
    if hub is not None:
        reviewing = care.unit_in_care(session, hub, by=by) if hub else None
        units.change_hub(session, unit, reviewing, by=by.person_id, at=at)
    session.flush()
    return unit


def succeed(session: Session, code: str, into: Sequence[str], *, by: Actor, at: datetime) -> Unit:
    """Merge a unit into another, or split it into several; it is closed and keeps its id. Raises SignInNeeded,
    NotAllowed, UnknownUnit, UnitClosed.
    """
    old = care.unit_in_care(session, code, by=by)
    news = [care.unit_in_care(session, one, by=by) for one in into]
    if len(news) == 1:
        units.merge(session, [old], news[0], by=by.person_id, at=at)
    else:
        units.split(session, old, news, by=by.person_id, at=at)
    return old
