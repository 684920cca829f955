"""Marks lie on ink, however a page is turned, measured and cut; and words are what was meant."""

import random
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from ingest import reading
from ingest.kinds.pdf import second_opinion
from ingest.parsing.pages import PageRead
from tests.stage import makers
from tests.stage.ink import on_ink

pytestmark = pytest.mark.slow
SENTENCE = "Quang hợp là quá trình tổng hợp chất hữu cơ nhờ năng lượng ánh sáng"


def page_with(path: Path, change: Callable[[pymupdf.Page], None], **letters: float) -> Path:
    """One page with some lines, changed."""
    document = pymupdf.open()
    page = document.new_page(width=500, height=700)
    page.insert_font("vi", makers.font())
    for row in range(6):
        page.insert_text((120, 300 + row * 30), f"{SENTENCE[: 40 - row]}", fontname="vi", fontsize=13, **letters)
    change(page)
    document.save(path)
    return path


def sized(page: pymupdf.Page, unit: float) -> None:
    page.parent.xref_set_key(page.xref, "UserUnit", str(unit))


def moved(page: pymupdf.Page) -> None:
    """Its corner is not at 0,0."""
    page.parent.xref_set_key(page.xref, "MediaBox", "[-60 -90 440 610]")


CHANGES: dict[str, Callable[[pymupdf.Page], None]] = {
    **{f"turned {by}": lambda page, by=by: page.set_rotation(by) for by in (90, 180, 270)},  # type: ignore[misc]
    "user unit": lambda page: sized(page, 2.5),
    "cropped": lambda page: page.set_cropbox(pymupdf.Rect(80, 200, 460, 620)),
    "cropped and turned": lambda page: (page.set_cropbox(pymupdf.Rect(80, 200, 460, 620)), page.set_rotation(90))[0],
    "moved": moved,
}


@pytest.mark.parametrize("change", CHANGES)
def test_marks_lie_on_ink(tmp_path: Path, change: str) -> None:
    path = page_with(tmp_path / "trang.pdf", CHANGES[change])
    (read,) = reading.read_text(path, [1])
    assert read.text.splitlines()[0].startswith("Quang hợp là")
    assert on_ink(path, [read], tmp_path) == {1: 1.0}
    other = second_opinion.read(path, 1)
    assert other is not None and sorted(other.text.splitlines()) == sorted(read.text.splitlines())
    assert on_ink(path, [other], tmp_path) == {1: 1.0}


@pytest.mark.parametrize("degrees", [90, 180, 270, 30, 345])
def test_text_of_any_direction_has_its_words_and_their_places(tmp_path: Path, degrees: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=600, height=600)
    page.insert_font("vi", makers.font())
    middle = pymupdf.Point(300, 300)
    page.insert_text(middle, "Số học sinh giỏi", fontname="vi", fontsize=14, morph=(middle, pymupdf.Matrix(degrees)))
    document.save(tmp_path / "nghieng.pdf")
    (read,) = reading.read_text(tmp_path / "nghieng.pdf", [1])
    assert read.text == "Số học sinh giỏi"
    assert on_ink(tmp_path / "nghieng.pdf", [read], tmp_path) == {1: 1.0}
    assert all((box[2] - box[0]) < 0.1 and (box[3] - box[1]) < 0.1 for *_, box in read.words), "as small as the words"


def written(path: Path, operators: str) -> PageRead:
    """A page with these operators, in a Vietnamese font of the name F."""
    document = pymupdf.open()
    page = document.new_page(width=500, height=700)
    page.insert_font("F", makers.font())
    page.insert_text((50, 680), ".", fontname="F", fontsize=4)
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, operators.encode())
    page.set_contents(xref)
    document.save(path)
    (read,) = reading.read_text(path, [1])
    return read


def shown(text: str) -> str:
    """As MuPDF writes a text in a font that it has embedded: by glyphs."""
    font = pymupdf.Font(fontfile=makers.font())
    return "<" + "".join(f"{font.has_glyph(ord(letter)):04x}" for letter in text) + "> Tj"


def test_letters_set_apart_are_words_again(tmp_path: Path) -> None:
    spaced = written(tmp_path / "gian.pdf", f"BT /F 16 Tf 5 Tc 50 600 Td {shown('CHƯƠNG HAI: QUANG HỢP')} ET")
    assert spaced.text == "CHƯƠNG HAI: QUANG HỢP"
    typed = written(tmp_path / "go.pdf", f"BT /F 16 Tf 50 600 Td {shown('C H Ư Ơ N G   H A I')} ET")
    assert typed.text == "CHƯƠNG HAI"
    one_space = written(tmp_path / "go1.pdf", f"BT /F 16 Tf 50 600 Td {shown('T I Ế N G V I Ệ T')} ET")
    assert one_space.text == "TIẾNG VIỆT"


@pytest.mark.parametrize("letters", ["A B C D", "x + y = z", "1 2 3 4 5 6", "a b c x y z"])
def test_letters_that_stand_apart_stay_letters(tmp_path: Path, letters: str) -> None:
    assert written(tmp_path / "cot.pdf", f"BT /F 12 Tf 50 600 Td {shown(letters)} ET").text == letters


def test_a_large_first_letter_belongs_to_its_word(tmp_path: Path) -> None:
    read = written(
        tmp_path / "hoa.pdf",
        f"BT /F 40 Tf 50 570 Td {shown('T')} ET BT /F 12 Tf 76 590 Td {shown('rong những năm qua')} ET",
    )
    assert read.text == "Trong những năm qua"


def test_letters_that_a_program_slanted_have_their_spaces(tmp_path: Path) -> None:
    read = written(tmp_path / "xien.pdf", f"BT /F 12 Tf 1 0 .33 1 50 600 Tm {shown('Số học sinh giỏi')} ET")
    assert read.text == "Số học sinh giỏi"


def test_what_is_drawn_twice_to_look_bold_is_read_once(tmp_path: Path) -> None:
    line = shown("Bài 21. Quang hợp")
    read = written(tmp_path / "dam.pdf", f"BT /F 14 Tf 50 600 Td {line} ET BT /F 14 Tf 50.4 600 Td {line} ET")
    assert read.text == "Bài 21. Quang hợp"
    apart = written(tmp_path / "hai.pdf", f"BT /F 14 Tf 50 600 Td {line} ET BT /F 14 Tf 50 560 Td {line} ET")
    assert apart.text.splitlines() == ["Bài 21. Quang hợp"] * 2


def test_the_second_opinion_tells_no_hidden_text_and_ends_a_line_where_a_word_is_divided(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=500, height=700)
    off = document.add_ocg("Đáp án", on=False)
    page.insert_text((50, 100), "Dap an B", fontsize=14, oc=off)
    page.insert_text((50, 200), "use it to trans-\nform light", fontsize=14)
    document.save(tmp_path / "an.pdf")
    told = second_opinion.read(tmp_path / "an.pdf", 1)
    assert told is not None and "Dap an" in told.text, "PDFium tells it"
    (read,) = reading.read_text(tmp_path / "an.pdf", [1])
    assert "Dap" not in read.text
    assert told.text.splitlines()[-2:] == ["use it to trans-", "form light"]


def test_a_soft_hyphen_shows_where_its_word_is_divided(tmp_path: Path) -> None:
    first, second = shown("trans\u00ad"), shown("form")
    read = written(tmp_path / "mem.pdf", f"BT /F 12 Tf 50 600 Td {first} ET BT /F 12 Tf 50 580 Td {second} ET")
    assert read.text == "trans-\nform"


def pages_of(shared: Path) -> list[tuple[Path, int]]:
    """Every page of the real books."""
    books = sorted((shared / "data" / "pdf" / "born-digital").glob("*.pdf")) + sorted(
        (shared / "data" / "pdf" / "law").glob("*.pdf")
    )
    return [(book, number) for book in books for number in range(1, pymupdf.open(book).page_count + 1)]


@pytest.mark.parametrize("most", [60, pytest.param(100_000, marks=pytest.mark.full)])
def test_on_real_pages_marks_lie_on_ink(shared: Path, tmp_path: Path, most: int) -> None:
    everything = pages_of(shared)
    chosen = random.Random(1).sample(everything, min(most, len(everything)))
    shares: dict[tuple[str, int], float] = {}
    words = 0
    for book in sorted({path for path, _ in chosen}):
        read = list(reading.read_text(book, [number for path, number in chosen if path == book]))
        words += sum(len(page.words) for page in read)
        shares |= {(book.name, number): share for number, share in on_ink(book, read, tmp_path).items()}
    assert words > 100 * len(shares) > 0
    assert sum(shares.values()) / len(shares) >= 0.98
    assert {page: share for page, share in shares.items() if share < 0.9} == {}
