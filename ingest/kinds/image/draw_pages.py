"""An image file drawn as a page."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.image import sheets
from ingest.parsing.drawing import drawn


def work(path: Path, numbers: Sequence[int], folder: Path) -> Iterator[dict[str, Any]]:
    """One answer an image; a page that cannot be drawn is left out and named."""
    for number in numbers:
        try:
            image = sheets.open_image(path)
        except (RuntimeError, ValueError, OSError) as error:
            yield {"undrawn": number, "error": str(error)}
            continue
        yield from drawn(image, number, folder)
