"""Saying when a school's library is open."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from library import audit
from library.calendar import local_date
from library.circulation.closed_days import Closure
from library.circulation.models import ClosedDay, SchoolCalendar
from library.errors import Wrong
from library.people.models import Unit
from library.people.sign_in import Actor

WEEKDAYS = range(1, 8)
BACK, AHEAD = timedelta(days=366), timedelta(days=2 * 366)  # what a calendar of a school may speak of


class DayOutOfReach(Wrong):
    code = "day-out-of-reach"
    vi = "Ngày {day} ngoài tầm lịch của trường: chỉ ghi ngày từ {first} đến {last}. Xem lại năm."
    en = "{day} is out of the calendar’s reach, from {first} to {last}. Look at the year again."


def change(
    session: Session,
    school: Unit,
    *,
    opening_hours: str | None,
    open_weekdays: Sequence[int],
    last_return_day: date | None,
    closed_days: Iterable[Closure],
    by: Actor,
    at: datetime,
) -> None:
    """Replace the calendar from today on. Loans that are out keep their due dates; days that are no weekday are left
    out. Raises DayOutOfReach.
    """
    closures = {one.day: one.reason for one in closed_days}
    kept = session.get(SchoolCalendar, school.id)
    if kept is None:
        kept = SchoolCalendar(unit_id=school.id)
        session.add(kept)
    fresh = [last_return_day] if last_return_day and last_return_day != kept.last_return_day else []
    _refuse_out_of_reach([*closures, *fresh], local_date(at))
    kept.opening_hours, kept.last_return_day = opening_hours, last_return_day
    kept.open_weekdays = "".join(str(day) for day in sorted(set(open_weekdays)) if day in WEEKDAYS)
    _replace_closed_days(session, school, closures, local_date(at))
    session.flush()
    audit.tell(session, "calendar-changed", school, unit_id=school.id, by=by.person_id, at=at, hours=opening_hours)


def _replace_closed_days(session: Session, school: Unit, closures: dict[date, str | None], today: date) -> None:
    """Those to come; a reason of which nothing is said stays."""
    of_school = ClosedDay.unit_id == school.id
    before: dict[date, str | None] = {
        row.day: row.reason for row in session.execute(select(ClosedDay.day, ClosedDay.reason).where(of_school))
    }
    session.execute(delete(ClosedDay).where(of_school, ClosedDay.day >= today))
    gone = {day for day in before if day < today}
    session.add_all(
        ClosedDay(unit_id=school.id, day=day, reason=(before.get(day) if reason is None else reason) or None)
        for day, reason in closures.items()
        if day not in gone
    )


def _refuse_out_of_reach(days: Iterable[date], today: date) -> None:
    first, last = today - BACK, today + AHEAD
    for day in days:
        if not first <= day <= last:
            raise DayOutOfReach(day=f"{day:%d/%m/%Y}", first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
