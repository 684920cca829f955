"""The port: what the house asks of a search engine. The index is derived; it answers with numbers of works and pages,
never with rows.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from search.clauses import Clause
from search.documents import Document

MOST_WORKS = 101
MOST_HITS = 12_000  # that one question may ask for


class Hit(NamedTuple):
    """One document that matches; page 0 is the work itself."""

    work_key: int
    page: int
    score: float


class Entry(NamedTuple):
    """One document as it stands in the index, to be compared with the database."""

    work_key: int
    page: int
    revision: int
    audience: int


@dataclass(frozen=True)
class Counts:
    """The exact numbers behind the best documents."""

    page_total: int  # matching pages, exact
    pages_of: dict[int, int]  # matching pages of each work: of at most MOST_WORKS works
    more_works: bool  # there are more works than `pages_of` names

    @classmethod
    def of(cls, hits: list[Hit]) -> "Counts":
        """Of hits that are all there are."""
        pages_of: dict[int, int] = {}
        for hit in hits:
            pages_of[hit.work_key] = pages_of.get(hit.work_key, 0) + (hit.page > 0)
        return cls(sum(pages_of.values()), pages_of, False)


@dataclass(frozen=True)
class Hits:
    """The best documents. An engine may still be counting when they are here: `counted` waits for the numbers."""

    hits: list[Hit]
    counted: Callable[[], Counts]

    @classmethod
    def with_counts(cls, hits: list[Hit], counts: Counts) -> "Hits":
        """Documents whose numbers are known."""
        return cls(hits, lambda: counts)

    @classmethod
    def numbered(cls, hits: list[Hit], limit: int, counting: Future[Counts] | Callable[[], Counts]) -> "Hits":
        """The best `limit` documents. Fewer than that are all there are: nobody has to count them."""
        counted = counting.result if isinstance(counting, Future) else counting
        if len(hits) == limit:
            return cls(hits, counted)
        if isinstance(counting, Future):
            counting.cancel()
        return cls.with_counts(hits, Counts.of(hits))


def unheard(_counts: Counts) -> None:
    """Nobody waits for the numbers."""


class IndexAway(Exception):
    """The engine does not answer now. Nothing is lost: the database knows everything, and the queue keeps what is to be
    written.
    """


class IndexLost(IndexAway):
    """There is no index, or what there is cannot be read: it will not come back by itself, and only a rebuild helps."""


@dataclass(frozen=True)
class Tuning:
    """How an engine on servers of its own is used; the reasons are in docs/search-engines.md."""

    shards: int = 1
    replicas: int = 0
    refresh_seconds: float = 1
    bulk: int = 500  # documents in one request
    answer_seconds: float = 0.7
    authority: str = ""  # file with the certificate that signed the engine's


USUAL = Tuning()


class Index(Protocol):
    """What every adapter promises: any number of processes read what was committed. Every call may raise IndexAway.

    Whoever reads makes nothing: while there is no index each call says so, and when there is one the next call uses it.
    """

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents; delete the work's old ones first."""

    def delete(self, work_id: str) -> None:
        """Remove all documents of a work, except those that are written again before the commit."""

    def commit(self) -> None:
        """Make what was written safe and visible."""

    def forget(self) -> None:
        """Drop what was not yet committed, as far as it has not arrived."""

    def search(
        self,
        clause: Clause,
        *,
        limit: int,
        upon: Callable[[Counts], object] = unheard,
        counted: Callable[[], Counts] | None = None,
    ) -> Hits:
        """The best `limit` documents for a clause. Where the engine counts meanwhile, `upon` hears the numbers at once,
        in that other thread. `counted`: the numbers of the same clause, from an earlier search: nobody counts again.
        """

    def count(self) -> int:
        """How many documents there are."""

    def works(self) -> int:
        """How many works there are; each has one document that is no page."""

    def entries(self) -> Iterator[Entry]:
        """Every committed document, in the order of works and pages."""

    def close(self) -> None:
        """Give the index back."""


class Beside(Protocol):
    """A new index that grows beside the live one until it takes its place. What it holds outlives the process that
    fills it.
    """

    index: Index
    started_at: datetime
    done: int  # the works up to this key are in it

    def keep(self, done: int) -> None:
        """Commit, and remember how far it is filled."""

    def take_over(self) -> None:
        """From now on everybody reads and writes the new index; the old one goes."""

    def close(self) -> None:
        """Leave it as it is, for another time."""
