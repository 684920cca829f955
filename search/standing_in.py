"""While the index is away the catalogue stands in: titles, authors and ISBNs from the database, with the same filters and the same rule of sight."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from library.catalogue import cards, listing
from library.catalogue.models import Work
from library.circulation.codes import normal_isbn
from library.people.models import Unit
from search import finding, tiers
from search.finding import WORKS_A_PAGE, Found, FoundWork
from search.index import MOST_WORKS, Index, IndexAway
from search.marking import Marker, pieces
from search.query import Query


def answer(session: Session, index: Index, query: Query, *, at: datetime, page: int = 1) -> Found:
    """The index's answer; while it is away, what the catalogue itself can find."""
    try:
        return finding.find(session, index, query, at=at, page=page)
    except IndexAway:
        return from_cards(session, query, at=at, page=page)


def from_cards(session: Session, query: Query, *, at: datetime, page: int) -> Found:
    """Works whose cards hold all the words; pages are not searched, and the answer says so."""
    keys = cards.keys_with(session, words_of(query), query.sight, tuple(narrowed(query)), at=at, limit=MOST_WORKS)
    shown = keys[(page - 1) * WORKS_A_PAGE : page * WORKS_A_PAGE]
    works = listing.works_of(session, shown, query.sight, at=at)
    marker = Marker(query)
    found = [FoundWork(works[key], tiers.ALL_WORDS, 0.0, pieces(works[key].title, marker.marks(works[key].title)), [], 0) for key in shown if key in works]
    facets = listing.facets_of(session, keys, query.sight, at=at)
    return Found(found, [], min(len(keys), MOST_WORKS - 1), len(keys) < MOST_WORKS, 0, facets, degraded=True)


def words_of(query: Query) -> list[str]:
    """An ISBN however it is written, else the words without their marks."""
    isbn = normal_isbn(query.text)
    return [isbn] if isbn else [word.folded for word in query.words]


def narrowed(query: Query) -> Iterator[ColumnElement[bool]]:
    """The filters as conditions on rows."""
    filters = query.filters
    chosen = ((Work.subject_code, filters.subjects), (Work.grade, filters.grades), (Work.type_code, filters.types), (Unit.code, filters.schools))
    for column, values in chosen:
        if values:
            yield column.in_(sorted(values))
