"""Recognition against the bare engine on the same images."""

import textwrap
import unicodedata
from collections import Counter
from pathlib import Path

import jiwer
import pymupdf
import pytest
import tesserocr
from PIL import Image, ImageChops

from ingest import reading
from ingest.parsing import recognising
from ingest.parsing.pages import PageImage
from ingest.parsing.tessdata import model_folder
from tests.stage import makers

pytestmark = pytest.mark.slow


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


PAGES = ("hien-phap-p3", "lshort-vi-p27", "luat-giao-duc-p2", "luat-xuat-ban-p4")
FOLDED = "luat-giao-duc-p2.photo200.jpg"  # a fold parts its last lines: more of their words are read, out of order
NAMES = [f"{page}.{look}" for page in PAGES for look in ("clean200.png", "scan200.jpg", "photo200.jpg")]
QUICK = ("lshort-vi-p27.photo200.jpg", "hien-phap-p3.scan200.jpg")


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in NAMES]
)
def test_recognition_makes_no_more_errors_than_the_bare_engine(shared: Path, name: str) -> None:
    ours, bare, truth = read_twice(shared / "data" / "ocr" / name)
    if name == FOLDED:
        assert lost(truth, ours) <= lost(truth, bare)
    else:
        assert jiwer.cer(truth, ours) <= jiwer.cer(truth, bare) + 1e-9


@pytest.mark.full
def test_flattened_pages_are_read_with_a_third_of_the_errors(shared: Path) -> None:
    read = [read_twice(shared / "data" / "ocr" / name) for name in NAMES]
    assert sum(jiwer.cer(truth, ours) for ours, _, truth in read) < sum(jiwer.cer(truth, b) for _, b, truth in read) / 3


def read_twice(path: Path) -> tuple[str, str, str]:
    """What we read, what the bare engine reads of the picture as it is, and what is true."""
    ours = next(iter(reading.recognise(path, [1], kind="image")))
    assert ours.steps[:2] == ("ocr", "200dpi")
    with tesserocr.PyTessBaseAPI(path=str(model_folder()), lang="vie", psm=tesserocr.PSM.AUTO) as api:
        api.SetImage(Image.open(path))
        bare = api.GetUTF8Text()
    return plain(ours.text), plain(bare), plain((path.parent / f"{path.name.split('.')[0]}.gt.txt").read_text())


def lost(truth: str, read: str) -> int:
    """How many words of the page were not read, in whatever order."""
    return (Counter(truth.split()) - Counter(read.split())).total()


def scan(path: Path, *, dpi: int, points: float) -> str:
    """A page of print of that size, scanned at that resolution into a PDF; returns its words."""
    book, copy = pymupdf.open(), pymupdf.open()
    page = book.new_page(width=595, height=842)
    page.insert_font("vi", makers.font())
    lines = textwrap.wrap(" ".join(makers.SENTENCES), int(900 / points))
    for row, line in enumerate(lines):
        page.insert_text((60, 90 + row * points * 1.5), line, fontname="vi", fontsize=points)
    copy.new_page(width=595, height=842).insert_image(
        page.rect, stream=page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY).tobytes("png")
    )
    copy.save(path)
    return plain(" ".join(lines))


@pytest.mark.parametrize(
    ("dpi", "points", "chosen"),
    [(120, 14, "150dpi"), (150, 12, "150dpi"), (300, 12, "200dpi"), (600, 12, "200dpi"), (300, 5, "300dpi")],
)
def test_the_resolution_follows_the_scan_and_the_size_of_its_print(
    tmp_path: Path, dpi: int, points: float, chosen: str
) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=dpi, points=points)
    page = next(iter(reading.recognise(tmp_path / "scan.pdf", [1])))
    assert page.steps[1] == chosen
    assert jiwer.cer(truth, plain(page.text)) < 0.01
    assert (round(page.width), round(page.height)) == (595, 842)
    assert all(0 <= share <= 1 for word in page.words for share in word.box)


def test_a_big_photograph_is_read_as_small_as_it_may_be(tmp_path: Path) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=400, points=12)
    pymupdf.open(tmp_path / "scan.pdf")[0].get_pixmap(dpi=400).pil_save(
        tmp_path / "anh.jpg", "JPEG", quality=85, dpi=(72, 72)
    )
    page = next(iter(reading.recognise(tmp_path / "anh.jpg", [1], kind="image")))
    assert page.steps[1] == "200dpi"
    assert jiwer.cer(truth, plain(page.text)) < 0.01


def test_the_command_serves_where_there_is_no_wheel(tmp_path: Path) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=200, points=12)
    image = pymupdf.open(tmp_path / "scan.pdf")[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY).pil_image()
    lines, confidence = recognising.by_command(image, 200, model_folder())
    words = [piece for line in lines for piece in line]
    assert jiwer.cer(truth, plain(" ".join(piece.text for piece in words))) < 0.01
    assert confidence is not None and confidence > 0.8
    assert all(0 <= piece.x0 < piece.x1 <= image.width and 0 <= piece.y0 < piece.y1 <= image.height for piece in words)


def photographed(page: Image.Image) -> Image.Image:
    """A grey photograph of the page, darker to the right, on a white sheet."""
    shade = Image.linear_gradient("L").rotate(90).resize(page.size).point(lambda grey: 90 + grey * 0.45)
    sheet = Image.new("L", (page.width + 400, page.height + 400), "white")
    sheet.paste(ImageChops.multiply(page.convert("L").point(lambda grey: 60 + grey * 0.7), shade), (200, 200))
    return sheet


def test_a_grey_photograph_on_a_white_page_is_read(tmp_path: Path) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=200, points=12)
    photograph = photographed(pymupdf.open(tmp_path / "scan.pdf")[0].get_pixmap(dpi=200).pil_image())
    photograph.save(tmp_path / "anh.jpg", "JPEG", quality=80)
    page = next(iter(reading.recognise(tmp_path / "anh.jpg", [1], kind="image")))
    assert jiwer.cer(truth, plain(page.text)) < 0.02


def test_a_scan_of_sixteen_bits_is_read_and_drawn(tmp_path: Path) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=200, points=12)
    grey = pymupdf.open(tmp_path / "scan.pdf")[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY).pil_image()
    grey.convert("I").point(lambda value: value * 220 + 4000).convert("I;16").save(tmp_path / "quet.png")
    page = next(iter(reading.recognise(tmp_path / "quet.png", [1], kind="image")))
    assert jiwer.cer(truth, plain(page.text)) < 0.01
    drawn = next(iter(reading.draw_pages(tmp_path / "quet.png", [1], tmp_path, kind="image")))
    assert isinstance(drawn, PageImage)
    darkest, lightest = Image.open(drawn.path).convert("L").getextrema()
    assert darkest < 60 and lightest > 220


def test_two_pictures_in_one_file_of_a_phone_are_read_as_the_first(tmp_path: Path) -> None:
    truth = scan(tmp_path / "scan.pdf", dpi=200, points=12)
    first = pymupdf.open(tmp_path / "scan.pdf")[0].get_pixmap(dpi=200).pil_image()
    first.save(tmp_path / "hai.jpg", "MPO", save_all=True, append_images=[first.resize((200, 280))], quality=85)
    identity = reading.identify(tmp_path / "hai.jpg", "hai.jpg")
    assert (identity.kind, identity.media_type, identity.page_count) == ("image", "image/jpeg", 1)
    page = next(iter(reading.recognise(tmp_path / "hai.jpg", [1], kind="image")))
    assert jiwer.cer(truth, plain(page.text)) < 0.01
