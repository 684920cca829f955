"""How much there is to see. For a whole province that is a count over some hundred thousand works, so it is remembered
for a short while.

Numbers only, never titles or rows, and nobody hears a number that was counted with a token they do not carry
(docs/decisions/0012-counts-may-lag.md).
"""

import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from library.catalogue.access import ids_seen_with, seen_with
from library.catalogue.models import Version, Work, WorkState
from library.people.sight import PROVINCE, PUBLIC, Sight

SHARED = frozenset({PUBLIC, PROVINCE})  # tokens that everybody has, and what they open is most of a province
MANY = 2000  # works; fewer are counted anew each time, in milliseconds
# nobody hears an older number; whoever asks then counts, the others hear the old one
LASTS, RENEWED = timedelta(seconds=60), timedelta(seconds=45)
MOST_KEPT = 64  # sights
PATIENCE = 2.0  # seconds to wait for another who counts the same
KINDS = (Work.subject_code, Work.grade)
Counts = Select[str | None, int | None, int, int | None]  # subject, grade, works, pages


@dataclass(frozen=True)
class Overview:
    """Published works that may be seen, their pages, and how many works each subject and grade has."""

    works: int = 0
    pages: int = 0
    subjects: Counter[str] = field(default_factory=Counter)
    grades: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "Overview") -> "Overview":
        return Overview(
            self.works + other.works,
            self.pages + other.pages,
            self.subjects + other.subjects,
            self.grades + other.grades,
        )


class Overviews:
    """What one process has counted of late."""

    def __init__(self) -> None:
        # by the whole set of tokens; counted longest ago first
        self.kept: dict[frozenset[str], tuple[datetime, Overview]] = {}
        # only for subsets of SHARED
        self.turns: defaultdict[frozenset[str], threading.Lock] = defaultdict(threading.Lock)
        self.lock = threading.Lock()

    def of(self, session: Session, sight: Sight, *, at: datetime) -> Overview:
        """What is there for this sight: what its shared tokens open, which is counted once for all who carry them, and
        what its own open beyond.
        """
        shared, own = Sight(sight.tokens & SHARED), Sight(sight.tokens - SHARED)
        found = self._in_turn(shared.tokens, lambda: _counted(session, _shared(shared.tokens), at=at), at=at)
        if not own.tokens:
            return found
        beyond = self._known(sight.tokens, LASTS, at=at)
        if beyond is None:
            theirs = _counting(Work.id.in_(ids_seen_with(own.tokens)), ~seen_with(shared.tokens))
            beyond = self._keep(sight.tokens, _counted(session, theirs, at=at), at=at)
        return found + beyond

    def _in_turn(self, tokens: frozenset[str], count: Callable[[], Overview], *, at: datetime) -> Overview:
        """The same for many: of those who come at once one counts, the others hear the old number or wait a little for
        the new one.
        """
        known = self._known(tokens, RENEWED, at=at)
        if known is not None:
            return known
        old, turn = self._known(tokens, LASTS, at=at), self.turns[tokens]
        mine = turn.acquire(timeout=PATIENCE if old is None else 0)
        try:
            if not mine and old is not None:
                return old
            known = self._known(tokens, RENEWED, at=at)  # another has just counted
            return known if known is not None else self._keep(tokens, count(), at=at)
        finally:
            if mine:
                turn.release()

    def _known(self, tokens: frozenset[str], age: timedelta, *, at: datetime) -> Overview | None:
        counted_at, found = self.kept.get(tokens, (at, None))
        return found if abs(at - counted_at) < age else None

    def _keep(self, tokens: frozenset[str], found: Overview, *, at: datetime) -> Overview:
        with self.lock:
            self.kept.pop(tokens, None)
            if found.works >= MANY:
                self.kept[tokens] = (at, found)
            while len(self.kept) > MOST_KEPT:
                del self.kept[next(iter(self.kept))]
        return found


def of_units(session: Session, unit_ids: Collection[uuid.UUID], sight: Sight, *, at: datetime) -> Overview:
    """What the given units have to show. One pass over their works: each is looked at once for whether it may be
    seen.
    """
    return _counted(session, _counting(seen_with(sight.tokens), Work.unit_id.in_(unit_ids)), at=at)


@cache  # for subsets of SHARED: to build it takes longer than to run it
def _shared(tokens: frozenset[str]) -> Counts:
    return _counting(Work.id.in_(ids_seen_with(tokens)))


def _counting(*which: ColumnElement[bool]) -> Counts:
    """On SQLite three indexes in the order of works are walked side by side, and no row is read. It is asked with
    `moment`.
    """
    current = and_(Version.work_id == Work.id, Version.id == Work.version_id)
    wanted: Counts = (
        select(*KINDS, func.count(), func.sum(Version.page_count))
        .outerjoin(Version, current)
        .where(Work.state == WorkState.PUBLISHED, *which)
    )
    return wanted.group_by(*KINDS)


def _counted(session: Session, wanted: Counts, *, at: datetime) -> Overview:
    rows = session.execute(wanted, {"moment": at}).all()
    subjects, grades = Counter[str](), Counter[int]()
    for subject, grade, works, _ in rows:
        subjects.update({subject: works} if subject is not None else {})
        grades.update({grade: works} if grade is not None else {})
    return Overview(sum(row[2] for row in rows), sum(int(row[3] or 0) for row in rows), subjects, grades)
