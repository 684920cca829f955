"""Very tall pictures (a long screenshot, a strip) as pages, cut between lines where that can be done."""

import math

from PIL import Image, ImageChops

TALL = 2.5  # times as high as wide: beyond, a picture is cut
PAGE = 2**0.5  # times as high as wide is a page
MOST = 100  # pages of one picture
SLACK = 0.12  # of a page's height: as far from its place is a cut moved to stand between lines
ORIENTATION, ON_ITS_SIDE = 274, (5, 6, 7, 8)  # of EXIF


def page_count(image: Image.Image) -> int:
    """How many pages an image makes; its header is enough."""
    width, height = image.size
    if image.getexif().get(ORIENTATION) in ON_ITS_SIDE:
        width, height = height, width
    return min(math.ceil(height / (width * PAGE)), MOST) if height > TALL * width else 1


def stretch(image: Image.Image, number: int) -> Image.Image:
    """Page `number`, from 1, of an image that stands as it is shown."""
    count = page_count(image)
    if count == 1:
        return image
    top, bottom = (_cut(image, at, count) for at in (number - 1, number))
    return image.crop((0, top, image.width, bottom))


def _cut(image: Image.Image, at: int, count: int) -> int:
    """The row between page `at` and the next one: the middle of the quietest rows around its place."""
    place, slack = round(image.height * at / count), round(image.height / count * SLACK)
    if at in (0, count):
        return place
    window = image.crop((0, place - slack, image.width, place + slack)).convert("L")
    changes = ImageChops.difference(window, ImageChops.offset(window, 1, 0))
    busy = changes.point(lambda change: change * 8).resize((1, window.height), Image.Resampling.BOX).tobytes()
    quiet = [row for row, change in enumerate(busy) if change == min(busy)]
    runs = _runs(quiet)
    longest = max(runs, key=len)
    return place - slack + longest[len(longest) // 2]


def _runs(rows: list[int]) -> list[list[int]]:
    """Neighbouring rows together."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs
