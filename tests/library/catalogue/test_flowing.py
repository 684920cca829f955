"""Text mode: what the lines of a page were before they were set, and nothing of the page's frame."""

from pathlib import Path

import pymupdf
import pytest

from ingest import reading
from library.catalogue.boxes import PlacedWord
from library.catalogue.flowing import paragraphs
from tests.stage import makers

HEADS = "Bài 21. Quang hợp ở thực vật"


def book(path: Path, *texts: str, size: float = 12) -> Path:
    """A page a text, set in a column, with a running head and a page number."""
    document = pymupdf.open()
    for number, text in enumerate(texts, 40):
        page = document.new_page(width=420, height=600)
        page.insert_font("vi", makers.font())
        page.insert_text((60, 40), f"{HEADS}          {number}", fontname="vi", fontsize=9)
        page.insert_textbox((60, 70, 360, 560), text, fontname="vi", fontsize=size)
        page.insert_text((200, 585), f"– {number} –", fontname="vi", fontsize=9)
    document.save(path)
    return path


def flowing(path: Path, number: int = 1, *, divides: bool = False) -> list[str]:
    """The paragraphs of a page as they are shown."""
    pages = list(reading.read_text(path, range(1, pymupdf.open(path).page_count + 1)))
    page = pages[number - 1]
    words = [PlacedWord(word.start, word.end, word.box) for word in page.words]
    around = {one.number - number: one.text for one in pages if one is not page and abs(one.number - number) <= 2}
    found = paragraphs(page.text, words, around, divides=divides)
    shown = ["".join(page.text[run.start : run.end] + ("" if run.open else " ") for run in one) for one in found]
    return [one.strip() for one in shown]


LONG = " ".join(makers.SENTENCES[:4])
OTHER, THIRD = " ".join(makers.SENTENCES[4:8]), " ".join(makers.SENTENCES[6:9])


def test_lines_flow_together_and_the_frame_of_the_page_is_gone(tmp_path: Path) -> None:
    path = book(tmp_path / "s.pdf", f"{LONG}\n{OTHER}", "Ôn tập cuối chương.", THIRD)
    assert flowing(path) == [LONG, OTHER]
    assert flowing(path, 3) == [THIRD]


def test_a_heading_that_stands_on_one_page_only_stays(tmp_path: Path) -> None:
    path = book(tmp_path / "s.pdf", f"Định lí Thalès\n{LONG}", OTHER)
    assert flowing(path) == ["Định lí Thalès", LONG]


def test_exercises_that_count_on_and_lonely_numbers_are_no_heads(tmp_path: Path) -> None:
    path = book(tmp_path / "s.pdf", f"Câu 5.\n{LONG}\n1945", f"Câu 6.\n{OTHER}\n36", f"Câu 9.\n{THIRD}\n12")
    assert flowing(path) == ["Câu 5.", LONG, "1945"]
    assert " ".join(flowing(path, 2)) == f"Câu 6. {OTHER} 36" and " ".join(flowing(path, 3)) == f"Câu 9. {THIRD} 12"


def test_items_are_paragraphs_of_their_own(tmp_path: Path) -> None:
    items = ["a) Vẽ tam giác ABC có ba cạnh bằng nhau.", "b) Đo các góc của tam giác đó.", "• Nêu nhận xét."]
    assert flowing(book(tmp_path / "s.pdf", "\n".join([LONG, *items]), OTHER)) == [LONG, *items]


@pytest.mark.parametrize(("divides", "word"), [(True, "environment"), (False, "environ-ment")])
def test_a_word_that_was_divided_is_whole_where_the_language_divides(tmp_path: Path, divides: bool, word: str) -> None:
    document = pymupdf.open()
    page = document.new_page(width=300, height=300)
    for row, line in enumerate(("We must protect the environ-", "ment of our own planet now")):
        page.insert_text((40, 80 + row * 18), line, fontsize=12)
    document.save(tmp_path / "e.pdf")
    assert flowing(tmp_path / "e.pdf", divides=divides) == [f"We must protect the {word} of our own planet now"]


def test_a_text_that_nobody_drew_keeps_its_lines() -> None:
    text = "Dòng một\n\nDòng hai"
    assert [[text[run.start : run.end] for run in one] for one in paragraphs(text, [])] == [["Dòng một"], ["Dòng hai"]]
    assert paragraphs("", []) == []
