"""Page images at 400 and 800 pixels, and a thumbnail of the first page."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image

from ingest.steps import images

SIZES = (800, 400)
THUMBNAIL = 160
QUALITY = 72
FASTEST = 0  # WebP method: higher ones cost three times the processor for a tenth of the size
pymupdf.TOOLS.mupdf_display_errors(False)


def work(path: Path, numbers: Sequence[int], kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    """One answer an image; a page that cannot be drawn is left out and named."""
    document = None if kind == "image" else pymupdf.open(path, filetype="pdf")
    if document is not None and document.needs_pass:
        document.authenticate("")
    for number in numbers:
        try:
            image = images.open_image(path) if document is None else images.colour_page(document[number - 1], SIZES[0])
        except (RuntimeError, ValueError, IndexError) as error:
            yield {"undrawn": number, "error": str(error)}
            continue
        for size in (*SIZES, *([THUMBNAIL] if number == 1 else [])):
            yield _saved(image, size, number, folder) | (
                {"pixels": image.width * image.height} if size == SIZES[0] else {}
            )


def _saved(image: Image.Image, size: int, number: int, folder: Path) -> dict[str, Any]:
    height = max(1, round(image.height * size / image.width))
    filtering = Image.Resampling.BOX if size * 2 == image.width else Image.Resampling.BICUBIC
    small = image if image.width <= size else image.resize((size, height), filtering)
    path = folder / f"{number}-{size}.webp"
    small.save(path, "WEBP", quality=QUALITY, method=FASTEST)
    return {
        "number": number,
        "size": size,
        "width": small.width,
        "height": small.height,
        "path": str(path),
        "media_type": "image/webp",
    }
