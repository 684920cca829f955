"""The calendar of the house: local dates, and the school year, which turns on the first of August."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_MONTH = 8


def local_date(moment: datetime) -> date:
    """The date on the wall when it happened."""
    return moment.astimezone(LOCAL).date()


def school_year(day: date) -> str:
    """The school year of a date: 2026-2027 from 1 August 2026."""
    first = day.year if day.month >= FIRST_MONTH else day.year - 1
    return f"{first}-{first + 1}"
