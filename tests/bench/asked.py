"""Search over HTTP against the engine alone: the same queries, side by side."""

import random
import statistics
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue import queries as catalogue
from library.catalogue.models import Version
from library.people.sight import VISITOR
from search import finding
from search.clauses import Clause
from search.index import Counts, Hits, Index
from search.query import parse
from search.tantivy import TantivyIndex
from tests.bench.figures import took_ms
from tests.bench.generated import PAGES_EACH, typed_words

QUERIES, ROUNDS = 240, 3


class Compared(NamedTuple):
    """Milliseconds of every query."""

    ours: list[float]
    floor: list[float]


def compared(address: str, session: Session, index: Index, queries: list[str]) -> Compared:
    """Over HTTP, and of the engine alone with just the calls that `finding.find` makes for the same query, its counts
    included; Tantivy in one thread.

    The sides take turns, because the machine is noisy. A turn asks every query: after a side that only computes the
    machine needs a tenth of a second until it gives its processors to several processes again. Each side begins at
    another query, because whoever asks second finds the processor's caches filled. The first round does not count: an
    engine on a fresh Java answers slowly.
    """
    if isinstance(index, TantivyIndex):
        index.beside = InPlace()
    calls = [engine_calls(session, index, query) for query in queries]
    half = len(calls) // 2
    rounds = [turns(address, queries, index, calls[half:] + calls[:half]) for _ in range(ROUNDS)]
    return Compared(*(list(chain.from_iterable(side)) for side in zip(*rounds[1:], strict=True)))


def turns(address: str, queries: list[str], index: Index, calls: list[list[tuple[Clause, int]]]) -> Compared:
    """One turn of each side."""
    with closing(Asking(address)) as asking:  # the house does not keep a silent line for long
        ours = [took_ms(partial(asking.search, query)) for query in queries]
    return Compared(ours, [took_ms(partial(answer, index, one)) for one in calls])


class Asking:
    """A client that keeps its line open while it asks and costs little itself: httpx needs a millisecond for each
    request.
    """

    def __init__(self, address: str) -> None:
        self.line = HTTPConnection(address.removeprefix("http://"))

    def search(self, query: str) -> None:
        """One search as a page asks it."""
        self.line.request("GET", f"/api/v1/search?{urlencode({'q': query})}")
        answered = self.line.getresponse()
        body = answered.read()
        assert answered.status == 200 and b'"degraded":false' in body

    def close(self) -> None:
        """Hang up."""
        self.line.close()


class Later(Future[Any]):
    """Work that is done where its result is asked for, and not at all where it is not."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__()
        self.act = act

    def result(self, timeout: float | None = None) -> Any:
        """Do it."""
        return self.act()


class InPlace(Executor):
    """One thread: the engine alone counts when it has found, if it must."""

    def submit(self, act: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
        """Keep the work for later."""
        return Later(partial(act, *words, **named))


def answer(index: Index, calls: list[tuple[Clause, int]]) -> None:
    """The engine alone."""
    for clause, limit in calls:
        assert index.search(clause, limit=limit).counted().page_total >= 0


def engine_calls(session: Session, index: Index, query: str) -> list[tuple[Clause, int]]:
    """What `find` asks the engine for a query."""
    overheard = Overheard(index)
    finding.find(session, overheard, parse(query, VISITOR), at=datetime.now(UTC))
    return overheard.calls


class Overheard:
    """An index that notes what it is asked."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.calls: list[tuple[Clause, int]] = []

    def search(self, clause: Clause, *, limit: int, upon: Callable[[Counts], object]) -> Hits:
        """Note and answer."""
        self.calls.append((clause, limit))
        return self.index.search(clause, limit=limit, upon=upon)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.index, name)


def by_chance(_session: Session) -> list[str]:
    """Words that nobody has put together."""
    chance = random.Random(3)
    return [" ".join(chance.sample(typed_words(), chance.choice((2, 3)))) for _ in range(QUERIES)]


def spoken(session: Session) -> list[str]:
    """Words that stand side by side on some page, as people remember them."""
    chance = random.Random(5)
    versions = session.scalars(select(Version.id).where(Version.page_count == PAGES_EACH).order_by(Version.id)).all()
    known = set(typed_words())
    found: list[str] = []
    while len(found) < QUERIES:
        words = catalogue.page(session, chance.choice(versions), chance.randint(1, PAGES_EACH)).text.split()
        at, length = chance.randrange(len(words) - 3), chance.choice((2, 3))
        if known.issuperset(words[at : at + length]):
            found.append(" ".join(words[at : at + length]))
    return found


TOGETHER, APART = "words that stand together", "words by chance"
KINDS: dict[str, Callable[[Session], list[str]]] = {TOGETHER: spoken, APART: by_chance}


def percentile(took: list[float], of_hundred: int) -> float:
    """The value below which so many of a hundred lie."""
    return statistics.quantiles(took, n=100)[of_hundred - 1]
