"""OCR, page by page, with word boxes and confidence. tesserocr with the fast `vie` model; the `tesseract` command where it is missing."""

import csv
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import structlog
from PIL import Image

from ingest.pages import PageRead, page_to
from ingest.steps import images
from ingest.steps.words import Piece, placed
from ingest.tessdata import model_folder
from library.vietnamese import syllable_score

try:
    import tesserocr
except ImportError:  # no wheel for this machine: the command serves
    tesserocr = None

Recognised = tuple[list[list[Piece]], float | None]  # lines of words in pixels, mean confidence (0..1)
log = structlog.get_logger()


def work(path: Path, numbers: Sequence[int], kind: str) -> Iterator[dict[str, Any]]:
    """The pages in the order asked for; an empty result is reported, never silently done."""
    document = None if kind == "image" else pymupdf.open(path, filetype="pdf")
    if document is not None and document.needs_pass:
        document.authenticate("")
    with Engine() as engine:
        for number in numbers:
            image = images.open_image(path) if document is None else images.grey_page(document[number - 1])
            yield page_to(_page(engine, image, number))


class Engine:
    """One opened recogniser for many pages."""

    def __enter__(self) -> "Engine":
        folder = model_folder()
        if tesserocr is None:
            self.recognise = lambda image: by_command(image, folder)
            self.api = None
        else:
            self.api = tesserocr.PyTessBaseAPI(path=str(folder), lang="vie", psm=tesserocr.PSM.AUTO)
            self.recognise = self.by_library
        return self

    def __exit__(self, *_: object) -> None:
        if self.api is not None:
            self.api.End()

    def by_library(self, image: Image.Image) -> Recognised:
        """Lines of words with their boxes, in one pass."""
        api: Any = self.api
        api.SetImage(image)
        api.SetSourceResolution(images.SCAN_DPI)
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


def by_command(image: Image.Image, folder: Path) -> Recognised:
    """The same through the `tesseract` command."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        image.save(file, "PNG")
        command = ["tesseract", file.name, "-", "--tessdata-dir", str(folder), "-l", "vie", "--psm", "3", "--dpi", "200", "tsv"]
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


def _page(engine: Engine, image: Image.Image, number: int) -> PageRead:
    lines, trust = engine.recognise(image)
    steps: tuple[str, ...] = ("ocr",)
    if not any(lines):
        lines, trust = engine.recognise(images.flattened(image))
        steps = ("ocr", "flattened")
    text, words = placed(lines, image.width, image.height)
    points = 72 / images.SCAN_DPI
    size = (image.width * points, image.height * points)
    if not text:
        return PageRead(number, *size, "", (), "none", None, None, steps, ("page-not-readable",))
    return PageRead(number, *size, text, words, "ocr", syllable_score(text), trust, steps, ())
