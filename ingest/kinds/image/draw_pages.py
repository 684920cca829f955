"""An image file drawn as a page."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.image import sheets
from ingest.parsing.drawing import drawn
from ingest.parsing.turning import turned


def work(
    path: Path, numbers: Sequence[int], folder: Path, turns: Sequence[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    """One answer an image; a page that cannot be drawn is left out and named. `turns`: pages that lay another way
    round, each with its degrees.
    """
    degrees = dict(turns)
    for number in numbers:
        try:
            image = turned(sheets.page_of(path, number), degrees.get(number, 0))
        except (RuntimeError, ValueError, OSError) as error:
            yield {"undrawn": number, "error": str(error)}
            continue
        yield from drawn(image, number, folder)
