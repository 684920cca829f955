"""Pictures of pages: rasters for recognition and for the reader, and what a page's images tell about it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pymupdf
from PIL import Image, ImageChops, ImageFilter, ImageOps

LOW_DPI = 150  # enough for an image that carries no more
SCAN_DPI = 200  # the knee: 150 costs 0.001 CER, 300 costs 25 % more time
FINE_DPI = 300  # for small print
COVERS = 0.5  # share of the page under an image that makes it a scan
A4_LONG = 297 / 25.4  # inches
PLAUSIBLE = (5.0, 17.0)  # inches: the long side of a page, A6 to A3
LITTLE_TEXT = 60  # characters
LONGEST_SIDE = 4000  # pixels
Image.MAX_IMAGE_PIXELS = 120_000_000


def is_blank(page: pymupdf.Page) -> bool:
    """Whether nothing at all is drawn on the page."""
    scale = min(20 / 72, 300 / max(page.rect.width, page.rect.height, 1))
    small = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY)
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


@dataclass(frozen=True)
class Sheet:
    """A page to be recognised. Size in points; beyond the `native` resolution nothing new appears."""

    width: float
    height: float
    native: float
    grey: Callable[[float], Image.Image]

    @property
    def first_dpi(self) -> float:
        """The resolution to begin with: 200, and 150 where the page carries no more."""
        return LOW_DPI if self.native <= LOW_DPI * 1.02 else SCAN_DPI


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


def sheet_of_file(path: Path) -> Sheet:
    """An image file, whose resolution is what it says when that makes a page of a usual size, else as if it were A4."""
    image = open_image(path)
    native = resolution_of(path)
    points = 72 / native
    return Sheet(image.width * points, image.height * points, native, lambda dpi: _shrunk(image, dpi / native))


def resolution_of(path: Path) -> float:
    """Pixels an inch of an image file, told or guessed."""
    with Image.open(path) as image:
        told = max(float(value) for value in image.info.get("dpi", (0.0,)))
        longest = max(image.size)
    return told if told > 0 and PLAUSIBLE[0] <= longest / told <= PLAUSIBLE[1] else longest / A4_LONG


def _sides(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _shrunk(image: Image.Image, scale: float) -> Image.Image:
    """Never enlarged; a hair's breadth is left alone."""
    if scale > 0.98:
        return image
    return image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))),
        Image.Resampling.LANCZOS,
        reducing_gap=2.0,
    )


def grey_page(page: pymupdf.Page, dpi: float | None = None) -> Image.Image:
    """A page as recognition wants it: grey, at the resolution that fits it, no side longer than 4,000 pixels."""
    longest = max(page.rect.width, page.rect.height, 1)
    scale = min((dpi or sheet_of_page(page).first_dpi) / 72, LONGEST_SIDE / longest)
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
