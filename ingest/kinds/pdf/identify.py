"""What is this PDF? Opened by MuPDF, else by PDFium; encrypted, damaged and page-less ones are named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pymupdf
import pypdfium2

from ingest.kinds.pdf.opening import locked
from library.vietnamese import clean

LONGEST_TITLE = 300
MOST_HEADINGS = 2000
XMP_TITLE = ".//{http://purl.org/dc/elements/1.1/}title//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"


def work(path: Path) -> Iterator[dict[str, Any]]:
    """One answer: either `refused` with a code, or the facts of the document; `suspect` where a rebuilt copy may read
    better.
    """
    yield look(path)


def look(path: Path) -> dict[str, Any]:
    """The answer for one file."""
    try:
        document = locked(path)
    except (pymupdf.FileDataError, RuntimeError, ValueError):
        return _by_pdfium(path)
    if document.needs_pass and not document.authenticate(""):
        return {"refused": "encrypted"}
    count = _count(document)
    if count == 0:
        return _by_pdfium(path, otherwise="damaged" if document.is_repaired else "no-pages")
    return {
        "page_count": count,
        "title": _said(document, "title") or _said_in_xmp(document),
        "author": _said(document, "author"),
        "contents": _contents(document, count),
        "warnings": [*(["repaired"] if document.is_repaired else []), *_shells(document)],
        "suspect": document.is_repaired or count < _listed(document),
    }


def _shells(document: pymupdf.Document) -> list[str]:
    """Whether the pages are only a shell: of a collection of files, or of a form that is drawn by one program alone."""
    try:
        root = document.pdf_catalog()
        is_collection = document.xref_get_key(root, "Collection")[0] != "null" and document.embfile_count() > 0
        is_drawn_elsewhere = document.xref_get_key(root, "NeedsRendering")[1] == "true"
    except (RuntimeError, ValueError):
        return []
    return [*(["portfolio"] if is_collection else []), *(["xfa-form"] if is_drawn_elsewhere else [])]


def _listed(document: pymupdf.Document) -> int:
    """How many children the root of the page tree lists; a `Count` below it hides pages."""
    try:
        kind, kids = document.xref_get_key(document.pdf_catalog(), "Pages/Kids")
    except (RuntimeError, ValueError):
        return 0
    return str(kids).count(" R") if kind == "array" else 0


def _count(document: pymupdf.Document) -> int:
    try:
        return int(document.page_count)
    except RuntimeError:
        return 0


def _said(document: pymupdf.Document, name: str) -> str | None:
    said = clean(str((document.metadata or {}).get(name) or "")).strip()
    return said[:LONGEST_TITLE] or None


def _said_in_xmp(document: pymupdf.Document) -> str | None:
    """`dc:title` of the XMP packet, which newer programs write instead."""
    try:
        found = ElementTree.fromstring(document.get_xml_metadata()).find(XMP_TITLE)
    except (ElementTree.ParseError, RuntimeError, ValueError):
        return None
    said = clean(found.text or "").strip() if found is not None else ""
    return said[:LONGEST_TITLE] or None


def _contents(document: pymupdf.Document, count: int) -> list[list[Any]]:
    try:
        rows = document.get_toc(simple=True)
    except (RuntimeError, ValueError, IndexError, KeyError):
        return []
    found = [
        [level, clean(str(title)).replace("\n", " ").strip()[:LONGEST_TITLE], page]
        for level, title, page in rows[:MOST_HEADINGS]
    ]
    return [row for row in found if row[1] and 1 <= row[2] <= count]


def _by_pdfium(path: Path, *, otherwise: str = "damaged") -> dict[str, Any]:
    count = _pdfium_pages(path)
    if not count:
        return {"refused": otherwise, "suspect": True}
    return {
        "page_count": count,
        "title": None,
        "author": None,
        "contents": [],
        "warnings": ["repaired"],
        "suspect": True,
    }


def _pdfium_pages(path: Path) -> int:
    try:
        return len(pypdfium2.PdfDocument(path))
    except (pypdfium2.PdfiumError, ValueError):
        return 0
