"""OCR of the pages of a PDF."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.pdf.opening import opened
from ingest.kinds.pdf.sheets import sheet_of_page
from ingest.parsing.recognising import recognised


def work(path: Path, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The pages in the order asked for."""
    document = opened(path)
    return recognised((number, sheet_of_page(document[number - 1])) for number in numbers)
