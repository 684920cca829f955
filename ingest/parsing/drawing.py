"""The images of a page as they are kept: at 400 and 800 pixels, and a thumbnail of the first page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

SIZES = (800, 400)
THUMBNAIL = 160
QUALITY = 72
FASTEST = 0  # WebP method: higher ones cost three times the processor for a tenth of the size


def drawn(image: Image.Image, number: int, folder: Path) -> Iterator[dict[str, Any]]:
    """One answer an image, each saved in `folder`; the first tells how many pixels were drawn for all of them."""
    for size in (*SIZES, *([THUMBNAIL] if number == 1 else [])):
        pixels = {"pixels": image.width * image.height} if size == SIZES[0] else {}
        yield _saved(image, size, number, folder) | pixels


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
