"""What is drawn and has no text is recognised, and both are kept; a page whose text says all is left alone."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from ingest import reading
from ingest.kinds.pdf import ink
from ingest.parsing.pages import PageRead, Word
from ingest.parsing.together import PARTLY, UNEXPLAINED, together
from tests.stage import makers
from tests.stage.ink import on_ink

pytestmark = pytest.mark.slow

LIVE = "Ký bởi: Trường THCS Nguyễn Du. Thời gian ký: 20.11.2026 08:15:30 +07:00. Cơ quan: Sở Giáo dục."
LINES = textwrap.wrap(" ".join(makers.SENTENCES), 60)[:12]


def print_of(**how: int) -> pymupdf.Page:
    """A printed page that other pages show a picture of."""
    page = pymupdf.open().new_page(width=595, height=842)
    page.insert_font("vi", makers.font())
    for row, line in enumerate(LINES):
        page.insert_text((70, 220 + row * 26), line, fontname="vi", fontsize=13, **how)
    return page


def whole(page: pymupdf.Page) -> None:
    """A scan."""
    page.insert_image(page.rect, stream=print_of().get_pixmap(dpi=200, colorspace=pymupdf.csGRAY).tobytes("png"))


def strips(page: pymupdf.Page) -> None:
    """A scan in many strips."""
    source = print_of().get_pixmap(dpi=200, colorspace=pymupdf.csGRAY).pil_image()
    for at in range(10):
        top, bottom = source.height * at // 10, source.height * (at + 1) // 10
        piece = source.crop((0, top, source.width, bottom))
        place = pymupdf.Rect(0, top * 0.36, 595, bottom * 0.36)
        page.insert_image(place, stream=pymupdf.Pixmap(pymupdf.csGRAY, *piece.size, piece.tobytes(), False).tobytes())


def half(page: pymupdf.Page) -> None:
    """A picture of the printed lines, on less than half of the page."""
    place = pymupdf.Rect(0, 190, 595, 540)
    picture = print_of().get_pixmap(dpi=200, clip=place, colorspace=pymupdf.csGRAY)
    page.insert_image(place, stream=picture.tobytes("png"))


def curves(page: pymupdf.Page) -> None:
    """Letters that are outlines."""
    outlines = pymupdf.open("svg", print_of().get_svg_image(text_as_path=True).encode())
    page.show_pdf_page(page.rect, pymupdf.open("pdf", outlines.convert_to_pdf()), 0)


def page_with(path: Path, draw: Callable[[pymupdf.Page], None]) -> Path:
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    draw(page)
    page.insert_font("vi", makers.font())
    for row, line in enumerate(textwrap.wrap(LIVE, 50)):
        page.insert_text((330, 720 + row * 14), line, fontname="vi", fontsize=8)
    document.save(path)
    return path


@pytest.mark.parametrize("draw", [whole, strips, half, curves])
def test_what_the_text_does_not_explain_is_recognised_and_both_are_kept(
    tmp_path: Path, draw: Callable[[pymupdf.Page], None]
) -> None:
    path = page_with(tmp_path / "trang.pdf", draw)
    (layer,) = reading.read_text(path, [1])
    assert layer.text.startswith("Ký bởi: Trường") and reading.needs_ocr(layer) and UNEXPLAINED in layer.steps
    page = reading.better(layer, next(iter(reading.recognise(path, [1]))))
    assert page.text.endswith(layer.text), "the printed lines stand higher"
    found = page.text.removesuffix(layer.text).split()
    assert len(set(" ".join(LINES).split()) - set(found)) <= 2 and len(found) < 1.1 * len(" ".join(LINES).split())
    assert [page.text[word.start : word.end] for word in page.words] == [word.text for word in page.words]
    assert on_ink(path, [page], tmp_path) == {1: 1.0}
    assert page.source == "text" and page.warnings == ()


def photograph(page: pymupdf.Page) -> None:
    """A picture without print, and a frame."""
    samples = bytes((x * y // 7 + x) % 256 for y in range(200) for x in range(300))
    page.insert_image(
        pymupdf.Rect(60, 60, 535, 400), stream=pymupdf.Pixmap(pymupdf.csGRAY, 300, 200, samples, False).tobytes()
    )
    page.draw_rect(pymupdf.Rect(50, 500, 540, 640))


def diagram(page: pymupdf.Page) -> None:
    """A table of lines and some shapes."""
    for at in range(12):
        page.draw_line((60, 100 + at * 20), (535, 100 + at * 20))
        page.draw_circle((80 + at * 40, 480), 17)
        page.draw_curve((60, 560 + at), (200 + at * 5, 500), (500, 640 - at * 9))


@pytest.mark.parametrize("draw", [photograph, diagram, lambda _page: None])
def test_pictures_without_print_send_no_page_to_recognition(
    tmp_path: Path, draw: Callable[[pymupdf.Page], None]
) -> None:
    (layer,) = reading.read_text(page_with(tmp_path / "trang.pdf", draw), [1])
    assert not reading.needs_ocr(layer) and UNEXPLAINED not in layer.steps


def test_a_page_of_letters_alone_is_not_drawn_to_be_read(tmp_path: Path) -> None:
    document = pymupdf.open(page_with(tmp_path / "trang.pdf", lambda _page: None))
    assert ink.is_text_only(document[0])
    assert not ink.is_text_only(pymupdf.open(page_with(tmp_path / "quet.pdf", strips))[0])


def read_as(*lines: str, top: float = 0.1, steps: tuple[str, ...] = (), warnings: tuple[str, ...] = ()) -> PageRead:
    """A page with these lines, a tenth of its height apart."""
    text, words = "\n".join(lines), list[Word]()
    at = 0
    for row, line in enumerate(lines):
        for place, word in enumerate(line.split()):
            begin = text.index(word, at)
            at = begin + len(word)
            box = (place * 0.1, top + row * 0.1, place * 0.1 + 0.08, top + row * 0.1 + 0.02)
            words.append(Word(word, begin, at, box))
    return PageRead(1, 595, 842, text, tuple(words), "text", None, None, steps, warnings)


def test_what_recognition_makes_of_a_drawing_is_left_out_and_its_page_is_named() -> None:
    layer = read_as("Hình 3. Sơ đồ mạch điện", steps=(UNEXPLAINED,))
    page = together(layer, read_as("~|_ x7 ~~ ll|l", "3 5", "Iị |h qw", top=0.4))
    assert page.text == layer.text and page.warnings == (PARTLY,)


def test_what_stands_in_both_is_kept_once_and_in_its_place() -> None:
    layer = read_as("Hình 3. Sơ đồ", top=0.3, steps=(UNEXPLAINED,))
    page = together(layer, read_as("Mạch điện gồm nguồn", "một bóng đèn sáng", "Hinh 3, So do", "và dây dẫn"))
    assert page.text.split("\n") == ["Mạch điện gồm nguồn", "một bóng đèn sáng", "và dây dẫn", "Hình 3. Sơ đồ"]
