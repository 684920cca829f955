"""Whether the boxes of words lie on what is drawn."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from ingest import reading
from ingest.parsing.pages import PageImage, PageRead, Word

DARK = 160


def on_ink(path: Path, pages: Sequence[PageRead], folder: Path) -> dict[int, float]:
    """Share (0..1) of the words of each page that have something dark under their box on the image that readers see."""
    turned = {page.number: page for page in pages if page.words}
    drawn = reading.draw_pages(path, sorted(turned), folder)
    images = {one.number: one.path for one in drawn if isinstance(one, PageImage) and one.size == 800}
    return {number: _share(turned[number].words, Image.open(image).convert("L")) for number, image in images.items()}


def _share(words: Sequence[Word], grey: Image.Image) -> float:
    return sum(lies_on_ink(word, grey) for word in words) / len(words)


def lies_on_ink(word: Word, grey: Image.Image) -> bool:
    """Whether something dark stands under its box."""
    x0, y0, x1, y1 = word.box
    left, top = max(0, int(x0 * grey.width)), max(0, int(y0 * grey.height))
    right, bottom = min(grey.width, int(x1 * grey.width) + 1), min(grey.height, int(y1 * grey.height) + 1)
    return left < right and top < bottom and min(grey.crop((left, top, right, bottom)).tobytes()) < DARK
