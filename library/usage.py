"""How much a work is used: views, reads and downloads per work, school and day; no person is kept, staff and robots are
left out.

A page view costs no transaction: counts grow in the memory of the process and are written every few seconds in one
statement. Figures under five are told to nobody as they are, because in a small class they speak of somebody.
"""

import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Date, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from library.calendar import local_date
from library.database import Base

VIEWS, READS, DOWNLOADS = "views", "reads", "downloads"
KINDS = (VIEWS, READS, DOWNLOADS)
NO_SCHOOL = uuid.UUID(int=0)  # visitors, and people of no school
FEWEST_TOLD = 5
Told = int | Literal["fewer-than-5", "not-told"]
FEW: Literal["fewer-than-5"] = "fewer-than-5"
UNTOLD: Literal["not-told"] = "not-told"
MOST_CELLS = 2000  # kept in memory between two writings; what would be more is not counted
Cell = tuple[uuid.UUID, uuid.UUID, date]  # work, school, day


class Usage(Base):
    """What happened to one work in one school on one day. Without keys to other tables: a figure must never stop a work
    from going.
    """

    __tablename__ = "usage"

    work_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    school_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # of the reader
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int]
    reads: Mapped[int]  # pages opened in the reader
    downloads: Mapped[int]


class Counting:
    """The counts of one process on their way to the database."""

    def __init__(self) -> None:
        self.cells: dict[Cell, dict[str, int]] = {}
        self.lock = threading.Lock()

    def note(self, kind: str, work_id: uuid.UUID, school_id: uuid.UUID | None, *, at: datetime) -> None:
        """Count one more."""
        with self.lock:
            self._add((work_id, school_id or NO_SCHOOL, local_date(at)), {kind: 1})

    def take(self) -> dict[Cell, dict[str, int]]:
        """All that has been counted; it begins anew."""
        with self.lock:
            taken, self.cells = self.cells, {}
        return taken

    def put_back(self, cells: Mapping[Cell, Mapping[str, int]]) -> None:
        """They could not be written: count them with the next ones."""
        with self.lock:
            for cell, counts in cells.items():
                self._add(cell, counts)

    def _add(self, cell: Cell, counts: Mapping[str, int]) -> None:
        if cell not in self.cells and len(self.cells) >= MOST_CELLS:
            return
        kept = self.cells.setdefault(cell, dict.fromkeys(KINDS, 0))
        for kind, count in counts.items():
            kept[kind] += count


def add(session: Session, cells: Mapping[Cell, Mapping[str, int]]) -> None:
    """Add counts to what is kept, in one statement."""
    if not cells:
        return
    rows = [
        {"work_id": work, "school_id": school, "day": day, **cells[work, school, day]}
        for work, school, day in sorted(cells)
    ]
    adding: Any = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Usage).values(rows)
    more = {kind: getattr(Usage, kind) + adding.excluded[kind] for kind in KINDS}
    session.execute(adding.on_conflict_do_update(index_elements=["work_id", "school_id", "day"], set_=more))


@dataclass(frozen=True)
class Figures:
    """Exact figures; `told` hides the small ones."""

    views: int = 0
    reads: int = 0
    downloads: int = 0


def of_work(session: Session, work_id: uuid.UUID, *, since: date | None = None) -> dict[uuid.UUID, Figures]:
    """The figures of a work by school."""
    sums = (func.sum(getattr(Usage, kind)) for kind in KINDS)
    wanted = select(Usage.school_id, *sums).where(Usage.work_id == work_id).group_by(Usage.school_id)
    rows = session.execute(wanted if since is None else wanted.where(Usage.day >= since))
    return {row[0]: Figures(*map(int, row[1:])) for row in rows}


def total(figures: Mapping[uuid.UUID, Figures]) -> Figures:
    """The exact sum over all schools."""
    found: dict[str, int] = defaultdict(int)
    for one in figures.values():
        for kind in KINDS:
            found[kind] += getattr(one, kind)
    return Figures(**found)


def told(figure: int) -> Told:
    """A figure as everybody hears it."""
    return FEW if figure < FEWEST_TOLD else figure


def told_apart(figures: Sequence[int]) -> list[Told]:
    """Parts of a known sum as everybody hears them: where one alone is small, the next smallest is not told, or the
    small one could be worked out.
    """
    parts = [told(one) for one in figures]
    if parts.count(FEW) == 1 and len(parts) > 1:
        smallest = min((figure, place) for place, figure in enumerate(figures) if parts[place] != FEW)[1]
        parts[smallest] = UNTOLD
    return parts
