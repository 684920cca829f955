"""Finding: the engine gives numbers, the database loads the rows and has the last word on who may see them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from library.catalogue import listing
from library.catalogue.listing import Facets, ListedWork, Place
from search import tiers
from search.clauses import Clause
from search.index import MOST_HITS, MOST_WORKS, Counts, Hit, Hits, Index, unheard
from search.marking import Marker, Piece, pieces
from search.narrowing import Narrowing
from search.query import Query

WORKS_A_PAGE = 10
PAGES_SHOWN = (3, 2)  # of the first work and of every other; the rest is one tap away
FIRST_LOOK, LAST_LOOK = 120, MOST_HITS  # documents


@dataclass(frozen=True)
class FoundPage:
    """One page with its snippet."""

    number: int
    snippet: list[Piece]
    score: float
    tier: int


@dataclass(frozen=True)
class FoundWork:
    """One work with its best pages."""

    work: ListedWork
    tier: int
    score: float
    title: list[Piece]
    pages: list[FoundPage]
    group: "Group"

    @property
    def page_total(self) -> int:
        """Pages that hold the query; waits until they are counted."""
        return max(self.group.hits.counted().pages_of.get(self.group.key, 0), len(self.group.pages))


@dataclass(frozen=True)
class Found:
    """The answer to a query."""

    works: list[FoundWork]
    guesses: list[FoundWork]
    work_total: int
    work_total_exact: bool
    page_total: int
    facets: Facets  # of at most a hundred works
    degraded: bool = False  # the index was away: titles and names only


@dataclass
class Group:
    """The documents of one work, best first."""

    key: int
    tier: int
    score: float
    pages: list[Hit]
    hits: Hits  # all documents of which these are some


def find(
    session: Session, index: Index, query: Query, *, at: datetime, page: int = 1, shown: tuple[int, int] = PAGES_SHOWN
) -> Found:
    """Page `page` (from 1) of the works that answer the query, each with its best pages. Numbers are read last: an
    engine may still be counting.
    """
    if not query.terms:
        return Found([], [], 0, True, 0, Facets())
    first, last = (page - 1) * WORKS_A_PAGE, page * WORKS_A_PAGE
    with Narrowing(session, query.sight, at=at) as narrowing:
        main, hits = look(index, tiers.main(query), _main_tier, last, upon=narrowing)
        if len(main) < WORKS_A_PAGE and page == 1:
            more, rest = look(
                index,
                tiers.most(query),
                lambda _hit: tiers.MOST_WORDS,
                WORKS_A_PAGE,
                upon=unheard if main else narrowing,
            )
            hits = hits if main else rest
            known = {group.key for group in main}
            main += [group for group in more if group.key not in known]
        with narrowing.session_free():
            works = load(session, main[first:last], query, at=at, shown=shown)
            guesses = [] if works or page > 1 else load(session, guess(index, query), query, at=at, shown=shown)
        counts = hits.counted()
        return Found(
            works,
            guesses,
            min(len(counts.pages_of), MOST_WORKS - 1),
            not counts.more_works,
            counts.page_total,
            narrowing(counts),
        )


def guess(index: Index, query: Query) -> list[Group]:
    """What comes near, for a list of its own."""
    groups, _ = look(index, tiers.guess(query), lambda _hit: tiers.GUESS, WORKS_A_PAGE)
    return groups[:WORKS_A_PAGE]


def look(
    index: Index, clause: Clause, tier: Callable[[Hit], int], wanted: int, *, upon: Callable[[Counts], object] = unheard
) -> tuple[list[Group], Hits]:
    """Group the best documents by work until there are `wanted` works or no more documents."""
    limit, counted = FIRST_LOOK, None
    while True:
        hits = index.search(clause, limit=limit, upon=upon, counted=counted)
        groups = grouped(hits, tier)
        if len(groups) >= wanted or len(hits.hits) < limit or limit >= LAST_LOOK:
            return groups, hits
        limit, counted = limit * 10, hits.counted


def grouped(hits: Hits, tier: Callable[[Hit], int]) -> list[Group]:
    """Works in the order of their best document; the work itself is no page."""
    groups: dict[int, Group] = {}
    for hit in hits.hits:
        group = groups.get(hit.work_key)
        if group is None:
            group = groups[hit.work_key] = Group(hit.work_key, tier(hit), hit.score, [], hits)
        if hit.page:
            group.pages.append(hit)
    return list(groups.values())


def load(
    session: Session, groups: list[Group], query: Query, *, at: datetime, shown: tuple[int, int]
) -> list[FoundWork]:
    """The rows behind the groups, as far as they may be seen now."""
    if not groups:
        return []
    best = {group.key: group.pages[: shown[place > 0]] for place, group in enumerate(groups)}
    places = ((key, number) for key, hits in best.items() for number in ([hit.page for hit in hits] or [0]))
    works, texts = listing.works_at(session, places, query.sight, at=at)
    marker = Marker(query)
    return [
        _found_work(group, best[group.key], works[group.key], texts, marker) for group in groups if group.key in works
    ]


def _main_tier(hit: Hit) -> int:
    return tiers.PHRASE if hit.score >= tiers.PHRASE_SCORE else tiers.ALL_WORDS


def _found_work(group: Group, best: list[Hit], work: ListedWork, texts: dict[Place, str], marker: Marker) -> FoundWork:
    pages = [
        FoundPage(hit.page, marker.snippet(texts[group.key, hit.page]), plain_score(hit), _tier(group, hit))
        for hit in best
        if (group.key, hit.page) in texts
    ]
    title = pieces(work.title, marker.marks(work.title))
    return FoundWork(work, group.tier, group.score % tiers.PHRASE_SCORE, title, pages, group)


def plain_score(hit: Hit) -> float:
    """The score inside its tier."""
    return hit.score % tiers.PHRASE_SCORE


def _tier(group: Group, hit: Hit) -> int:
    return _main_tier(hit) if group.tier <= tiers.ALL_WORDS else group.tier
