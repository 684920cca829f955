"""Letters that nobody sees: their font is not in the file, and the one that stands in for it has no such glyphs."""

from typing import Any

import pymupdf
from PIL import Image

from ingest.kinds.pdf.ink import grey_of
from ingest.parsing.words import spans_of

WARNING = "letters-not-drawn"
SCALE = 2.0  # pixels a point: thin marks are seen
SIDE = 0.15  # of a letter's width, left out on either side: its neighbours reach into its box
SEEN = 40  # grey levels
MOST = 40  # letters that are named


class Fonts:
    """The fonts of a document that were met so far: a page is asked for its own only where it brings a new one."""

    def __init__(self) -> None:
        self._met: dict[str, bool] = {}  # a name, and whether a font of many letters and that name is not in the file

    def is_missing(self, page: pymupdf.Page, raw: dict[str, Any]) -> bool:
        """Whether a page is set in a font of many letters that is not in the file."""
        names = {span["font"] for span in spans_of(raw)}
        if not names <= self._met.keys():
            missing = any(ending == "n/a" and kind == "Type0" for _, ending, kind, *_ in page.get_fonts())
            self._met |= {name: missing for name in names if name not in self._met}
        return any(self._met[name] for name in names)


def lost_letters(shown: pymupdf.DisplayList, raw: dict[str, Any]) -> str:
    """The letters of a page, each once, of which nothing is drawn anywhere on it."""
    grey = grey_of(shown, SCALE)
    scale = grey.width / max(shown.rect.width, 1)
    seen: dict[str, bool] = {}
    for char in (char for span in spans_of(raw) for char in span["chars"]):
        letter = char["c"]
        seen[letter] = seen.get(letter, False) or letter.isspace() or _is_drawn(grey, char["bbox"], scale)
    return "".join(letter for letter, is_seen in seen.items() if not is_seen)[:MOST]


def _is_drawn(grey: Image.Image, box: tuple[float, float, float, float], scale: float) -> bool:
    x0, y0, x1, y1 = box
    side = (x1 - x0) * SIDE
    place = (int((x0 + side) * scale), int(y0 * scale), int((x1 - side) * scale) + 1, int(y1 * scale) + 1)
    levels = grey.crop(place).tobytes()
    return bool(levels) and max(levels) - min(levels) >= SEEN
