"""Index against database: every document by work, page, revision and audience, however many there are."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, load_only, selectinload

from library.catalogue.models import Page, Work
from search.documents import audience_of
from search.index import Entry, Index
from search.indexing import sight_of

WORKS_AT_ONCE = 500
MISSING, EXTRA, REVISION, AUDIENCE, PAGES = "missing", "extra", "revision", "audience", "pages"


@dataclass(frozen=True)
class Difference:
    """One work whose documents are not what the database says; `work_id` is None when the database does not know it."""

    work_key: int
    work_id: uuid.UUID | None
    what: str


@dataclass(frozen=True)
class Expected:
    """What the index should hold of a work."""

    work_id: uuid.UUID
    revision: int
    audience: int
    pages: frozenset[int]
    waiting: bool  # it is in the queue: the index may be behind


def differences(session: Session, index: Index, *, at: datetime) -> Iterator[Difference]:
    """All of them, in the order of works' keys. The database is read first, so what the index has newer was written
    meanwhile and counts as right.
    """
    known = works_in_order(session, at)
    found = ((key, list(entries)) for key, entries in groupby(index.entries(), key=lambda entry: entry.work_key))
    work, held = next(known, None), next(found, None)
    while work or held:
        if work and (not held or work[0] < held[0]):
            if not work[1].waiting:
                yield Difference(work[0], work[1].work_id, MISSING)
            work = next(known, None)
        elif held and (not work or held[0] < work[0]):
            if (
                session.scalar(
                    select(Work.id).where(
                        Work.key == held[0], or_(Work.deleted_at.is_(None), Work.indexed_revision < Work.revision)
                    )
                )
                is None
            ):
                yield Difference(held[0], None, EXTRA)
            held = next(found, None)
        elif work and held:
            what = wrong(work[1], held[1])
            if what:
                yield Difference(work[0], work[1].work_id, what)
            work, held = next(known, None), next(found, None)


def wrong(expected: Expected, entries: Iterable[Entry]) -> str | None:
    """What is wrong with a work's documents, if anything."""
    entries = list(entries)
    if expected.waiting or any(entry.revision > expected.revision for entry in entries):
        return None
    if any(entry.revision != expected.revision for entry in entries):
        return REVISION
    if any(entry.audience != expected.audience for entry in entries):
        return AUDIENCE
    return None if {entry.page for entry in entries} == expected.pages else PAGES


def works_in_order(session: Session, at: datetime) -> Iterator[tuple[int, Expected]]:
    """Every work that is not deleted by key, some hundred at a time."""
    after = -1
    wanted = (Work.id, Work.key, Work.revision, Work.indexed_revision, Work.version_id, Work.due_at)
    while True:
        rows = session.scalars(
            select(Work)
            .options(load_only(*wanted), selectinload(Work.audience))
            .where(Work.key > after, Work.deleted_at.is_(None))
            .order_by(Work.key)
            .limit(WORKS_AT_ONCE)
        ).all()
        pages = _pages_of(session, [row.version_id for row in rows if row.version_id])
        for row in rows:
            held = frozenset({0} | pages.get(row.version_id, set())) if row.version_id else frozenset({0})
            waiting = row.indexed_revision < row.revision or (row.due_at is not None and row.due_at <= at)
            yield row.key, Expected(row.id, row.revision, audience_of(sight_of(row, at)), held, waiting)
        if len(rows) < WORKS_AT_ONCE:
            return
        after = rows[-1].key
        session.expunge_all()


def _pages_of(session: Session, version_ids: list[uuid.UUID]) -> dict[uuid.UUID, set[int]]:
    found: dict[uuid.UUID, set[int]] = {}
    for version_id, number in session.execute(
        select(Page.version_id, Page.number).where(Page.version_id.in_(version_ids))
    ):
        found.setdefault(version_id, set()).add(number)
    return found
