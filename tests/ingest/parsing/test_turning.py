"""Pages that lay another way round are read, and shown, upright."""

from pathlib import Path

import jiwer
import pymupdf
import pytest
from PIL import Image

from ingest import reading
from ingest.parsing import turning
from ingest.parsing.pages import PageImage, PageRead, Word
from ingest.parsing.recognising import BADLY_READ
from tests.ingest.parsing.test_ocr import plain, scan
from tests.stage.ink import lies_on_ink

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("lies", [90, pytest.param(180, marks=pytest.mark.full), 270])
@pytest.mark.parametrize("kind", ["image", "pdf"])
def test_a_page_that_lies_another_way_round_is_set_upright(tmp_path: Path, lies: int, kind: str) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=150, points=12)
    picture = pymupdf.open(tmp_path / "scan.pdf")[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY).pil_image()
    path = tmp_path / f"nam.{'png' if kind == 'image' else 'pdf'}"
    turning.turned(picture, lies).save(path, **({} if kind == "image" else {"resolution": 150}))
    (page,) = reading.recognise(path, [1], kind=kind)
    assert jiwer.cer(truth, plain(page.text)) < 0.02 and page.warnings == ()
    assert page.height > page.width and turning.turn_of(page.steps) == 360 - lies
    turns = {1: turning.turn_of(page.steps)}
    images = list(reading.draw_pages(path, [1], tmp_path, kind=kind, turns=turns))
    (image,) = [one for one in images if isinstance(one, PageImage) and one.size == 800]
    assert (image.width, image.height > image.width) == (800, True)
    shown = Image.open(image.path).convert("L")
    assert all(lies_on_ink(word, shown) for word in page.words), "its marks lie on ink"


def test_a_page_that_cannot_be_read_well_is_named(tmp_path: Path) -> None:
    noise = Image.effect_noise((600, 800), 90)
    scrawl = Image.new("L", (900, 1200), "white")
    scrawl.paste(noise.resize((800, 300)), (50, 100))
    scrawl.save(tmp_path / "nhieu.png")
    (page,) = reading.recognise(tmp_path / "nhieu.png", [1], kind="image")
    assert {BADLY_READ, "page-not-readable"} & set(page.warnings)


def test_what_was_turned_to_be_read_goes_back_to_where_it_lies() -> None:
    box = (0.1, 0.2, 0.3, 0.25)
    for degrees, back in ((90, (0.2, 0.7, 0.25, 0.9)), (180, (0.7, 0.75, 0.9, 0.8)), (270, (0.75, 0.1, 0.8, 0.3))):
        page = PageRead(1, 800, 600, "a", (Word("a", 0, 1, box),), "ocr", None, None, (f"turned-{degrees}",), ())
        lain = turning.turned_back(page)
        assert [round(share, 6) for share in lain.words[0].box] == list(back)
        assert (lain.width, lain.height) == ((800, 600) if degrees == 180 else (600, 800)) and lain.steps == ()
