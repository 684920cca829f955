"""Finding: the engine gives numbers, the database loads the rows and has the last word on who may see them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from library.catalogue import listing
from library.catalogue.listing import Facets, ListedWork, Place
from library.vietnamese import tokens
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

    works: list[FoundWork]  # that hold all the words; these are counted
    guesses: list[FoundWork]
    work_total: int
    work_total_exact: bool
    page_total: int
    facets: Facets  # of at most a hundred works
    degraded: bool = False  # the index was away: titles and names only
    partial: list[FoundWork] = field(default_factory=list)  # that hold only some of the words
    nowhere: list[str] = field(default_factory=list)  # words that nothing holds which the asker may see


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
        rest = some(index, query, main) if page == 1 else []
        markers = Marker(query), Marker(query, loose=True)
        with narrowing.session_free():
            found = load(session, [*main[first:last], *rest], query, markers, at=at, shown=shown)
            guessed = [] if found or page > 1 else guess(index, query)
            guesses = load(session, guessed, query, markers, at=at, shown=shown)
        works = [one for one in found if one.tier <= tiers.ALL_WORDS]
        partial = found[len(works) :]
        nowhere = [] if main or page > 1 else missing(index, query, markers[1].seen)
        counts = without(hits.counted(), main[first:last], works)
        facets = narrowing(counts if main else Counts(0, {group.key: 0 for group in rest}, False))
        total = min(len(counts.pages_of), MOST_WORKS - 1)
        exact = not counts.more_works
        return Found(works, guesses, total, exact, counts.page_total, facets, partial=partial, nowhere=nowhere)


def some(index: Index, query: Query, main: list[Group]) -> list[Group]:
    """What holds only some of the words, to fill a page of results that is not full."""
    room, known = WORKS_A_PAGE - len(main), {group.key for group in main}
    if room <= 0:
        return []
    more, _ = look(index, tiers.most(query), lambda _hit: tiers.MOST_WORDS, WORKS_A_PAGE)
    return [group for group in more if group.key not in known][:room]


def missing(index: Index, query: Query, seen: Collection[str]) -> list[str]:
    """The words, as they were typed, that nothing holds which the asker may see, whatever the filters; `seen`: folded
    words that were found.
    """
    typed = {token.key: query.text[token.start : token.end] for token in tokens(query.text)}
    return [
        " ".join(typed.get(word.key, word.key) for word in term.typed)
        for term in query.terms
        if not any(all(word.folded in seen for word in way) for way in term.ways)
        and not index.search(tiers.somewhere(query, term), limit=1, counted=lambda: Counts.of([])).hits
    ]


def without(counts: Counts, groups: list[Group], shown: list[FoundWork]) -> Counts:
    """The numbers without those of these groups that are hidden since they were indexed."""
    hidden = {group.key for group in groups} - {one.group.key for one in shown}
    if not hidden:
        return counts
    pages_of = {key: pages for key, pages in counts.pages_of.items() if key not in hidden}
    lost = sum(counts.pages_of.get(key, 0) for key in hidden)
    return Counts(counts.page_total - lost, pages_of, counts.more_works)


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
    session: Session,
    groups: list[Group],
    query: Query,
    markers: tuple[Marker, Marker],
    *,
    at: datetime,
    shown: tuple[int, int],
) -> list[FoundWork]:
    """The rows behind the groups, as far as they may be seen now; the second marker is for
    what holds only some of the words."""
    if not groups:
        return []
    best = {group.key: group.pages[: shown[place > 0]] for place, group in enumerate(groups)}
    places = ((key, number) for key, hits in best.items() for number in ([hit.page for hit in hits] or [0]))
    works, texts = listing.works_at(session, places, query.sight, at=at)
    return [
        _found_work(group, best[group.key], works[group.key], texts, markers[group.tier > tiers.ALL_WORDS])
        for group in groups
        if group.key in works
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
