"""PDFium's reading of a page that MuPDF reads badly or refuses."""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parsing.legible import legibility
from ingest.parsing.pages import PageRead
from ingest.parsing.words import Box, Piece, as_given, placed

FINE = 1_000_000  # so many steps has a page either way when PDFium is asked where something is shown
DIVIDED = "\x02"  # PDFium's sign for the hyphen of a word that goes on in the next line, without a line end
LINE_ENDS = "\r\n" + DIVIDED
ENDS = "\x00" + DIVIDED


def read(path: Path, number: int, is_drawn: Callable[[Box], bool] = lambda _box: True) -> PageRead | None:
    """The page with its words, or None when PDFium cannot read it either. `is_drawn`: whether anything is to be seen in
    a box; PDFium also tells the text of layers that are off.
    """
    try:
        document = pypdfium2.PdfDocument(path)
        page = document[number - 1]
        width, height = page.get_size()
        lines = [[piece for piece in line if _is_shown(piece) and is_drawn(piece[1:])] for line in _lines(page)]
        text, words = placed(lines, 1, 1)
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return None
    score = legibility(as_given(lines))
    return PageRead(number, width, height, text, words, "second-opinion", score, None, ("pdfium",), ())


def _is_shown(piece: Piece) -> bool:
    """Whether a word stands on the part of the page that is shown."""
    return piece.x0 >= 0 and piece.y0 >= 0 and piece.x1 <= 1 and piece.y1 <= 1


def _lines(page: pypdfium2.PdfPage) -> list[list[Piece]]:
    """PDFium puts spaces and line ends itself; only the boxes are ours to gather."""
    textpage = page.get_textpage()
    lines: list[list[Piece]] = [[]]
    letters, box = "", [0.0, 0.0, 0.0, 0.0]
    for at, letter in _letters(textpage):
        if letter.isspace() or letter in ENDS:
            letters = _keep(lines, letters + "-" if letter == DIVIDED and letters else letters, box)
            if letter in LINE_ENDS and lines[-1]:
                lines.append([])
            continue
        place = _place(page, textpage, at)
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


def _place(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, at: int) -> list[float]:
    """The box of a letter as shares of the page that is shown. PDFium's stands in the page's own measure, with neither
    its turn nor the corner of what is shown of it.
    """
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(textpage, at, left, right, bottom, top)
    ends = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, FINE, FINE, 0, x.value, y.value, across, down)
        ends.append((across.value / FINE, down.value / FINE))
    (x0, x1), (y0, y1) = (sorted(one) for one in zip(*ends, strict=True))
    return [x0, y0, x1, y1]
