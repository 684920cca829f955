"""Marks the plain way, from all tokens of the whole text: what the quick way must agree with."""

from library.vietnamese import Token, in_one_piece, tokens
from search import marking
from search.marking import Mark
from search.names import wholes
from search.query import Query, Way


def slow_marks(text: str, query: Query) -> list[Mark]:
    """The runs of hits among all tokens, before the judgement which of them are worth marking."""
    found = _each_once(text, query)
    hit = _hits(found, query)
    runs: list[Mark] = []
    for at, token in enumerate(found):
        if not hit[at]:
            continue
        if at and hit[at - 1] and marking.joins(text[found[at - 1].end : token.start]):
            runs[-1] = Mark(runs[-1].start, token.end, runs[-1].words + 1)
        else:
            runs.append(Mark(token.start, token.end, 1))
    return runs


def _each_once(text: str, query: Query) -> list[Token]:
    """The words as they are printed; in one piece those that only so are hits."""
    printed = tokens(text)
    whole = in_one_piece(printed, wholes(text))
    hits = [token for token, is_hit in zip(whole, _hits(whole, query), strict=True) if is_hit]
    return in_one_piece(printed, [token for token in wholes(text) if token in hits])


def _hits(found: list[Token], query: Query) -> list[bool]:
    plain = not any(token.marked for token in found)
    hit = [False] * len(found)
    for way in (way for term in query.terms for way in term.ways):
        for at in range(len(found) - len(way) + 1):
            if _says(found[at : at + len(way)], way, plain):
                hit[at : at + len(way)] = [True] * len(way)
    return hit


def _says(found: list[Token], way: Way, plain: bool) -> bool:
    return all(
        token.key == word.key if word.marked and not plain else token.folded == word.folded
        for word, token in zip(way, found, strict=True)
    )
