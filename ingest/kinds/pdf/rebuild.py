"""Step 2 of the page ladder: a PDF whose structure is damaged is built anew by qpdf, and the copy is used where more
can be read in it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf

from ingest.kinds.pdf import identify
from ingest.kinds.pdf.opening import opened

SAMPLE = 200  # pages that are compared
Merit = tuple[int, int, int]


def work(path: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """One answer, the facts of the copy and its place, when it is better than the file as MuPDF reads it; else none."""
    copy = folder / "rebuilt.pdf"
    if not _copied(path, copy) or merit(copy) <= merit(path):
        return
    facts = identify.look(copy)
    if "refused" not in facts:
        yield {**facts, "path": str(copy), "warnings": ["rebuilt"]}


def _copied(path: Path, copy: Path) -> bool:
    """Whether qpdf could make something of it."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as document:
            document.save(copy)
    except (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.DataDecodingError, OSError, RuntimeError, ValueError):
        return False
    return True


def merit(path: Path) -> Merit:
    """How much MuPDF gets out of a file: pages with something on them, characters, pages at all."""
    try:
        document = opened(path)
        count = int(document.page_count)
    except (pymupdf.FileDataError, RuntimeError, ValueError):
        return 0, 0, 0
    pages = [_on_page(document, number) for number in range(min(count, SAMPLE))]
    return sum(things > 0 for things, _ in pages), sum(letters for _, letters in pages), count


def _on_page(document: pymupdf.Document, number: int) -> tuple[int, int]:
    """How many things and how many characters stand on a page; none when it cannot be read."""
    try:
        page = document[number]
        return len(page.get_bboxlog()), len(page.get_text())
    except (RuntimeError, ValueError, IndexError, KeyError, TypeError):
        return 0, 0
