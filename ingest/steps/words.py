"""Words from glyphs: MuPDF drops the space after letters ạ…ỹ in files without space glyphs, so words are always rebuilt from gaps."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ingest.pages import Word
from library.vietnamese import clean

GAP = 0.16  # of the font size: wider is a new word; kerning is narrower
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
    upright = abs(line["dir"][0]) < 0.7
    start, end = (1, 3) if upright else (0, 2)  # along y for upright text, else along x
    letters: list[str] = []
    box: list[float] = []
    for span in line["spans"]:
        wide = span["size"] * GAP
        for char in span["chars"]:
            letter, place = char["c"], char["bbox"]
            if letter.isspace():
                if letters:
                    yield Piece("".join(letters), *box)
                    letters = []
                continue
            if letters and (place[start] - box[end] > wide or box[start] - place[end] > wide):
                yield Piece("".join(letters), *box)
                letters = []
            if letters:
                if place[0] < box[0]:
                    box[0] = place[0]
                if place[1] < box[1]:
                    box[1] = place[1]
                if place[2] > box[2]:
                    box[2] = place[2]
                if place[3] > box[3]:
                    box[3] = place[3]
            else:
                box = list(place)
            letters.append(letter)
    if letters:
        yield Piece("".join(letters), *box)


def by_geometry(raw: dict[str, Any]) -> list[list[Piece]]:
    """The same glyphs in reading order by their places alone: for pages whose fallback letters are drawn last."""
    chars = [
        (char["c"], *char["bbox"], span["size"])
        for block in raw["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
        for char in span["chars"]
        if not char["c"].isspace()
    ]
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
        letters, x0, y0, x1, y1 = (letters + letter, x0, min(y0, b), max(x1, c), max(y1, d)) if letters else (letter, a, b, c, d)
    if letters:
        yield Piece(letters, x0, y0, x1, y1)


def placed(lines: Iterable[list[Piece]], width: float, height: float) -> tuple[str, tuple[Word, ...]]:
    """The page's clean text (words joined by spaces, lines by newlines) and its words with their places in it."""
    texts: list[str] = []
    words: list[Word] = []
    at = 0
    for line in lines:
        begun = False
        for piece in line:
            text = piece.text if piece.text.isascii() and piece.text.isprintable() else clean(piece.text).replace("\n", "").strip()
            if not text:
                continue
            if texts:
                texts.append(" " if begun else "\n")
                at += 1
            box = (piece.x0 / width, piece.y0 / height, piece.x1 / width, piece.y1 / height)
            words.append(Word(text, at, at + len(text), box))
            texts.append(text)
            at += len(text)
            begun = True
    return "".join(texts), tuple(words)
