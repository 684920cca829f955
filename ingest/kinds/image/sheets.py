"""An image file as a page."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from ingest.kinds.image.stretches import page_count, stretch
from ingest.parsing.sheets import Sheet

A4_LONG = 297 / 25.4  # inches
FULL, SIXTEEN_BITS = 255.0, 65535.0  # white
PLAUSIBLE = (5.0, 17.0)  # inches: the long side of a page, A6 to A3


def page_of(path: Path, number: int) -> Image.Image:
    """One page of an image file, which is the whole of it, or a stretch where it is very tall."""
    return stretch(open_image(path), number)


@lru_cache(maxsize=1)  # the pages of a very tall one
def open_image(path: Path) -> Image.Image:
    """An image file, turned as its camera said, on white; not to be changed."""
    with Image.open(path) as image:
        turned = eight_bits(ImageOps.exif_transpose(image))
        if turned.mode in ("RGBA", "LA", "P"):
            on_white = Image.new("RGBA", turned.size, "white")
            on_white.alpha_composite(turned.convert("RGBA"))
            return on_white.convert("RGB")
        return turned.convert("L" if turned.mode == "L" else "RGB")


def eight_bits(image: Image.Image) -> Image.Image:
    """Grey of more than eight bits brought down to eight; every other mode as it is."""
    if not image.mode.startswith(("I", "F")):
        return image
    wide = image.convert("F")
    _, most = wide.getextrema()
    white = float(most if not isinstance(most, tuple) else most[1])
    scale = 1.0 if white <= FULL else FULL / max(white, SIXTEEN_BITS)
    return wide.point(lambda grey: grey * scale).convert("L")


def sheet_of_file(path: Path, number: int) -> Sheet:
    """A page of an image file, whose resolution is what it says when that makes a page of a usual size, else as if it
    were A4.
    """
    image = page_of(path, number)
    native = resolution_of(path)
    points = 72 / native
    return Sheet(image.width * points, image.height * points, native, lambda dpi: _shrunk(image, dpi / native))


def resolution_of(path: Path) -> float:
    """Pixels an inch of an image file, told or guessed."""
    with Image.open(path) as image:
        told = max(float(value) for value in image.info.get("dpi", (0.0,)))
        longest = max(image.size) / page_count(image)
    return told if told > 0 and PLAUSIBLE[0] <= longest / told <= PLAUSIBLE[1] else longest / A4_LONG


def _shrunk(image: Image.Image, scale: float) -> Image.Image:
    """Never enlarged; a hair's breadth is left alone."""
    if scale > 0.98:
        return image
    return image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))),
        Image.Resampling.LANCZOS,
        reducing_gap=2.0,
    )
