"""The pages of a PDF drawn."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.pdf import sheets
from ingest.kinds.pdf.opening import opened
from ingest.parsing.drawing import SIZES, drawn


def work(
    path: Path, numbers: Sequence[int], folder: Path, turns: Sequence[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    """One answer an image; a page that cannot be drawn is left out and named. `turns`: pages that lay another way
    round, each with its degrees.
    """
    document, degrees = opened(path), dict(turns)
    for number in numbers:
        try:
            image = sheets.colour_page(document[number - 1], SIZES[0], degrees.get(number, 0))
        except (RuntimeError, ValueError, IndexError) as error:
            yield {"undrawn": number, "error": str(error)}
            continue
        yield from drawn(image, number, folder)
