"""The page ladder, steps 3, 5 and 7: glyphs to words, how sound they are, a second opinion for pages that look bad."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import structlog

from ingest.kinds.pdf import ink, second_opinion, sheets
from ingest.kinds.pdf.opening import opened
from ingest.kinds.pdf.substituted import WARNING, Fonts, lost_letters
from ingest.parsing import typeset, words
from ingest.parsing.legible import TOO_BAD, legibility, words_with_lost_letters
from ingest.parsing.pages import PageRead, page_to, worth
from ingest.parsing.together import UNEXPLAINED
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
    document, fonts = None, Fonts()
    with contextlib.suppress(pymupdf.FileDataError, RuntimeError, ValueError):
        document = opened(path)
    for number in numbers:
        yield page_to(_read(document, path, number, fonts))


def _read(document: pymupdf.Document | None, path: Path, number: int, fonts: Fonts) -> PageRead:
    try:
        if document is None or number > document.page_count:
            raise ValueError("MuPDF has no such page")
        return read_page(document[number - 1], path, number, fonts)
    except (RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
        log.warning("page-unreadable", page=number, error=str(error))
        other = second_opinion.read(path, number)
        return other or PageRead(number, *A4, "", (), "none", None, None, ("mupdf", "pdfium"), ("page-unreadable",))


def read_page(page: pymupdf.Page, path: Path, number: int, fonts: Fonts) -> PageRead:
    """One page by MuPDF; by others too when its words look wrong."""
    shown = page.get_displaylist()  # as it is turned and measured on the screen
    raw = _glyphs(shown, GLYPHS)
    size = raw["width"] or A4[0], raw["height"] or A4[1]
    read = _read_as(words.lines_of(raw), number, size)
    if not read.text:
        read = _without_text(page, shown, path, read)
    elif read.score is None:
        told = _as_told(page, shown, number, size)
        read = told if told and told.score is not None and told.score >= GOOD_SCORE else read
    elif read.score < GOOD_SCORE:
        read = _better(page, shown, raw, path, read)
    lost = lost_letters(shown, raw) if fonts.is_missing(page, raw) else ""
    if lost:
        read = replace(read, warnings=(*read.warnings, f"{WARNING}:{lost}"))
    return _noted(page, shown, read)


def _glyphs(shown: pymupdf.DisplayList, flags: int) -> dict[str, Any]:
    """MuPDF's `rawdict` of a page in the frame that is shown; that of `Page.get_text` stands in the one before it is
    turned.
    """
    return dict(pymupdf.TextPage(shown.get_textpage(flags)).extractRAWDICT())


def _read_as(given_lines: Iterable[list[Piece]], number: int, size: tuple[float, float], *steps: str) -> PageRead:
    lines = typeset.undone(given_lines)
    text, found = words.placed(lines, *size)
    given = words.as_given(lines)
    score = legibility(given)
    told = score is not None and score >= TOO_BAD and words_with_lost_letters(given) >= LOST_WORDS
    return PageRead(
        number, *size, text, found, "text", score, None, ("mupdf", *steps), ("letters-lost",) if told else ()
    )


def _as_told(page: pymupdf.Page, shown: pymupdf.DisplayList, number: int, size: tuple[float, float]) -> PageRead | None:
    """What the file says instead of its glyphs (ActualText): mostly less than is drawn, but all there is where the
    glyphs mean nothing. None where it says nothing of the kind.
    """
    document = page.parent
    tagged = document.xref_get_key(document.pdf_catalog(), "StructTreeRoot")[0] != "null"
    if not tagged and b"ActualText" not in page.read_contents():
        return None
    return _read_as(words.lines_of(_glyphs(shown, FLAGS)), number, size, "actual-text")


def _better(
    page: pymupdf.Page, shown: pymupdf.DisplayList, raw: dict[str, Any], path: Path, first: PageRead
) -> PageRead:
    """Second opinions for a page that scores badly: the same glyphs by geometry, what the file says instead of them,
    and PDFium. The one that says most, soundly, wins; who loses letters does not win by it.
    """
    size, number = (first.width, first.height), first.number
    steps = (*first.steps, "geometry", "actual-text", "pdfium")
    others = (_read_as(words.by_geometry(raw), number, size), _as_told(page, shown, number, size))
    candidates = [first, *filter(None, (*others, second_opinion.read(path, number, ink.is_drawn_in(shown))))]
    return replace(max(candidates, key=worth), steps=steps)


def _without_text(page: pymupdf.Page, shown: pymupdf.DisplayList, path: Path, first: PageRead) -> PageRead:
    """No text by MuPDF: perhaps by PDFium, else a picture or a blank page."""
    other = second_opinion.read(path, first.number, ink.is_drawn_in(shown))
    if other is not None and other.text:
        return other
    blank = sheets.is_blank(page)
    return replace(first, source="none", steps=(*first.steps, "pdfium", *(["blank"] if blank else [])))


def _noted(page: pymupdf.Page, shown: pymupdf.DisplayList, read: PageRead) -> PageRead:
    """Note what the text leaves open: whether an image lies over a bad one, which then is an old recognition and the
    page a scan; and whether more is drawn than it says.
    """
    if not read.text or ink.is_text_only(page):
        return read
    covered = sheets.covered_share(page) >= sheets.COVERS
    if covered and read.score is not None and read.score < OLD_LAYER:
        return replace(read, steps=(*read.steps, "image-covers"))
    if (covered and len(read.text) < sheets.LITTLE_TEXT) or ink.unexplained(shown, read.words) >= ink.LEAST:
        return replace(read, steps=(*read.steps, UNEXPLAINED))
    return read
