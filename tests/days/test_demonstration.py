"""What `make demo` shows holds on every day."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
import time_machine

from api.commands.demonstration import town
from library.calendar import local_date
from library.circulation import due_dates, queries
from library.circulation.due_dates import Calendar
from library.clock import now
from library.database import reading_session, transaction
from library.house import open_house
from library.people import inviting
from library.settings import Settings
from tests.days.moments import MOMENTS

pytestmark = pytest.mark.slow

OPEN_DAYS = Calendar(frozenset(town.OPEN_WEEKDAYS))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("hour", [1, 16, 17])
def test_three_loans_are_late_and_two_due_next_on_every_day_of_four_years(hour: int) -> None:
    for number in range(4 * 366):
        at = BEGIN + timedelta(days=number, hours=hour)
        today = local_date(at)
        due = [
            local_date(due_dates.due(one, town.RULES, OPEN_DAYS)) for one in islice(town.lending_days(at), town.LOANS)
        ]
        assert sum(day < today for day in due) == 3, at
        # around the end of the school year nothing is due
        if not date(today.year, 5, 29) <= today <= date(today.year, 6, 14):
            opens = next(day for day in (today + timedelta(days=more) for more in range(3)) if OPEN_DAYS.is_open(day))
            assert due[3] == due[4] == opens, at


@pytest.mark.parametrize("day", ["monday-of-the-fault", "sunday", "the-local-day-turns", "after-the-school-year"])
def test_the_town_is_filled_just_so(day: str, tmp_path: Path) -> None:
    with time_machine.travel(datetime.fromisoformat(MOMENTS[day]), tick=False):
        house = open_house(Settings(home=tmp_path))
        with transaction(house.engine) as session:
            town.fill(session)
        with reading_session(house.engine) as session:
            school = inviting.unit_by_code(session, "THCS-VT")
            assert queries.overdue_count(session, school.id, at=now()) == (town.LOANS, 3)
        house.engine.dispose()
