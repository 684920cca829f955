"""Opening a PDF by MuPDF."""

from pathlib import Path

import pymupdf

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def locked(path: Path) -> pymupdf.Document:
    """A document as it comes, perhaps with a password. Raises pymupdf.FileDataError, RuntimeError, ValueError."""
    return pymupdf.open(path, filetype="pdf")


def opened(path: Path) -> pymupdf.Document:
    """A document, with the empty password where it has one. Raises pymupdf.FileDataError, RuntimeError, ValueError."""
    document = locked(path)
    if document.needs_pass:
        document.authenticate("")
    return document
