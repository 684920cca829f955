"""The page of an image file: its size, and that its words wait for recognition."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.image import sheets
from ingest.parsing.pages import PageRead, page_to


def work(path: Path, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Its one page."""
    width, height = sheets.size_of(path)
    points = 72 / sheets.resolution_of(path)
    for number in numbers:
        size = (width * points, height * points)
        yield page_to(PageRead(number, *size, "", (), "none", None, None, ("image", "image-covers"), ()))
