"""The pages of an image file: their size, and that their words wait for recognition."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.image import sheets
from ingest.parsing.pages import PageRead, page_to


def work(path: Path, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The pages, each with its size."""
    for number in numbers:
        width, height = sheets.page_of(path, number).size
        points = 72 / sheets.resolution_of(path)
        size = (width * points, height * points)
        yield page_to(PageRead(number, *size, "", (), "none", None, None, ("image", "image-covers"), ()))
