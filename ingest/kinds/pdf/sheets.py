"""Pages of a PDF as pictures: rasters for recognition and for the reader, and what a page's images tell about it."""

import math

import pymupdf
from PIL import Image

from ingest.parsing.sheets import Sheet
from ingest.parsing.turning import turned

COVERS = 0.5  # share of the page under an image that makes it a scan
LITTLE_TEXT = 60  # characters
MOST_PIXELS = 4000**2  # of a page for recognition
LONGEST_SIDE = 16_000  # pixels: WebP knows no longer ones


def is_blank(page: pymupdf.Page) -> bool:
    """Whether nothing at all is drawn on the page."""
    scale = min(20 / 72, 300 / max(page.rect.width, page.rect.height, 1))
    small = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY)
    return bool(small.is_unicolor)


def covered_share(page: pymupdf.Page) -> float:
    """Share (0..1) of the page under its largest image."""
    area = abs(page.rect) or 1.0
    return max((abs(pymupdf.Rect(image["bbox"]) & page.rect) / area for image in page.get_image_info()), default=0.0)


def sheet_of_page(page: pymupdf.Page) -> Sheet:
    """A page of a PDF; a scan carries the resolution of its image, a drawn page any."""
    pictures = [
        image
        for image in page.get_image_info()
        if abs(pymupdf.Rect(image["bbox"]) & page.rect) >= COVERS * (abs(page.rect) or 1.0)
    ]
    native = max(
        (72 * max(image["width"], image["height"]) / max(*_sides(image["bbox"]), 1.0) for image in pictures),
        default=math.inf,
    )
    return Sheet(page.rect.width, page.rect.height, native, lambda dpi: grey_page(page, dpi))


def _sides(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def grey_page(page: pymupdf.Page, dpi: float | None = None) -> Image.Image:
    """A page as recognition wants it: grey, at the resolution that fits it, no more than sixteen million pixels."""
    area = max(page.rect.width * page.rect.height, 1)
    longest = max(page.rect.width, page.rect.height, 1)
    scale = min((dpi or sheet_of_page(page).first_dpi) / 72, (MOST_PIXELS / area) ** 0.5, LONGEST_SIDE / longest)
    raster = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (raster.width, raster.height), raster.samples)


def colour_page(page: pymupdf.Page, width: int, degrees: int = 0) -> Image.Image:
    """A page in colour, `width` pixels wide after it was turned clockwise."""
    across, down = (page.rect.width, page.rect.height) if degrees in (0, 180) else (page.rect.height, page.rect.width)
    scale = min(width / max(across, 1), LONGEST_SIDE / max(down, 1))
    raster = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB)
    return turned(Image.frombytes("RGB", (raster.width, raster.height), raster.samples), degrees)
