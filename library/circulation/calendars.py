"""Saying when a school's library is open."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from library import audit
from library.circulation.models import ClosedDay, SchoolCalendar
from library.people.models import Unit
from library.people.sign_in import Actor

WEEKDAYS = range(1, 8)


def change(
    session: Session,
    school: Unit,
    *,
    opening_hours: str | None,
    open_weekdays: Sequence[int],
    last_return_day: date | None,
    closed_days: Sequence[date],
    by: Actor,
    at: datetime,
) -> None:
    """Replace the calendar. Loans that are out keep their due dates; days that are no weekday are left out."""
    kept = session.get(SchoolCalendar, school.id)
    if kept is None:
        kept = SchoolCalendar(unit_id=school.id)
        session.add(kept)
    kept.opening_hours, kept.last_return_day = opening_hours, last_return_day
    kept.open_weekdays = "".join(str(day) for day in sorted(set(open_weekdays)) if day in WEEKDAYS)
    session.execute(delete(ClosedDay).where(ClosedDay.unit_id == school.id))
    session.add_all(ClosedDay(unit_id=school.id, day=day) for day in set(closed_days))
    session.flush()
    audit.tell(session, "calendar-changed", school, unit_id=school.id, by=by.person_id, at=at, hours=opening_hours)
