"""Words from glyphs: MuPDF drops the space after letters ạ…ỹ in files without space glyphs, so words are always rebuilt
from gaps.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ingest.parsing.pages import Word
from library.vietnamese import clean

GAP = 0.16  # of the font size: wider is a new word; kerning is narrower
UPRIGHT = (1.0, 0.0)  # the direction of a line that runs across the page
LEANS = 0.02  # of the font size: so far a letter begins before its origin that a program slanted
Box = tuple[float, float, float, float]
Glyph = tuple[str, float, float, float, float, float]  # character, x0, y0, x1, y1, font size


class Piece(NamedTuple):
    """A word as it stands on the page, in points, not yet placed in a text."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


def lines_of(raw: dict[str, Any]) -> Iterator[list[Piece]]:
    """The words of each line of MuPDF's `rawdict`, in its order."""
    for block in raw["blocks"]:
        for line in block.get("lines", ()):
            pieces = list(_pieces(line))
            if pieces:
                yield pieces


def _pieces(line: dict[str, Any]) -> Iterator[Piece]:
    """The words of one line; this loop runs once a glyph and is the cost of the read step."""
    if line["dir"] != UPRIGHT:
        yield from _aslant(line)
        return
    _, low, _, high = line["bbox"]
    letters, begin, end = "", 0.0, 0.0
    for span in line["spans"]:
        usual = span["size"] * GAP
        wide = usual - _lean(span)
        for char in span["chars"]:
            letter, (start, _, after, _) = char["c"], char["bbox"]
            if letters and (letter.isspace() or start - end > wide or end - start > 4 * usual + abs(after - start) * 2):
                yield Piece(letters, begin, low, end, high)
                letters = ""
            if letters:
                letters += letter
            elif not letter.isspace():
                letters, begin = letter, start
            end = after
    if letters:
        yield Piece(letters, begin, low, end, high)


def _lean(span: dict[str, Any]) -> float:
    """How far the boxes of letters overlap that were slanted by the program and not by the font."""
    first = next(iter(span["chars"]), None)
    below = -span["descender"]
    if first is None or below <= 0:
        return 0.0
    ahead = first["origin"][0] - first["bbox"][0]
    return float(ahead * (span["ascender"] + below) / below) if ahead > LEANS * span["size"] else 0.0


def _aslant(line: dict[str, Any]) -> Iterator[Piece]:
    """The words of a line that runs in any other direction: gaps along it, boxes around the letters."""
    letters, box, end = "", (0.0, 0.0, 0.0, 0.0), 0.0
    for span in line["spans"]:
        usual = span["size"] * GAP
        for char in span["chars"]:
            letter, place = char["c"], char["bbox"]
            start, length = _along(line, span, char)
            if letters and (letter.isspace() or start - end > usual or end - start > 4 * usual + length * 2):
                yield Piece(letters, *box)
                letters = ""
            if letters:
                letters, box = letters + letter, _around(box, place)
            elif not letter.isspace():
                letters, box = letter, place
            end = start + length
    if letters:
        yield Piece(letters, *box)


def _along(line: dict[str, Any], span: dict[str, Any], char: dict[str, Any]) -> tuple[float, float]:
    """Where a letter begins along its line, and how long it is."""
    x0, y0, x1, y1 = char["bbox"]
    if line["wmode"]:
        return y0, y1 - y0
    (x, y), (dx, dy) = char["origin"], line["dir"]
    high = span["size"] * (span["ascender"] - span["descender"])
    if abs(dx) >= abs(dy):
        return x * dx + y * dy, (x1 - x0 - high * abs(dy)) / abs(dx)
    return x * dx + y * dy, (y1 - y0 - high * abs(dx)) / abs(dy)


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def spans_of(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The runs of letters of one font, whatever line they stand on."""
    return (span for block in raw["blocks"] for line in block.get("lines", ()) for span in line["spans"])


def by_geometry(raw: dict[str, Any]) -> list[list[Piece]]:
    """The same glyphs in reading order by their places alone: for pages whose fallback letters are drawn last."""
    chars = [(char["c"], *char["bbox"], span["size"]) for span in spans_of(raw) for char in span["chars"]]
    chars = [glyph for glyph in chars if not glyph[0].isspace()]
    rows: list[list[Glyph]] = []
    for glyph in sorted(chars, key=lambda one: ((one[2] + one[4]) / 2, one[1])):
        middle = (glyph[2] + glyph[4]) / 2
        if rows and abs(middle - (rows[-1][-1][2] + rows[-1][-1][4]) / 2) < glyph[5] * 0.4:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [list(_split(sorted(row, key=lambda one: one[1]))) for row in rows]


def _split(row: list[Glyph]) -> Iterator[Piece]:
    letters, x0, y0, x1, y1 = "", 0.0, 0.0, 0.0, 0.0
    for letter, a, b, c, d, size in row:
        if letters and a - x1 > size * GAP:
            yield Piece(letters, x0, y0, x1, y1)
            letters = ""
        letters, x0, y0, x1, y1 = (
            (letters + letter, x0, min(y0, b), max(x1, c), max(y1, d)) if letters else (letter, a, b, c, d)
        )
    if letters:
        yield Piece(letters, x0, y0, x1, y1)


def as_given(lines: Iterable[list[Piece]]) -> str:
    """The text as the engine gives it, damage and all."""
    return "\n".join(" ".join(piece.text for piece in line) for line in lines)


@lru_cache(maxsize=32768)
def _clean(word: str) -> str:
    return clean(word).replace("\n", "").strip()


def placed(lines: Iterable[list[Piece]], width: float, height: float) -> tuple[str, tuple[Word, ...]]:
    """The page's clean text (words joined by spaces, lines by newlines) and its words with their places in it."""
    texts: list[str] = []
    words: list[Word] = []
    at = 0
    for line in lines:
        begun = False
        for piece in line:
            text = _clean(piece.text + "\n" if piece is line[-1] else piece.text)  # a soft hyphen shows at a line's end
            if not text:
                continue
            if texts:
                texts.append(" " if begun else "\n")
                at += 1
            _, x0, y0, x1, y1 = piece
            end = at + len(text)
            words.append(Word(text, at, end, (x0 / width, y0 / height, x1 / width, y1 / height)))
            texts.append(text)
            at = end
            begun = True
    return "".join(texts), tuple(words)
