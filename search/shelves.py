"""Works in an order that the catalogue gives, without any engine: the shelf of a grade or a subject, newest first."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from library.catalogue import cards, listing
from library.catalogue.models import Work
from library.people.models import Unit
from search import tiers
from search.finding import WORKS_A_PAGE, Found, FoundWork, Group
from search.index import Counts, Hits
from search.marking import Marker, pieces
from search.query import Query

MOST_ON_A_SHELF = 1000  # works that are counted and can be walked; a longer shelf is narrowed by its filters


def browse(session: Session, query: Query, *, at: datetime, page: int) -> Found:
    """What stands where the filters say, newest first; the words of the query play no part."""
    keys = cards.newest(session, query.sight, tuple(narrowed(query)), at=at, limit=MOST_ON_A_SHELF)
    return of_keys(session, keys, query, at=at, page=page, most=MOST_ON_A_SHELF)


def of_keys(
    session: Session, keys: Sequence[int], query: Query, *, at: datetime, page: int, most: int, degraded: bool = False
) -> Found:
    """Page `page` of these works, whose number is exact below `most`; the rule of sight is asked once more with the
    rows.
    """
    shown = keys[(page - 1) * WORKS_A_PAGE : page * WORKS_A_PAGE]
    works, _ = listing.works_at(session, ((key, 0) for key in shown), query.sight, at=at)
    marker, nothing = Marker(query), Hits.with_counts([], Counts.of([]))
    found = [
        FoundWork(
            works[key],
            tiers.ALL_WORDS,
            0.0,
            pieces(works[key].title, marker.marks(works[key].title)),
            [],
            Group(key, tiers.ALL_WORDS, 0.0, [], nothing),
        )
        for key in shown
        if key in works
    ]
    facets = listing.facets_of(session, keys, query.sight, at=at)
    return Found(found, [], min(len(keys), most - 1), len(keys) < most, 0, facets, degraded)


def narrowed(query: Query) -> Iterator[ColumnElement[bool]]:
    """The filters as conditions on rows."""
    filters = query.filters
    chosen = (
        (Work.subject_code, filters.subjects),
        (Work.grade, filters.grades),
        (Work.type_code, filters.types),
        (Unit.code, filters.schools),
    )
    for column, values in chosen:
        if values:
            yield column.in_(sorted(values))
