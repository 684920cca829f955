"""When a loan is due. Pure: local dates in, the last second of a local day out."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from library.calendar import LOCAL, local_date
from library.circulation.policy import SCHOOL_YEAR, Rules

LAST_SECOND = time(23, 59, 59)
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
    """The moment a copy lent at `at` must be back: the end of an open day, never after the last return day of the
    year.
    """
    today = local_date(at)
    last = calendar.last_return_day or end_of_school_year(today)
    wanted = last if rules.way == SCHOOL_YEAR else today + timedelta(days=rules.loan_days)
    if wanted >= last > today:
        return _end_of(_nearest_open(last, calendar, back=True, not_before=today))
    return _end_of(_nearest_open(wanted, calendar) if rules.skip_closed_days else wanted)


def end_of_school_year(day: date) -> date:
    """31 May of the school year that the day lies in."""
    return date(day.year if day.month < 6 else day.year + 1, 5, 31)


def is_overdue(due_at: datetime, at: datetime, grace_days: int = 0) -> bool:
    """Whether more than the grace has passed."""
    return local_date(at) > local_date(due_at) + timedelta(days=grace_days)


def _nearest_open(day: date, calendar: Calendar, *, back: bool = False, not_before: date | None = None) -> date:
    step = timedelta(days=-1 if back else 1)
    for number in range(LONGEST_SEARCH):
        candidate = day + step * number
        if not_before is not None and candidate < not_before:
            break
        if calendar.is_open(candidate):
            return candidate
    return day


def _end_of(day: date) -> datetime:
    return datetime.combine(day, LAST_SECOND, LOCAL).astimezone(UTC)
