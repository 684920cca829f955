"""PDFium's reading of a page that MuPDF reads badly or refuses."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parsing.legible import legibility
from ingest.parsing.pages import PageRead
from ingest.parsing.words import Piece, as_given, placed


def read(path: Path, number: int) -> PageRead | None:
    """The page with its words, or None when PDFium cannot read it either."""
    try:
        document = pypdfium2.PdfDocument(path)
        page = document[number - 1]
        width, height = page.get_size()
        lines = _lines(page, height)
        text, words = placed(lines, width or 1, height or 1)
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return None
    score = legibility(as_given(lines))
    return PageRead(number, width, height, text, words, "second-opinion", score, None, ("pdfium",), ())


def _lines(page: pypdfium2.PdfPage, height: float) -> list[list[Piece]]:
    """PDFium puts spaces and line ends itself; only the boxes are ours to gather."""
    textpage = page.get_textpage()
    lines: list[list[Piece]] = [[]]
    letters, box = "", [0.0, 0.0, 0.0, 0.0]
    for at, letter in _letters(textpage):
        if letter.isspace() or letter == "\x00":
            letters = _keep(lines, letters, box)
            if letter in "\r\n" and lines[-1]:
                lines.append([])
            continue
        x0, y0, x1, y1 = _box(textpage, at)
        place = [x0, height - y1, x1, height - y0]
        box = (
            [min(box[0], place[0]), min(box[1], place[1]), max(box[2], place[2]), max(box[3], place[3])]
            if letters
            else place
        )
        letters += letter
    _keep(lines, letters, box)
    return [line for line in lines if line]


def _letters(textpage: pypdfium2.PdfTextPage) -> Iterator[tuple[int, str]]:
    """Each letter with its place. PDFium counts a letter beyond the basic plane as two and gives its halves."""
    half = 0
    for at in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, at)
        if 0xD800 <= code < 0xDC00:
            half = code
            continue
        if half and 0xDC00 <= code < 0xE000:
            code = 0x10000 + (half - 0xD800) * 0x400 + code - 0xDC00
        half = 0
        yield at, chr(code)


def _keep(lines: list[list[Piece]], letters: str, box: list[float]) -> str:
    if letters:
        lines[-1].append(Piece(letters, *box))
    return ""


def _box(textpage: pypdfium2.PdfTextPage, at: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(textpage, at, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value
