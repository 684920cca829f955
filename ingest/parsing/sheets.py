"""Sheets to be recognised: what every kind of page has in common."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps

LOW_DPI = 150  # enough for an image that carries no more
SCAN_DPI = 200  # the knee: 150 costs 0.001 CER, 300 costs 25 % more time
FINE_DPI = 300  # for small print
Image.MAX_IMAGE_PIXELS = 120_000_000


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


def flattened(image: Image.Image) -> Image.Image:
    """A photographed page with its shadows taken out: its own blurred background subtracted."""
    grey = image.convert("L")
    small = grey.reduce(8).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6))
    background = small.resize(grey.size, Image.Resampling.BILINEAR)
    return ImageOps.autocontrast(ImageOps.invert(ImageChops.subtract(background, grey)), cutoff=1)
