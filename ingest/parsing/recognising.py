"""OCR, page by page, with word boxes and confidence. tesserocr with the fast `vie` model; the `tesseract` command where
it is missing.
"""

import csv
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from ingest.parsing.legible import legibility
from ingest.parsing.pages import UNJUDGED, PageRead, page_to, worth
from ingest.parsing.sheets import FINE_DPI, SCAN_DPI, Sheet, flattened
from ingest.parsing.tessdata import model_folder
from ingest.parsing.turning import STEP, turn_of, turned
from ingest.parsing.words import Piece, as_given, placed

try:
    import tesserocr
except ImportError:  # no wheel for this machine: the command serves
    tesserocr = None

Recognised = tuple[list[list[Piece]], float | None]  # lines of words in pixels, mean confidence (0..1)
SMALL_WORDS = 6.6  # points: a word of 8 point print is 6.8 high in the middle
DOUBTFUL, GOOD = 0.6, 0.75  # of a page's merit: below the first it may lie another way round, at the second it does not
POOR = 0.3  # below that, half of the words are wrong
BADLY_READ = "page-badly-read"  # the warning
LONG_WORD, ENOUGH_WORDS = 3, 5  # letters; words that tell which way the lines run
ENOUGH_FINER = 1.2  # times: below that a second reading is not worth its time


def recognised(sheets: Iterable[tuple[int, Sheet]]) -> Iterator[dict[str, Any]]:
    """Numbered sheets, one after the other; an empty result is reported, never silently done."""
    with Engine() as engine:
        for number, sheet in sheets:
            yield page_to(_page(engine, sheet, number)) | {"pixels": engine.drawn()}


class Engine:
    """One opened recogniser for many pages."""

    seen = 0

    def __enter__(self) -> "Engine":
        folder = model_folder()
        if tesserocr is None:
            self.recognise = lambda image, dpi: by_command(image, dpi, folder)
            self.api = None
        else:
            self.api = tesserocr.PyTessBaseAPI(path=str(folder), lang="vie", psm=tesserocr.PSM.AUTO)
            self.recognise = self.by_library
        return self

    def drawn(self) -> int:
        """Pixels it was shown since this was asked last."""
        seen, self.seen = self.seen, 0
        return seen

    def __exit__(self, *_: object) -> None:
        if self.api is not None:
            self.api.End()

    def by_library(self, image: Image.Image, dpi: float) -> Recognised:
        """Lines of words with their boxes, in one pass."""
        api: Any = self.api
        api.SetImage(image)
        api.SetSourceResolution(round(dpi))
        api.Recognize()
        lines: list[list[Piece]] = []
        trust: list[float] = []
        level = tesserocr.RIL.WORD
        for word in tesserocr.iterate_level(api.GetIterator(), level):
            if word.IsAtBeginningOf(tesserocr.RIL.TEXTLINE) or not lines:
                lines.append([])
            box = None if word.Empty(level) else word.BoundingBox(level)
            if box:
                lines[-1].append(Piece(word.GetUTF8Text(level), *box))
                trust.append(word.Confidence(level) / 100)
        return lines, sum(trust) / len(trust) if trust else None


def by_command(image: Image.Image, dpi: float, folder: Path) -> Recognised:
    """The same through the `tesseract` command."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        image.save(file, "PNG")
        command = [
            "tesseract",
            file.name,
            "-",
            "--tessdata-dir",
            str(folder),
            "-l",
            "vie",
            "--psm",
            "3",
            "--dpi",
            f"{dpi:.0f}",
            "tsv",
        ]
        table = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    lines: dict[tuple[str, ...], list[Piece]] = {}
    trust: list[float] = []
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["text"] and row["text"].strip():
            x, y, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
            line = lines.setdefault(tuple(row[name] for name in ("block_num", "par_num", "line_num")), [])
            line.append(Piece(row["text"], x, y, x + width, y + height))
            trust.append(float(row["conf"]) / 100)
    return list(lines.values()), sum(trust) / len(trust) if trust else None


def _page(engine: Engine, sheet: Sheet, number: int) -> PageRead:
    """One page at the resolution that fits it; small print once more and finer, and the reading that is surer of itself
    stays.
    """
    read = _upright(engine, sheet, number)
    if small_print(read) and sheet.native > SCAN_DPI * ENOUGH_FINER:
        finer = _read_at(engine, sheet, min(sheet.native, FINE_DPI), number, turn_of(read.steps))
        read = max(read, finer, key=lambda one: one.confidence or 0.0)
    return replace(read, warnings=(*read.warnings, BADLY_READ)) if read.text and merit(read) < POOR else read


def _upright(engine: Engine, sheet: Sheet, number: int) -> PageRead:
    """The page as it lies; when that reads badly, the way round that reads best."""
    best = _read_at(engine, sheet, sheet.first_dpi, number)
    sideways = _runs_down(best)
    if best.text and not sideways and merit(best) >= DOUBTFUL:
        return best
    for degrees in (90, 270) if sideways else (180, 90, 270):
        other = _read_at(engine, sheet, sheet.first_dpi, number, degrees)
        if not _runs_down(other) and (sideways or worth(other) * merit(other) > worth(best) * merit(best)):
            best, sideways = other, False
        if merit(best) >= GOOD and not sideways:
            break
    return best


def merit(read: PageRead) -> float:
    """How well a page was recognised, 0..1: how sure the engine is, and how sound the words are."""
    return (read.confidence or 0.0) * (UNJUDGED if read.score is None else read.score)


def _runs_down(read: PageRead) -> bool:
    """Whether most words are higher than wide: the engine reads some pages on their side, and leaves them so."""
    told = [word.box for word in read.words if len(word.text) >= LONG_WORD]
    tall = sum((y1 - y0) * read.height > (x1 - x0) * read.width for x0, y0, x1, y1 in told)
    return len(told) >= ENOUGH_WORDS and tall > len(told) / 2


def small_print(read: PageRead) -> bool:
    """Whether half of the words are lower than words of 8 points are."""
    heights = [(word.box[3] - word.box[1]) * read.height for word in read.words]
    return bool(heights) and median(heights) < SMALL_WORDS


def _read_at(engine: Engine, sheet: Sheet, dpi: float, number: int, degrees: int = 0) -> PageRead:
    image = flattened(sheet.grey(dpi))
    drawn = 72 * image.width / (sheet.width or 1)  # a big page or a coarse image may have come out below
    steps = ("ocr", f"{drawn:.0f}dpi", *([f"{STEP}{degrees}"] if degrees else []))
    image = turned(image, degrees)
    engine.seen += image.width * image.height
    lines, trust = engine.recognise(image, drawn)
    text, words = placed(lines, image.width, image.height)
    size = (sheet.width, sheet.height) if degrees in (0, 180) else (sheet.height, sheet.width)
    if not text:
        return PageRead(number, *size, "", (), "none", None, None, steps, ("page-not-readable",))
    return PageRead(number, *size, text, words, "ocr", legibility(as_given(lines)), trust, steps, ())
