"""OCR of an image file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.image.sheets import sheet_of_file
from ingest.parsing.recognising import recognised


def work(path: Path, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Its pages, in the order asked for."""
    return recognised((number, sheet_of_file(path, number)) for number in numbers)
