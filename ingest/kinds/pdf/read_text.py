"""The page ladder, steps 3, 5 and 7: glyphs to words, how sound they are, a second opinion for pages that look bad."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import structlog

from ingest.kinds.pdf import second_opinion, sheets
from ingest.kinds.pdf.opening import opened
from ingest.parsing import words
from ingest.parsing.legible import TOO_BAD, legibility, words_with_lost_letters
from ingest.parsing.pages import PageRead, page_to, worth
from ingest.parsing.words import Piece

FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_INHIBIT_SPACES
GLYPHS = FLAGS | pymupdf.TEXT_IGNORE_ACTUALTEXT  # what is drawn is text, whatever stands over it
GOOD_SCORE = 0.9
LOST_WORDS = 3  # from so many on, they are told
OLD_LAYER = 0.8  # below that, the text over a scan may be a bad recognition of long ago
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
    raw = page.get_text("rawdict", flags=GLYPHS)
    size = raw["width"] or A4[0], raw["height"] or A4[1]
    read = _read_as(list(words.lines_of(raw)), number, size)
    if not read.text:
        read = _without_text(page, path, read)
    elif read.score is None:
        told = _as_told(page, number, size)
        read = told if told and told.score is not None and told.score >= GOOD_SCORE else read
    elif read.score < GOOD_SCORE:
        read = _better(page, raw, path, read)
    return _noted(page, read)


def _read_as(lines: list[list[Piece]], number: int, size: tuple[float, float], *steps: str) -> PageRead:
    text, found = words.placed(lines, *size)
    given = words.as_given(lines)
    score = legibility(given)
    told = score is not None and score >= TOO_BAD and words_with_lost_letters(given) >= LOST_WORDS
    return PageRead(
        number, *size, text, found, "text", score, None, ("mupdf", *steps), ("letters-lost",) if told else ()
    )


def _as_told(page: pymupdf.Page, number: int, size: tuple[float, float]) -> PageRead | None:
    """What the file says instead of its glyphs (ActualText): mostly less than is drawn, but all there is where the
    glyphs mean nothing. None where it says nothing of the kind.
    """
    document = page.parent
    tagged = document.xref_get_key(document.pdf_catalog(), "StructTreeRoot")[0] != "null"
    if not tagged and b"ActualText" not in page.read_contents():
        return None
    raw = page.get_text("rawdict", flags=FLAGS)
    return _read_as(list(words.lines_of(raw)), number, size, "actual-text")


def _better(page: pymupdf.Page, raw: dict[str, Any], path: Path, first: PageRead) -> PageRead:
    """Second opinions for a page that scores badly: the same glyphs by geometry, what the file says instead of them,
    and PDFium. The one that says most, soundly, wins; who loses letters does not win by it.
    """
    size, number = (first.width, first.height), first.number
    steps = (*first.steps, "geometry", "actual-text", "pdfium")
    others = (_read_as(words.by_geometry(raw), number, size), _as_told(page, number, size))
    candidates = [first, *filter(None, (*others, second_opinion.read(path, number)))]
    return replace(max(candidates, key=worth), steps=steps)


def _without_text(page: pymupdf.Page, path: Path, first: PageRead) -> PageRead:
    """No text by MuPDF: perhaps by PDFium, else a picture or a blank page."""
    other = second_opinion.read(path, first.number)
    if other is not None and other.text:
        return other
    blank = sheets.is_blank(page)
    return replace(first, source="none", steps=(*first.steps, "pdfium", *(["blank"] if blank else [])))


def _noted(page: pymupdf.Page, read: PageRead) -> PageRead:
    """Note whether an image covers a page whose text is little or bad: then it is a watermark, or an old recognition,
    and the page a scan.
    """
    enough = len(read.text) >= sheets.LITTLE_TEXT and (read.score is None or read.score >= OLD_LAYER)
    if enough or "blank" in read.steps:
        return read
    covered = sheets.covered_share(page) >= sheets.COVERS
    return replace(read, steps=(*read.steps, "image-covers")) if covered else read
