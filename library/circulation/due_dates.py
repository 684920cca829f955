"""When a loan is due. Pure: local dates in, the last second of a local day out."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from library.calendar import LOCAL, local_date
from library.circulation.policy import SCHOOL_YEAR, Rules

LAST_SECOND = time(23, 59, 59)
DAY, SUMMER = timedelta(days=1), timedelta(days=61)  # to the first of August
LONGEST_SEARCH = 366  # days; a school without any open day still lends


@dataclass(frozen=True)
class Calendar:
    """When a school's library is open."""

    open_weekdays: frozenset[int] = frozenset(range(1, 7))
    closed: frozenset[date] = field(default_factory=frozenset)
    last_return_day: date | None = None

    def is_open(self, day: date) -> bool:
        """Whether somebody can bring a copy back on that day."""
        return day.isoweekday() in self.open_weekdays and day not in self.closed


def due(at: datetime, rules: Rules, calendar: Calendar) -> datetime:
    """The moment a copy lent at `at` must be back: the end of an open day after today, and, where there is one before
    it, never after the last return day of the year.
    """
    today = local_date(at)
    last = last_day(today, calendar)
    wanted = last if rules.way == SCHOOL_YEAR else today + timedelta(days=rules.loan_days)
    day = _next_open(wanted, calendar) if rules.skip_closed_days else wanted
    return _end_of(_last_open(today, last, calendar) or _next_open(last, calendar) if day >= last else day)


def last_day(today: date, calendar: Calendar) -> date:
    """The last return day to come. One that is over plays no part, nor one of another school year: once this year's is
    over, loans go until the end of the next.
    """
    said, coming = calendar.last_return_day, end_of_school_year(today + DAY)
    if said is None or said > coming + SUMMER:
        return coming
    if said > today:
        return said
    return end_of_school_year(coming + DAY) if said >= coming - SUMMER else coming


def end_of_school_year(day: date) -> date:
    """31 May of the school year that the day lies in."""
    return date(day.year if day.month < 6 else day.year + 1, 5, 31)


def is_overdue(due_at: datetime, at: datetime, grace_days: int = 0) -> bool:
    """Whether more than the grace has passed."""
    return local_date(at) > local_date(due_at) + timedelta(days=grace_days)


def _next_open(day: date, calendar: Calendar) -> date:
    """The day itself in a school that never opens."""
    days = (day + DAY * number for number in range(LONGEST_SEARCH))
    return next(filter(calendar.is_open, days), day)


def _last_open(today: date, last: date, calendar: Calendar) -> date | None:
    """The last open day until `last` that is still to come."""
    days = (last - DAY * number for number in range((last - today).days))
    return next(filter(calendar.is_open, days), None)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, LAST_SECOND, LOCAL).astimezone(UTC)
