"""Hits inside one work: the marked pieces and boxes of a page, and the list of pages that hold the query."""

from collections.abc import Iterable
from dataclasses import dataclass

from library.catalogue.boxes import Box, PlacedWord
from search import marking
from search.marking import Marker, Piece
from search.query import Query

LINE = 0.6  # words whose middles differ by less than this share of their height stand on one line


@dataclass(frozen=True)
class HitBox:
    """A box of a hit; a hit that runs over a line end has several."""

    box: Box
    hit: int


@dataclass(frozen=True)
class HitPage:
    """A page that holds the query."""

    number: int
    hits: int
    snippet: list[Piece]


def boxes_of(text: str, words: Iterable[PlacedWord], query: Query) -> list[HitBox]:
    """The boxes of all hits on a page, words of one line joined."""
    placed = list(words)
    found: list[HitBox] = []
    for number, mark in enumerate(marking.marks(text, query)):
        inside = [word.box for word in placed if word.start < mark.end and word.end > mark.start]
        found += [HitBox(box, number) for box in _lines(inside)]
    return found


def hits_in(pages: Iterable[tuple[int, str]], query: Query) -> list[HitPage]:
    """Every page that holds the query's words best, in page order: where whole phrases stand, scattered words are left
    out.
    """
    marker = Marker(query)
    marked = [(number, text, marker.marks(text)) for number, text in pages]
    most = max((mark.words for _, _, found in marked for mark in found), default=0)
    least = 1 if most <= 1 else max(2, (most + 1) // 2)
    return [
        HitPage(number, len(good), marker.snippet(text))
        for number, text, found in marked
        if (good := [mark for mark in found if mark.words >= least])
    ]


def _lines(boxes: Iterable[Box]) -> list[Box]:
    joined: list[Box] = []
    for box in boxes:
        last = joined[-1] if joined else None
        if last and abs((last[1] + last[3]) - (box[1] + box[3])) / 2 < (box[3] - box[1]) * LINE and box[0] >= last[0]:
            joined[-1] = (last[0], min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        else:
            joined.append(box)
    return joined
