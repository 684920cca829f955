"""PDFium's reading of a page that MuPDF reads badly or refuses."""

import ctypes
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parsing.pages import PageRead
from ingest.parsing.words import Piece, placed
from library.vietnamese import syllable_score


def read(path: Path, number: int) -> PageRead | None:
    """The page with its words, or None when PDFium cannot read it either."""
    try:
        document = pypdfium2.PdfDocument(path)
        page = document[number - 1]
        width, height = page.get_size()
        text, words = placed(_lines(page, height), width or 1, height or 1)
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return None
    return PageRead(number, width, height, text, words, "second-opinion", syllable_score(text), None, ("pdfium",), ())


def _lines(page: pypdfium2.PdfPage, height: float) -> list[list[Piece]]:
    """PDFium puts spaces and line ends itself; only the boxes are ours to gather."""
    textpage = page.get_textpage()
    lines: list[list[Piece]] = [[]]
    letters, box = "", [0.0, 0.0, 0.0, 0.0]
    for at in range(textpage.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(textpage, at))
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


def _keep(lines: list[list[Piece]], letters: str, box: list[float]) -> str:
    if letters:
        lines[-1].append(Piece(letters, *box))
    return ""


def _box(textpage: pypdfium2.PdfTextPage, at: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(textpage, at, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value
