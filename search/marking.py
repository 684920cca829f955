"""Which characters of a stored text are hits: our own positions, so every engine marks alike."""

from dataclasses import dataclass

from library import vocabulary
from library.vietnamese import Token, tokens
from search.query import Query, Way

SNIPPET = 170  # characters
BEFORE = 50


@dataclass(frozen=True)
class Mark:
    """A marked run: its place in the text and how many words of the query it holds."""

    start: int
    end: int
    words: int


@dataclass(frozen=True)
class Piece:
    """A run of text, marked or not."""

    text: str
    marked: bool


def marks(text: str, query: Query) -> list[Mark]:
    """The hits in a text, in order. Where longer runs of the query stand, stray single words are not marked."""
    found = tokens(text)
    runs: list[Mark] = []
    hit = _hits(found, query)
    at = 0
    while at < len(found):
        if not hit[at]:
            at += 1
            continue
        end = at + 1
        while end < len(found) and hit[end] and joins(text[found[end - 1].end : found[end].start]):
            end += 1
        runs.append(Mark(found[at].start, found[end - 1].end, end - at))
        at = end
    return _worth_marking(runs, text, query)


def joins(between: str) -> bool:
    """Whether two hits with this between them are one mark: spaces and line ends join, a full stop or comma parts."""
    return not between.strip(" \n-–")


def _hits(found: list[Token], query: Query) -> list[bool]:
    """For each token, whether it belongs to one of the query's ways."""
    plain = not any(token.key != token.folded for token in found)
    ways = [way for term in query.terms for way in term.ways]
    marked = {way[0].key for way in ways if len(way) == 1 and way[0].marked and not plain}
    unmarked = {way[0].folded for way in ways if len(way) == 1 and (plain or not way[0].marked)}
    hit = [token.key in marked or token.folded in unmarked for token in found]
    for way in ways:
        if len(way) > 1:
            first = way[0].folded
            for at, token in enumerate(found):
                if token.folded == first and _says(found[at : at + len(way)], way, plain=plain):
                    hit[at : at + len(way)] = [True] * len(way)
    return hit


def _says(found: list[Token], way: Way, *, plain: bool) -> bool:
    if len(found) < len(way):
        return False
    return all(token.key == word.key if word.marked and not plain else token.folded == word.folded for word, token in zip(way, found, strict=True))


def _worth_marking(runs: list[Mark], text: str, query: Query) -> list[Mark]:
    most = max((run.words for run in runs), default=0)
    wanted = len(query.words)
    if wanted == 1 or most <= 1:
        light = set(vocabulary.load("vi-text")["down_weight_words"])
        heavy = [run for run in runs if text[run.start : run.end].lower() not in light]
        return heavy or runs
    least = wanted if most >= wanted else max(2, most // 2)
    return [run for run in runs if run.words >= least]


def pieces(text: str, found: list[Mark]) -> list[Piece]:
    """The whole text cut into marked and unmarked pieces."""
    cut: list[Piece] = []
    at = 0
    for mark in found:
        if mark.start > at:
            cut.append(Piece(text[at : mark.start], False))
        cut.append(Piece(text[mark.start : mark.end], True))
        at = mark.end
    if at < len(text):
        cut.append(Piece(text[at:], False))
    return cut


def snippet(text: str, query: Query) -> list[Piece]:
    """About two lines around the best hit, cut between words."""
    found = marks(text, query)
    best = max(found, key=lambda mark: (mark.words, -mark.start), default=None)
    start = max(0, best.start - BEFORE) if best else 0
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    end = min(len(text), start + SNIPPET)
    while end < len(text) and not text[end].isspace():
        end += 1
    shown = [Mark(mark.start - start, mark.end - start, mark.words) for mark in found if mark.start >= start and mark.end <= end]
    line = text[start:end].replace("\n", " ")
    cut = pieces(line, shown)
    head = [Piece("…", False)] if start > 0 else []
    tail = [Piece("…", False)] if end < len(text) else []
    return [*head, *cut, *tail]
