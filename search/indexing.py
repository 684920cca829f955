"""Bringing the index up to a work's present state, as the database has it now; never from a remembered event."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from library import vocabulary
from library.catalogue.models import Page, Work
from search.documents import WorkFacts, documents_of
from search.index import Index, IndexLost

PAGES_AT_ONCE = 100


def write_work(session: Session, index: Index, work_id: uuid.UUID, *, at: datetime, replacing: bool = True) -> int:
    """Replace the work's documents (not yet committed) and return the revision they show; a deleted work has none. Safe
    to run again.

    `replacing=False` is for an index that cannot hold any of them yet.
    """
    work = session.scalar(
        select(Work)
        .options(joinedload(Work.unit), selectinload(Work.audience), joinedload(Work.version))
        .where(Work.id == work_id)
    )
    if work is None:
        return 0
    if replacing:
        index.delete(str(work.id))
    if work.deleted_at is not None:
        return work.revision
    index.write(documents_of(facts_of(work, at), _pages(session, work.version.id) if work.version else ()))
    return work.revision


def facts_of(work: Work, at: datetime) -> WorkFacts:
    """What the documents of a work share; only the tokens that are open now."""
    kinds = (vocabulary.types().get(work.type_code or ""), vocabulary.series().get(work.series_code or ""))
    names = [work.authors or "", work.lesson or "", *work.aliases, *work.keywords, *(term.vi for term in kinds if term)]
    return WorkFacts(
        work_id=str(work.id),
        work_key=work.key,
        title=work.title,
        names=[name for name in names if name],
        subject=work.subject_code,
        grade=work.grade,
        type=work.type_code,
        school=work.unit.code,
        sight=sight_of(work, at),
        revision=work.revision,
    )


def sight_of(work: Work, at: datetime) -> tuple[str, ...]:
    """The tokens that are open at a moment. `work.audience` must be loaded."""
    return tuple(
        sorted(
            {row.token for row in work.audience if row.from_at <= at and (row.until_at is None or row.until_at > at)}
        )
    )


def next_change(session: Session, work_id: uuid.UUID, *, after: datetime) -> datetime | None:
    """When the work's audience changes by itself: an embargo that ends, a licence that runs out."""
    work = session.scalar(select(Work).options(selectinload(Work.audience)).where(Work.id == work_id))
    moments = [
        moment
        for row in (work.audience if work else ())
        for moment in (row.from_at, row.until_at)
        if moment and moment > after
    ]
    return min(moments, default=None)


class Standing(NamedTuple):
    """How many works the index ought to hold, by what the database knows to be committed, and how many it does."""

    believed: int
    held: int

    @property
    def lost(self) -> bool:
        """Whether something has gone that nobody took away: only a rebuild brings it back."""
        return self.held < self.believed


def standing(session: Session, index: Index) -> Standing:
    """Both numbers; an index that is not there, or cannot be read, holds nothing. Raises IndexAway.

    The database is asked first. It learns of a work after the commit, so an index that is well never holds fewer. What
    is deleted has no documents; what was brought back has them again when the index has followed, as every work that is
    behind is due and will be written anyway.
    """
    followed = (Work.indexed_revision > 0, Work.indexed_revision == Work.revision, Work.deleted_at.is_(None))
    believed = session.scalar(select(func.count()).select_from(Work).where(*followed)) or 0
    try:
        return Standing(believed, index.works())
    except IndexLost:
        return Standing(believed, 0)


def _pages(session: Session, version_id: uuid.UUID) -> Iterator[tuple[int, str]]:
    rows = select(Page.number, Page.text).where(Page.version_id == version_id).order_by(Page.number)
    for row in session.execute(rows.execution_options(yield_per=PAGES_AT_ONCE)):
        yield row.number, row.text
