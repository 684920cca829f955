"""Pages that lay sideways or upside down under the scanner: how they are turned, and how their words go with them."""

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from ingest.parsing.pages import PageRead
from ingest.parsing.words import Box

STEP = "turned-"  # a step of such a page: by so many degrees clockwise it stands upright
CLOCKWISE = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """The image turned clockwise by 0, 90, 180 or 270 degrees."""
    return image.transpose(CLOCKWISE[degrees]) if degrees else image


def turn_of(steps: Sequence[str]) -> int:
    """By how many degrees a page was turned before it was recognised."""
    return next((int(step.removeprefix(STEP)) for step in steps if step.startswith(STEP)), 0)


def turned_back(read: PageRead) -> PageRead:
    """A page in the frame that it had before it was turned."""
    degrees = turn_of(read.steps)
    if not degrees:
        return read
    words = tuple(word._replace(box=_turned_back(word.box, degrees)) for word in read.words)
    size = (read.width, read.height) if degrees == 180 else (read.height, read.width)
    steps = tuple(step for step in read.steps if not step.startswith(STEP))
    return replace(read, words=words, width=size[0], height=size[1], steps=steps)


def _turned_back(box: Box, degrees: int) -> Box:
    x0, y0, x1, y1 = box
    if degrees == 180:
        return 1 - x1, 1 - y1, 1 - x0, 1 - y0
    return (y0, 1 - x1, y1, 1 - x0) if degrees == 90 else (1 - y1, x0, 1 - y0, x1)
