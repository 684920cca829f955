"""The answer to a query: the index's own, the shelf where there are no words, the titles of an ISBN, and while the
index is away what the catalogue itself can find.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from library.catalogue import cards
from library.catalogue.isbn import normal_isbn
from search import finding, shelves
from search.finding import PAGES_SHOWN, Found
from search.index import MOST_WORKS, Index, IndexAway
from search.query import Query


def answer(
    session: Session, index: Index, query: Query, *, at: datetime, page: int = 1, shown: tuple[int, int] = PAGES_SHOWN
) -> Found:
    """Works that hold the words; without any words, what stands where the filters say. An ISBN finds its titles, and
    the pages that name it only where there is none.
    """
    if not query.text:
        return shelves.browse(session, query, at=at, page=page)
    if normal_isbn(query.text):
        titles = from_cards(session, query, at=at, page=page, degraded=False)
        if titles.work_total:
            return titles
    try:
        return finding.find(session, index, query, at=at, page=page, shown=shown)
    except IndexAway:
        return from_cards(session, query, at=at, page=page)


def from_cards(session: Session, query: Query, *, at: datetime, page: int, degraded: bool = True) -> Found:
    """Titles, authors and ISBNs from the database; pages are not searched, and the answer says so where it had to."""
    keys = cards.keys_with(
        session, words_of(query), query.sight, tuple(shelves.narrowed(query)), at=at, limit=MOST_WORKS
    )
    return shelves.of_keys(session, keys, query, at=at, page=page, most=MOST_WORKS, degraded=degraded)


def words_of(query: Query) -> list[str]:
    """An ISBN however it is written, else the words without their marks."""
    isbn = normal_isbn(query.text)
    return [isbn] if isbn else [word.folded for word in query.words]
