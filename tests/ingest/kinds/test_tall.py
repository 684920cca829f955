"""A very tall picture is several pages, cut between its lines."""

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest import reading
from ingest.parsing.pages import PageImage
from tests.stage import makers


def tall(path: Path, *, width: int, lines: int) -> list[str]:
    """Lines one below the other, dark on light; returns them."""
    image = Image.new("L", (width, lines * 40), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(makers.font(), 20)
    said = [f"Dòng {line}: ghi chép lịch sử địa phương" for line in range(1, lines + 1)]
    for row, line in enumerate(said):
        draw.text((20, row * 40 + 6), line, font=font, fill=0)
    image.save(path)
    return said


def test_each_line_stands_whole_on_one_page(tmp_path: Path) -> None:
    tall(tmp_path / "dai.png", width=700, lines=100)
    identity = reading.identify(tmp_path / "dai.png", "dai.png")
    assert identity.page_count == 5
    drawn = reading.draw_pages(tmp_path / "dai.png", range(1, 6), tmp_path, kind="image")
    images = [one for one in drawn if isinstance(one, PageImage) and one.size == 800]
    assert [image.number for image in images] == [1, 2, 3, 4, 5] and sum(image.height for image in images) == 4000
    for image in images:
        grey = Image.open(image.path).convert("L")
        edges = [*grey.crop((0, 0, 700, 2)).tobytes(), *grey.crop((0, grey.height - 2, 700, grey.height)).tobytes()]
        assert min(edges) > 200, "no line is cut"


@pytest.mark.slow
def test_its_words_are_found_on_their_pages(tmp_path: Path) -> None:
    said = tall(tmp_path / "dai.png", width=700, lines=60)
    pages = list(reading.recognise(tmp_path / "dai.png", [1, 2, 3], kind="image"))
    text = "\n".join(page.text for page in pages)
    missed = Counter(" ".join(said).split()) - Counter(text.split())
    assert missed.total() <= 0.02 * len(" ".join(said).split())
    assert all(0 <= share <= 1 for page in pages for word in page.words for share in word.box)


def test_a_picture_of_a_usual_shape_is_one_page(tmp_path: Path) -> None:
    for name, size in (("doc.png", (700, 1700)), ("ngang.png", (1700, 700))):
        Image.new("L", size, "white").save(tmp_path / name)
        assert reading.identify(tmp_path / name, name).page_count == 1


def test_a_hair_of_a_picture_has_no_thousand_pages(tmp_path: Path) -> None:
    Image.new("L", (4, 30_000), "white").save(tmp_path / "soi.png")
    assert reading.identify(tmp_path / "soi.png", "soi.png").page_count == 100
