"""The page of a school on the wire."""

from datetime import date, datetime

from api.catalogue.schemas import Card
from api.homes.schemas import Shelf
from api.web.schemas import Named, Sent


class FormerName(Sent):
    """What the school was called before."""

    name: str
    until_at: datetime | None


class ClosedDay(Sent):
    """A day on which the school's library stays closed."""

    day: date
    reason: str | None


class School(Sent):
    """A school: its names, its shelf as the asker may see it, its paper copies and its library's hours."""

    code: str
    name: str
    place: Named | None
    authority: Named | None
    former_names: list[FormerName]
    closed_at: datetime | None
    successors: list[Named]
    predecessors: list[Named]
    work_total: int
    subjects: list[Shelf]
    grades: list[Shelf]
    subject: str | None  # the shelf is narrowed to these
    grade: int | None
    shelf: list[Card]
    newest: list[Card]
    title_total: int  # titles with paper copies
    copy_total: int
    copy_free: int
    opening_hours: str | None
    open_weekdays: list[int]  # 1 is Monday
    closed_days: list[ClosedDay]
