"""The lines of a page as flowing paragraphs, for reading on a small screen: without running heads and page numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from library.catalogue.boxes import PlacedWord

Thing = TypeVar("Thing")
LONG_HEAD = 4  # words
EDGE = 2  # lines at the top and at the bottom may be a running head or foot
PAGE_NUMBER = re.compile(r"\W*(?:(?:trang|page|p\.)\s*)?\d{1,4}\W*", re.IGNORECASE)
NUMBER = re.compile(r"\d+")
NONE: Mapping[int, str] = MappingProxyType({})
ITEM = re.compile(r"[•●▪■◦–—*-]\s|\w{1,3}[.)]\s")
WIDER = 1.4  # times the usual distance of two lines: a paragraph ends between them
INDENT, SHORT = 0.015, 0.12  # of the page's width: begun further in, or ended before the margin
OTHER_SIZE = 1.25  # times as high, or as low: a heading


class Run(NamedTuple):
    """A piece of the page's text within a paragraph; `open`: its last word goes on in the next one, without a space."""

    start: int
    end: int
    open: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the page: its place in the text, and on the page as shares of its width and height."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


def paragraphs(
    text: str, words: Sequence[PlacedWord], around: Mapping[int, str] = NONE, *, divides: bool = False
) -> list[list[Run]]:
    """Each paragraph as the runs of the text that it is made of. `around`: the texts of the pages before and behind, by
    how many pages they are further on; they carry the same heads. `divides`: whether the language divides words at a
    line's end, so that the hyphen there goes.
    """
    if not words:
        return [[Run(found.start(), found.end())] for found in re.finditer(r"[^\n]+", text)]
    lines = _without_edges(text, _lines(text, words), around)
    if not lines:
        return []
    flowing: list[list[Line]] = [[lines[0]]]
    usual, margin = _usual(lines), sorted(line.x1 for line in lines)[int(len(lines) * 0.9) - (len(lines) > 1)]
    for before, line in pairwise(lines):
        if _begins(text, before, line, usual, margin):
            flowing.append([])
        flowing[-1].append(line)
    return [_runs(text, one, divides=divides) for one in flowing]


def _lines(text: str, words: Sequence[PlacedWord]) -> list[Line]:
    numbers = _line_numbers(text, words)
    found = []
    for _, group in groupby(zip(numbers, words, strict=True), key=lambda one: one[0]):
        line = [word for _, word in group]
        found.append(
            Line(
                line[0].start,
                line[-1].end,
                min(word.box[0] for word in line),
                min(word.box[1] for word in line),
                max(word.box[2] for word in line),
                max(word.box[3] for word in line),
            )
        )
    return found


def _line_numbers(text: str, words: Sequence[PlacedWord]) -> list[int]:
    numbers, at, number = [], 0, 0
    for word in words:
        number += text.count("\n", at, word.start)
        at = word.start
        numbers.append(number)
    return numbers


def _without_edges(text: str, lines: list[Line], around: Mapping[int, str]) -> list[Line]:
    """The lines without those at the top and the bottom that the neighbours have too, or that only number the page."""
    heads = {further: _edges(list(filter(None, other.split("\n")))) for further, other in around.items()}
    edges = _edges(sorted(lines, key=lambda line: line.y0))
    return [line for line in lines if line not in edges or not _is_head(text[line.start : line.end], heads)]


def _is_head(said: str, heads: Mapping[int, Sequence[str]]) -> bool:
    """Whether a line stands on a neighbour as it is, or counts on with the pages: on two neighbours, for exercises
    count on too; on one where it is nothing but a number, or long and there is no other.
    """
    if any(" ".join(said.split()) == " ".join(other.split()) for head in heads.values() for other in head):
        return True
    counting = sum(any(_counts_on(said, other, further) for other in head) for further, head in heads.items())
    alone = PAGE_NUMBER.fullmatch(said) is not None or (len(heads) == 1 and len(said.split()) >= LONG_HEAD)
    return counting >= (1 if alone else 2)


def _counts_on(said: str, other: str, further: int) -> bool:
    """Whether the same line stands so many pages further on, and its numbers are the same or that much higher."""
    if re.sub(r"\d+", "#", " ".join(said.split())) != re.sub(r"\d+", "#", " ".join(other.split())):
        return False
    steps = {int(there) - int(here) for here, there in zip(NUMBER.findall(said), NUMBER.findall(other), strict=True)}
    return further in steps and steps <= {0, further}


def _edges(things: Sequence[Thing]) -> list[Thing]:
    return [*things[:EDGE], *things[-EDGE:]] if len(things) > 2 * EDGE else list(things)


def _usual(lines: Sequence[Line]) -> float:
    """How far the next line is below, mostly."""
    steps = [line.y0 - before.y0 for before, line in pairwise(lines) if line.y0 > before.y0]
    return median(steps) if steps else 0.0


def _begins(text: str, before: Line, line: Line, usual: float, margin: float) -> bool:
    """Whether a paragraph begins with this line."""
    step, high, low = line.y0 - before.y0, line.y1 - line.y0, before.y1 - before.y0
    if step < 0:  # the next column goes on where the one before ended
        return before.x1 < margin - SHORT and text[before.end - 1] in ".!?:…”"
    return (
        step > WIDER * usual
        or max(high, low) > OTHER_SIZE * min(high, low)
        or line.x0 > before.x0 + INDENT
        or before.x1 < margin - SHORT
        or ITEM.match(text, line.start, line.end) is not None
    )


def _runs(text: str, lines: Sequence[Line], *, divides: bool) -> list[Run]:
    runs = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        hyphen = text[line.end - 1] == "-" and line.end - line.start > 1 and text[line.end - 2].isalpha()
        goes_on = hyphen and following is not None and text[following.start].islower()
        runs.append(Run(line.start, line.end - (goes_on and divides), goes_on))
    return runs
