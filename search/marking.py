"""Which characters of a stored text are hits: our own positions, so every engine marks alike."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from library import vocabulary
from library.vietnamese import Token, in_one_piece, needles, tokens, tokens_near
from library.vietnamese.folding import HYPHENS
from library.vietnamese.spotting import MARKED
from library.vietnamese.syllables import is_syllable
from library.vietnamese.tokens import keys_of
from search.names import wholes
from search.query import Query, Way

SNIPPET = 170  # characters
BEFORE = 50
BETWEEN = f" \n–{HYPHENS}"
NOT_ASCII = re.compile(r"[^ \n]*[^\x00-\x7f][^ \n]*")  # a word, with what is written on to it
# any of these is enough, and stands near the beginning of most texts
LETTER_WITH_MARKS = re.compile(f"[{''.join(MARKED)}]")


class Mark(NamedTuple):
    """A marked run: its place in the text and how many words of the query it holds."""

    start: int
    end: int
    words: int


@dataclass(slots=True)
class Piece:
    """A run of text, marked or not; it goes on the wire as it is."""

    text: str
    marked: bool


class Marker:
    """Marks one query in any number of texts. `loose`: texts that hold only some of its words, where a syllable of a
    longer word says nothing alone.
    """

    def __init__(self, query: Query, *, loose: bool = False) -> None:
        self.wanted = len(query.words)
        self.seen: set[str] = set()  # folded words that stood in the texts
        self.parts = syllables_of_longer_words(query) if loose else frozenset[str]()
        ways = [way for term in query.terms for way in term.ways]
        self.long = [way for way in ways if len(way) > 1]
        self.marked = {way[0].key for way in ways if len(way) == 1 and way[0].marked}
        self.unmarked = {way[0].folded for way in ways if len(way) == 1 and not way[0].marked}
        self.either = {way[0].folded for way in ways if len(way) == 1}  # in a text without any marks
        self.folded = {word.folded for way in ways for word in way}
        self.needles = needles(self.folded)
        self.marks_matter = any(word.marked for way in ways for word in way)

    def marks(self, text: str) -> list[Mark]:
        """The hits in a text, in order. Where longer runs of the query stand, stray single words are not marked."""
        runs = self.runs(text)
        return self._whole(runs, text) if self.parts else self._worth_marking(runs, text)

    def runs(self, text: str) -> list[Mark]:
        """Every run of hits."""
        runs: list[Mark] = []
        for token in self._found(text):
            self.seen.add(token.folded)
            last = runs[-1] if runs else None
            if last and joins(text[last.end : token.start]):
                runs[-1] = Mark(last.start, token.end, last.words + 1)
            else:
                runs.append(Mark(token.start, token.end, 1))
        return runs

    def snippet(self, text: str) -> list[Piece]:
        """About two lines around the best hit, cut between words."""
        found = self.marks(text)
        best = max(found, key=lambda mark: (mark.words, -mark.start), default=None)
        line = text.replace("\n", " ")
        start = line.rfind(" ", 0, max(0, best.start - BEFORE)) + 1 if best else 0
        end = line.find(" ", min(len(text), start + SNIPPET))
        end = len(text) if end < 0 else end
        shown = [
            Mark(mark.start - start, mark.end - start, mark.words)
            for mark in found
            if mark.start >= start and mark.end <= end
        ]
        cut = pieces(line[start:end], shown)
        head = [Piece("…", False)] if start > 0 else []
        tail = [Piece("…", False)] if end < len(text) else []
        return [*head, *cut, *tail]

    def _found(self, text: str) -> list[Token]:
        """The hits, each once: a word that was looked for as a whole takes the place of its parts."""
        near = tokens_near(text, self.needles)
        printed = self._hits(text, near)
        wanted = [whole for whole in wholes(text) if whole.folded in self.folded]
        if not wanted:
            return printed
        whole = self._hits(text, in_one_piece(near, wanted))
        hit = [token for token in wanted if token in whole]
        return in_one_piece({*printed, *whole} - {*hit}, hit)

    def _hits(self, text: str, near: list[Token]) -> list[Token]:
        """Those of the tokens that belong to one of the query's ways."""
        plain = self.marks_matter and without_marks(text)
        unmarked = self.either if plain else self.unmarked
        hit = [token.folded in unmarked or token.key in self.marked for token in near]
        for way in self.long:
            first, length = way[0].folded, len(way)
            for at, token in enumerate(near):
                if (
                    token.folded == first
                    and _says(near[at : at + length], way, plain=plain)
                    and neighbours(text, near[at : at + length])
                ):
                    hit[at : at + length] = [True] * length
        return [token for token, is_hit in zip(near, hit, strict=True) if is_hit]

    def _whole(self, runs: list[Mark], text: str) -> list[Mark]:
        """Without syllables that stand alone and belong to longer words; what is left are words of the query."""
        return [run for run in runs if run.words > 1 or keys_of(text[run.start : run.end])[1] not in self.parts]

    def _worth_marking(self, runs: list[Mark], text: str) -> list[Mark]:
        most = max((run.words for run in runs), default=0)
        if self.wanted == 1 or most <= 1:
            light = light_words()
            heavy = [run for run in runs if text[run.start : run.end].lower() not in light]
            return heavy or runs
        least = self.wanted if most >= self.wanted else max(2, most // 2)
        return [run for run in runs if run.words >= least]


def marks(text: str, query: Query) -> list[Mark]:
    """The hits of a query in one text."""
    return Marker(query).marks(text)


def joins(between: str) -> bool:
    """Whether two hits with this between them are one mark: spaces and line ends join, a full stop or comma parts."""
    return not between.strip(BETWEEN)


def without_marks(text: str) -> bool:
    """Whether nobody typed marks here: then marked words of a query are found without theirs."""
    if text.isascii():
        return True
    if LETTER_WITH_MARKS.search(text):
        return False
    return not any(token.marked for word in NOT_ASCII.finditer(text) for token in tokens(text, *word.span()))


def neighbours(text: str, found: list[Token]) -> bool:
    """Whether no other token stands between these; needed because they are not all tokens of the text."""
    return not any(tokens(text[one.end : other.start]) for one, other in pairwise(found))


def syllables_of_longer_words(query: Query) -> frozenset[str]:
    """Folded syllables that stand beside another one in the query, as most Vietnamese words have two; and words that
    say little alone.
    """
    words, light = query.words, light_words()
    syllable = [is_syllable(word.key) and word.key not in light for word in words]
    return frozenset(
        word.folded
        for at, word in enumerate(words)
        if len(words) > 1
        and (word.key in light or (syllable[at] and any(syllable[max(0, at - 1) : at] + syllable[at + 1 : at + 2])))
    )


@cache
def light_words() -> frozenset[str]:
    """Words that say little alone."""
    return frozenset(vocabulary.load("vi-text")["down_weight_words"])


def _says(found: list[Token], way: Way, *, plain: bool) -> bool:
    if len(found) < len(way):
        return False
    return all(
        token.key == word.key if word.marked and not plain else token.folded == word.folded
        for word, token in zip(way, found, strict=True)
    )


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
