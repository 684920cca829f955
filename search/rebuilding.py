"""A new index beside the live one: filled from the database, brought up to date, put in its place in one step.

While it grows the worker goes on writing the live index; what changes meanwhile is written again in rounds, and the
last round and the change-over happen while nobody can change a work. So nothing is lost and nothing that was withdrawn
comes back.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from library.catalogue.models import Audience, Version, Work
from library.clock import now
from library.database import alone, reading_session, transaction
from library.failpoints import reach
from search.index import Beside, Index
from search.indexing import write_work

WORKS_AT_ONCE = 200
FEW = 50  # works that may be left for the moment when nobody can change anything
MOST_ROUNDS = 20
REBUILD = "index-rebuild"


@dataclass(frozen=True)
class Progress:
    """How far the new index is filled."""

    works: int
    of: int
    pages: int


@dataclass
class Pace:
    """At most so many pages a second, so that readers do not feel it; None: as fast as it goes."""

    pages_a_second: float | None
    pages: int = 0
    began: float = 0.0

    def after(self, pages: int) -> None:
        """Wait until so many pages were allowed."""
        self.began = self.began or time.monotonic()
        self.pages += pages
        if self.pages_a_second:
            time.sleep(max(0.0, self.began + self.pages / self.pages_a_second - time.monotonic()))


def rebuild(engine: Engine, beside: Beside, pace: Pace, tell: Callable[[Progress], None]) -> None:
    """Fill the new index, or go on filling it, and put it in the place of the live one. Raises BlockingIOError while
    another machine does so.

    What `tell` raises ends it; the next time goes on from there.
    """
    with alone(engine, REBUILD):
        held = kept(beside.index)
        fill(engine, beside, held, pace, tell)
        catch_up(engine, beside, held, pace)


def catch_up(engine: Engine, beside: Beside, held: dict[int, int], pace: Pace) -> None:
    """What changed while it was filled, in rounds; the last one while nothing can change."""
    since = beside.started_at
    for _ in range(MOST_ROUNDS):
        began = now()
        with reading_session(engine) as session:
            left = changed(session, held, since, until=began)
            if len(left) <= FEW:
                break
            write(session, beside.index, left, held, pace)
        beside.keep(beside.done)
        since = began
    reach("rebuild-filled")
    with unchanging(engine) as session:
        write(session, beside.index, changed(session, held, since, until=now()), held, Pace(None))
        beside.take_over()


def kept(index: Index) -> dict[int, int]:
    """The revision that each work has in an index that was begun. The lowest of its documents counts: a page that ought
    to have gone is of an older one.
    """
    index.commit()  # shows what an earlier builder sent and did not live to show
    held: dict[int, int] = {}
    for entry in index.entries():
        held[entry.work_key] = min(entry.revision, held.get(entry.work_key, entry.revision))
    return held


def fill(engine: Engine, beside: Beside, held: dict[int, int], pace: Pace, tell: Callable[[Progress], None]) -> None:
    """Every work in the order of keys. What an earlier builder wrote and did not keep is replaced, the rest is simply
    added.
    """
    highest = max(held, default=-1)
    with reading_session(engine) as session:
        total = session.scalar(select(func.count()).select_from(Work)) or 0
        works = session.scalar(select(func.count()).select_from(Work).where(Work.key <= beside.done)) or 0
    while True:
        with reading_session(engine) as session:
            rows = session.execute(_in_order().where(Work.key > beside.done).limit(WORKS_AT_ONCE)).all()
            for work_id, key, pages in rows:
                held[key] = write_work(session, beside.index, work_id, at=now(), replacing=key <= highest)
                session.expunge_all()
                pace.after(1 + (pages or 0))
        if not rows:
            return
        beside.keep(rows[-1].key)
        works += len(rows)
        tell(Progress(works, total, pace.pages))
        reach("rebuild-kept")


def changed(session: Session, held: dict[int, int], since: datetime, *, until: datetime) -> list[tuple[uuid.UUID, int]]:
    """Works that are not as the new index has them: another revision, or an audience that opened or closed by its
    date.
    """
    edges = or_(*(and_(column > since, column <= until) for column in (Audience.from_at, Audience.until_at)))
    moved = set(session.scalars(select(Audience.work_id).where(edges)))
    rows = session.execute(select(Work.id, Work.key, Work.revision))
    return [(work_id, key) for work_id, key, revision in rows if held.get(key) != revision or work_id in moved]


def write(session: Session, index: Index, works: list[tuple[uuid.UUID, int]], held: dict[int, int], pace: Pace) -> None:
    """Write works as they are now, with a commit now and then."""
    for number, (work_id, key) in enumerate(works, 1):
        held[key] = write_work(session, index, work_id, at=now())
        if number % WORKS_AT_ONCE == 0:
            index.commit()
        session.expunge_all()
        pace.after(1)


@contextmanager
def unchanging(engine: Engine) -> Iterator[Session]:
    """A transaction during which no work can change; it lasts as long as a few works take to write."""
    with transaction(engine) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE work IN SHARE MODE"))
        yield session


def _in_order() -> Select[uuid.UUID, int, int | None]:
    return (
        select(Work.id, Work.key, Version.page_count)
        .outerjoin(Version, Version.id == Work.version_id)
        .order_by(Work.key)
    )
