"""The read step against a bare rawdict loop; recognition against the bare engine. Both sides in this process, on the
same pages.
"""

import gc
import tempfile
from pathlib import Path

import pymupdf
import tesserocr

from ingest.kinds.pdf import read_text, recognise, sheets
from ingest.parsing.tessdata import model_folder
from tests.bench.figures import processor, report
from tests.stage import makers

PAGES, SCANNED, ROUNDS = 120, 4, 3


def main() -> None:
    """Both figures."""
    gc.disable()  # for both sides, as in the limited child
    with tempfile.TemporaryDirectory() as folder:
        book = makers.textbook(Path(folder) / "b.pdf", PAGES)
        scan = makers.scanned(book, Path(folder) / "s.pdf", range(1, SCANNED + 1))
        reading(book)
        recognition(scan)


def reading(book: Path) -> None:
    """Pages per processor second."""
    numbers = list(range(1, PAGES + 1))

    def bare() -> None:
        document = pymupdf.open(book)
        for page in document:
            page.get_text("rawdict", flags=read_text.FLAGS)

    ours = min(processor(lambda: list(read_text.work(book, numbers))) for _ in range(ROUNDS))
    floor = min(processor(bare) for _ in range(ROUNDS))
    report("read step against a bare rawdict loop, pages per CPU-s", PAGES / ours, PAGES / floor, 0.6, least=True)


def recognition(scan: Path) -> None:
    """Pages per processor second, rendering included on both sides."""
    numbers = list(range(1, SCANNED + 1))

    def bare() -> None:
        document = pymupdf.open(scan)
        with tesserocr.PyTessBaseAPI(path=str(model_folder()), lang="vie", psm=tesserocr.PSM.AUTO) as api:
            for page in document:
                api.SetImage(sheets.grey_page(page))
                api.GetUTF8Text()

    ours = min(processor(lambda: list(recognise.work(scan, numbers))) for _ in range(ROUNDS))
    floor = min(processor(bare) for _ in range(ROUNDS))
    report("OCR against bare tesserocr, pages per CPU-s", SCANNED / ours, SCANNED / floor, 0.95, least=True)


if __name__ == "__main__":
    main()
