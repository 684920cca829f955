"""Pictures of pages: rasters for recognition and for the reader, and what a page's images tell about it."""

from pathlib import Path

import pymupdf
from PIL import Image, ImageChops, ImageFilter, ImageOps

SCAN_DPI = 200  # the knee: 150 costs 0.001 CER, 300 costs 25 % more time
LITTLE_TEXT = 60  # characters
LONGEST_SIDE = 4000  # pixels
Image.MAX_IMAGE_PIXELS = 120_000_000


def is_blank(page: pymupdf.Page) -> bool:
    """Whether nothing at all is drawn on the page."""
    small = page.get_pixmap(dpi=20, colorspace=pymupdf.csGRAY)
    return bool(small.is_unicolor)


def covered_share(page: pymupdf.Page) -> float:
    """Share (0..1) of the page under its largest image."""
    area = abs(page.rect) or 1.0
    return max((abs(pymupdf.Rect(image["bbox"]) & page.rect) / area for image in page.get_image_info()), default=0.0)


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of an image file in pixels, as shown."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).size


def open_image(path: Path) -> Image.Image:
    """An image file, turned as its camera said, on white."""
    with Image.open(path) as image:
        turned = ImageOps.exif_transpose(image)
        if turned.mode in ("RGBA", "LA", "P"):
            on_white = Image.new("RGBA", turned.size, "white")
            on_white.alpha_composite(turned.convert("RGBA"))
            return on_white.convert("RGB")
        return turned.convert("L" if turned.mode == "L" else "RGB")


def grey_page(page: pymupdf.Page) -> Image.Image:
    """A page as recognition wants it: grey, 200 dpi, no side longer than 4,000 pixels."""
    longest = max(page.rect.width, page.rect.height, 1)
    scale = min(SCAN_DPI / 72, LONGEST_SIDE / longest)
    raster = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (raster.width, raster.height), raster.samples)


def colour_page(page: pymupdf.Page, width: int) -> Image.Image:
    """A page in colour, `width` pixels wide."""
    scale = min(width / max(page.rect.width, 1), LONGEST_SIDE / max(page.rect.height, 1))
    raster = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB)
    return Image.frombytes("RGB", (raster.width, raster.height), raster.samples)


def flattened(image: Image.Image) -> Image.Image:
    """A photographed page with its shadows taken out: its own blurred background subtracted."""
    grey = image.convert("L")
    small = grey.reduce(8).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6))
    background = small.resize(grey.size, Image.Resampling.BILINEAR)
    return ImageOps.autocontrast(ImageOps.invert(ImageChops.subtract(background, grey)), cutoff=1)
