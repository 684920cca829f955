"""Measuring what search finds: the pairs of the matching policy, and relevance on questions with known pages."""

import json
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from library.people.sight import PUBLIC, VISITOR
from search import tiers
from search.documents import WorkFacts, documents_of
from search.engines import open_index
from search.index import Index, Tuning
from search.query import Query, parse

DEPTH = 10
Ranking = list[tuple[int, int, int]]  # work key, page, tier


@dataclass(frozen=True)
class PairVerdict:
    """Whether one query pair of the policy holds, and what was wrong."""

    id: str
    kind: str
    query: str
    passed: bool
    optional: bool
    wrong: list[str]


@dataclass(frozen=True)
class Relevance:
    """Figures over one set of queries."""

    queries: int
    ndcg: float  # nDCG@10
    mrr: float  # MRR@10
    first: float  # hit@1
    tenth: float  # hit@10


def rank(index: Index, query: Query, *, limit: int) -> Ranking:
    """Documents of all tiers, one tier after the other."""
    ranking: Ranking = []
    for clause, tier in ((tiers.main, tiers.PHRASE), (tiers.most, tiers.MOST_WORDS), (tiers.guess, tiers.GUESS)):
        if len(ranking) >= limit:
            break
        for hit in index.search(clause(query), limit=limit).hits:
            lower = tier == tiers.PHRASE and hit.score < tiers.PHRASE_SCORE
            ranking.append((hit.work_key, hit.page, tiers.ALL_WORDS if lower else tier))
    return ranking[:limit]


@contextmanager
def index_of(works: Iterable[tuple[WorkFacts, Iterable[tuple[int, str]]]], url: str | None = None) -> Iterator[Index]:
    """An index of these works: a throw-away embedded one, or a new one at the URL."""
    with tempfile.TemporaryDirectory(prefix="hoclieu-measure-") as folder:
        index = open_index(url or f"tantivy://{folder}", writing=True, tuning=Tuning(answer_seconds=60))
        for facts, pages in works:
            index.write(documents_of(facts, pages))
        index.commit()
        yield index
        index.close()


def facts(key: int, title: str, *names: str, kind: str | None = None) -> WorkFacts:
    """A public work that is nothing but its words."""
    return WorkFacts(str(key), key, title, names, None, None, kind, "truong", (PUBLIC,))


def pairs(corpus: Mapping[str, Any], url: str | None = None) -> list[PairVerdict]:
    """Run every pair of a file like `search-pairs.json`."""
    docs = corpus["docs"]
    ids = {number: doc["id"] for number, doc in enumerate(docs, 1)}
    works = [
        (facts(number, doc.get("unicode_title", doc["title"]), *_names(doc)), ()) for number, doc in enumerate(docs, 1)
    ]
    with index_of(works, url) as index:
        return [_pair(index, ids, pair) for pair in corpus["pairs"]]


def _names(doc: Mapping[str, Any]) -> list[str]:
    return [*([doc["author"]] if "author" in doc else []), *doc.get("aliases", [])]


def _pair(index: Index, ids: Mapping[int, str], pair: Mapping[str, Any]) -> PairVerdict:
    ranking = [(ids[key], tier) for key, _, tier in rank(index, parse(pair["query"], VISITOR), limit=60)]
    upper = [name for name, tier in ranking if tier <= tiers.ALL_WORDS]
    wrong = [f"{name} is missing" for name in pair.get("must_match", []) if name not in upper]
    wrong += [f"{name} must not match" for name in pair.get("must_not_match", []) if name in upper]
    first = pair.get("must_rank_first")
    if first and upper[:1] != [first]:
        wrong.append(f"{upper[:1]} ranks before {first}")
    places = {name: place for place, name in enumerate(upper)}
    for late in pair.get("must_rank_after", []):
        wrong += [
            f"{late} ranks before {name}" for name in pair["must_match"] if places.get(late, 99) < places.get(name, -1)
        ]
    return PairVerdict(pair["id"], pair["class"], pair["query"], not wrong, bool(pair.get("optional")), wrong)


def relevance(index: Index, questions: Iterable[tuple[str, tuple[int, int]]]) -> Relevance:
    """Figures for queries that have one right page each (work key, page)."""
    places = [_place(index, text, right) for text, right in questions]
    mean = _mean_over(len(places))
    return Relevance(
        queries=len(places),
        ndcg=mean(1 / math.log2(place + 1) for place in places if place),
        mrr=mean(1 / place for place in places if place),
        first=mean(1 for place in places if place == 1),
        tenth=mean(1 for place in places if place),
    )


def _place(index: Index, text: str, right: tuple[int, int]) -> int | None:
    ranking = [(key, page) for key, page, _ in rank(index, parse(text[:256], VISITOR), limit=DEPTH + 5) if page]
    return ranking.index(right) + 1 if right in ranking[:DEPTH] else None


def _mean_over(count: int) -> Callable[[Iterable[float]], float]:
    return lambda values: round(sum(values) / count, 4) if count else 0.0


def load_jsonl(path: Path) -> list[dict[str, str]]:
    """The objects of a file with one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
