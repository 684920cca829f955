"""How much of what is drawn on a page its text explains: what looks like print and has no words is to be recognised."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pymupdf
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ingest.parsing.pages import Word
from ingest.parsing.words import Box

LEAST = 16  # pieces of lines from which on a page is recognised: more than one line and a half
MORE_THAN_TEXT = (b"Do", b"BI", b"sh")  # operators that draw images, forms, shadings
CURVE = (b" c\n", b" c ", b" c\r", b" v\n", b" v ", b" v\r", b" y\n", b" y ", b" y\r")
CURVES = 150  # on a page; letters drawn as curves have four and more each
SIDE = 1400  # points: the longest side that is looked at as finely as was asked
STRIP = 40  # points: so wide a piece of a line is looked at
DARK, FAINT = 50, 12  # grey levels below what is around it: ink, and anything at all
HIGH = (3, 26)  # points: what a line of print is high
FULL, EMPTY = 0.06, 0.012  # share of ink in a row of print, and between two rows
TOO_FULL = 0.62  # of a row of print, on the average
ALIKE = 3  # points: so far apart at most are the edges of one line in two strips


def is_text_only(page: pymupdf.Page) -> bool:
    """Whether nothing is drawn on a page but letters and a few lines; quickly told."""
    if page.first_annot is not None:
        return False
    contents = page.read_contents()
    return not any(one in contents for one in MORE_THAN_TEXT) and sum(map(contents.count, CURVE)) < CURVES


def unexplained(shown: pymupdf.DisplayList, words: Sequence[Word]) -> int:
    """How many pieces of lines of print stand where no word is; one of 12 points has some ten across a page."""
    ink = _ink(shown)
    draw = ImageDraw.Draw(ink)
    for word in words:
        x0, y0, x1, y1 = word.box
        if (y1 - y0) * ink.height <= 2 * HIGH[1]:
            draw.rectangle((x0 * ink.width - 1, y0 * ink.height - 1, x1 * ink.width + 1, y1 * ink.height + 1), fill=0)
    if not ink.getbbox():
        return 0
    strips = max(1, round(ink.width / STRIP))
    rows = ink.resize((strips, ink.height), Image.Resampling.BOX).tobytes()
    bands = [_bands(rows[strip::strips]) for strip in range(strips)]
    return sum(any(_alike(one, other) for other in beside) for here, beside in pairwise(bands) for one in here)


def is_drawn_in(shown: pymupdf.DisplayList) -> Callable[[Box], bool]:
    """Tells of a box (shares of the page) whether anything is to be seen in it."""
    grey = grey_of(shown)

    def is_drawn(box: Box) -> bool:
        x0, y0 = int(box[0] * grey.width), int(box[1] * grey.height)
        x1, y1 = int(box[2] * grey.width) + 1, int(box[3] * grey.height) + 1
        levels = grey.crop((x0, y0, x1, y1)).tobytes()
        return max(levels) - min(levels) >= FAINT

    return is_drawn


def _ink(shown: pymupdf.DisplayList) -> Image.Image:
    """White where the page is darker than what is around it."""
    grey = grey_of(shown)
    around = grey.reduce(4).filter(ImageFilter.MaxFilter(5)).resize(grey.size, Image.Resampling.BILINEAR)
    return ImageChops.subtract(around, grey).point([0] * DARK + [255] * (256 - DARK))


def grey_of(shown: pymupdf.DisplayList, fine: float = 1.0) -> Image.Image:
    """The page at so many pixels a point, a huge one at fewer."""
    scale = min(fine, fine * SIDE / max(shown.rect.width, shown.rect.height, 1))
    raster = shown.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=0)
    return Image.frombytes("L", (raster.width, raster.height), raster.samples)


def _bands(rows: bytes) -> list[tuple[int, int]]:
    """Where in one strip rows of print begin and end, between empty ones."""
    full, empty = FULL * 255, EMPTY * 255
    found: list[tuple[int, int]] = []
    begin, most, total = -1, 0, 0
    for at, ink in enumerate((*rows, 0)):
        if ink > empty:
            if begin < 0:
                begin, most, total = at, 0, 0
            most, total = max(most, ink), total + ink
        elif begin >= 0:
            high = at - begin
            if HIGH[0] <= high <= HIGH[1] and most >= full and total <= TOO_FULL * 255 * high:
                found.append((begin, at))
            begin = -1
    return found


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) <= ALIKE and abs(one[1] - other[1]) <= ALIKE
