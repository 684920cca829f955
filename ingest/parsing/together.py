"""Two readings of one page made one: its text, and what recognition found where no text was."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.parsing.legible import legibility
from ingest.parsing.pages import PageRead, Word
from ingest.parsing.turning import turned_back
from library.vietnamese.syllables import is_syllable

UNEXPLAINED = "ink-unexplained"  # a step of a page on which more is drawn than its text says
PARTLY = "page-partly-read"  # the warning where recognition found nothing in it either
TALLER = 2.0  # times a recognised word: a text that high lies across the page and does not say the same
LEAST_WORDS, PLAUSIBLE = 2, 0.6  # on a line: words of two letters and more, and the share that may be words
VOWELS = frozenset("aeiouy")


def together(layer: PageRead, found: PageRead) -> PageRead:
    """The text as it was, with the recognised lines that it does not hold, before or behind it as they stand."""
    found = turned_back(found)
    lines = [line for line in (_beyond(line, layer) for line in _lines(found)) if _is_plausible(line)]
    steps = tuple(dict.fromkeys((*layer.steps, *found.steps)))
    if not lines:
        warnings = tuple(dict.fromkeys((*layer.warnings, *(found.warnings or (PARTLY,)))))
        return replace(layer, steps=steps, warnings=warnings)
    above = not layer.words or lines[0][0].box[1] < layer.words[0].box[1]
    own = list(_lines(layer))
    text, words = _set(lines + own if above else own + lines)
    return replace(layer, text=text, words=words, score=legibility(text), confidence=found.confidence, steps=steps)


def _lines(page: PageRead) -> Iterator[list[Word]]:
    line = list(page.words[:1])
    for before, word in pairwise(page.words):
        if "\n" in page.text[before.end : word.start]:
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _beyond(line: Sequence[Word], layer: PageRead) -> list[Word]:
    """The words of a recognised line that do not stand where the text has one."""
    return [word for word in line if not any(_covers(other, word) for other in layer.words)]


def _covers(known: Word, word: Word) -> bool:
    x0, y0, x1, y1 = known.box
    across, down = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return x0 <= across <= x1 and y0 <= down <= y1 and y1 - y0 <= TALLER * (word.box[3] - word.box[1])


def _is_plausible(line: Sequence[Word]) -> bool:
    """Whether a line holds words, and is not what recognition makes of a drawing."""
    words = [word.text.strip(".,;:!?()\"'“”…-–").lower() for word in line]
    long = [word for word in words if len(word) > 1 and not word.isdigit()]
    return len(long) >= LEAST_WORDS and sum(map(_may_be_a_word, long)) >= PLAUSIBLE * len(long)


def _may_be_a_word(word: str) -> bool:
    return is_syllable(word) or (word.isascii() and word.isalpha() and not VOWELS.isdisjoint(word) and len(word) > 2)


def _set(lines: Sequence[Sequence[Word]]) -> tuple[str, tuple[Word, ...]]:
    """Text and words anew, from the words of each line."""
    text, words = "", list[Word]()
    for line in lines:
        text += "\n" if text else ""
        for at, word in enumerate(line):
            text += " " if at else ""
            words.append(Word(word.text, len(text), len(text) + len(word.text), word.box))
            text += word.text
    return text, tuple(words)
