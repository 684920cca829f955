"""The page ladder, steps 3, 5 and 7: glyphs to words, the syllable score, a second opinion for pages that look bad."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import structlog

from ingest.kinds.pdf import second_opinion, sheets
from ingest.kinds.pdf.opening import opened
from ingest.parsing import words
from ingest.parsing.pages import PageRead, page_to
from library.vietnamese import syllable_score

FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_INHIBIT_SPACES
GOOD_SCORE = 0.9
A4 = (595.0, 842.0)
log = structlog.get_logger()


def work(path: Path, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The pages in the order asked for; a bad page is named, it never fails the book."""
    document = None
    with contextlib.suppress(pymupdf.FileDataError, RuntimeError, ValueError):
        document = opened(path)
    for number in numbers:
        yield page_to(_read(document, path, number))


def _read(document: pymupdf.Document | None, path: Path, number: int) -> PageRead:
    try:
        if document is None or number > document.page_count:
            raise ValueError("MuPDF has no such page")
        return read_page(document[number - 1], path, number)
    except (RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
        log.warning("page-unreadable", page=number, error=str(error))
        other = second_opinion.read(path, number)
        return other or PageRead(number, *A4, "", (), "none", None, None, ("mupdf", "pdfium"), ("page-unreadable",))


def read_page(page: pymupdf.Page, path: Path, number: int) -> PageRead:
    """One page by MuPDF; by others too when its words look wrong."""
    raw = page.get_text("rawdict", flags=FLAGS)
    width, height = raw["width"] or A4[0], raw["height"] or A4[1]
    text, found = words.placed(words.lines_of(raw), width, height)
    score = syllable_score(text)
    read = PageRead(number, width, height, text, found, "text", score, None, ("mupdf",), ())
    if not text:
        read = _without_text(page, path, read)
    elif score is not None and score < GOOD_SCORE:
        read = _better(raw, path, read)
    return _noted(page, read)


def _better(raw: dict[str, Any], path: Path, first: PageRead) -> PageRead:
    """Second opinions for a page that scores badly: the same glyphs by geometry, and PDFium. The best score wins."""
    text, found = words.placed(words.by_geometry(raw), first.width, first.height)
    steps = (*first.steps, "geometry", "pdfium")
    ordered = PageRead(
        first.number, first.width, first.height, text, found, "text", syllable_score(text), None, steps, ()
    )
    other = second_opinion.read(path, first.number)
    candidates = [
        PageRead(**{**vars(first), "steps": steps}),
        ordered,
        *([PageRead(**{**vars(other), "steps": steps})] if other else []),
    ]
    return max(candidates, key=lambda one: (round(one.score or 0.0, 3), len(one.text) > 0))


def _without_text(page: pymupdf.Page, path: Path, first: PageRead) -> PageRead:
    """No text by MuPDF: perhaps by PDFium, else a picture or a blank page."""
    other = second_opinion.read(path, first.number)
    if other is not None and other.text:
        return other
    blank = sheets.is_blank(page)
    return PageRead(
        **{**vars(first), "source": "none", "steps": (*first.steps, "pdfium", *(["blank"] if blank else []))}
    )


def _noted(page: pymupdf.Page, read: PageRead) -> PageRead:
    """Note whether an image covers a page with little text: then the text is a watermark and the page a scan."""
    if len(read.text) >= sheets.LITTLE_TEXT or "blank" in read.steps:
        return read
    covered = sheets.covered_share(page) >= sheets.COVERS
    return PageRead(**{**vars(read), "steps": (*read.steps, "image-covers")}) if covered else read
