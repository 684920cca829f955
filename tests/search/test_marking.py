"""Marks by our own positions: snippets, pieces, hit boxes."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.commands.bench import find, pages
from library.catalogue.boxes import PlacedWord
from library.people.sight import VISITOR
from library.vietnamese import clean, fold
from search import marking, reading
from search.marking import Marker
from search.query import parse
from tests.search.slow_marks import slow_marks

TEXT = "Bài 33. Hai tam giác đồng dạng. Tam giác ABC có hai góc.\nMột tam\ngiác khác."


def marked(text: str, query: str) -> list[str]:
    return [text[mark.start : mark.end] for mark in marking.marks(text, parse(query, VISITOR))]


def test_whole_phrases_are_marked_and_stray_words_are_not() -> None:
    assert marked(TEXT, "hai tam giac dong dang") == ["Hai tam giác đồng dạng"]
    assert marked(TEXT, "tam giac") == ["tam giác", "Tam giác", "tam\ngiác"]
    assert marked(TEXT, "góc") == ["góc"]
    assert marked(TEXT, "gốc") == []
    assert marked("Sách giáo khoa; sách của cô giáo khoa Hoá.", "sgk") == ["Sách giáo khoa"]


def test_a_snippet_stands_around_the_best_hit_and_pieces_give_the_text_back() -> None:
    text = "Mở đầu dài dòng. " * 30 + TEXT + " Kết thúc." * 40
    snippet = Marker(parse("tam giac dong dang", VISITOR)).snippet(text)
    assert next(piece.text for piece in snippet if piece.marked) == "tam giác đồng dạng"
    assert (snippet[0].text, snippet[-1].text) == ("…", "…")
    assert sum(len(piece.text) for piece in snippet) < 260
    assert (
        "".join(piece.text for piece in marking.pieces(TEXT, marking.marks(TEXT, parse("tam giac", VISITOR)))) == TEXT
    )


def test_a_hit_over_a_line_end_has_a_box_on_each_line() -> None:
    text = "tam\ngiác cân"
    words = [
        PlacedWord(0, 3, (0.8, 0.1, 0.9, 0.12)),
        PlacedWord(4, 8, (0.1, 0.13, 0.2, 0.15)),
        PlacedWord(9, 12, (0.22, 0.13, 0.3, 0.15)),
    ]
    found = reading.boxes_of(text, words, parse("tam giác cân", VISITOR))
    assert [(box.hit, box.box) for box in found] == [(0, (0.8, 0.1, 0.9, 0.12)), (0, (0.1, 0.13, 0.3, 0.15))]


def test_a_word_divided_at_a_line_end_has_a_box_on_each_line() -> None:
    text = "Protect the environ-\nment now."
    words = [
        PlacedWord(0, 7, (0.1, 0.1, 0.2, 0.12)),
        PlacedWord(8, 11, (0.22, 0.1, 0.3, 0.12)),
        PlacedWord(12, 20, (0.32, 0.1, 0.4, 0.12)),
        PlacedWord(21, 25, (0.1, 0.13, 0.2, 0.15)),
        PlacedWord(26, 30, (0.22, 0.13, 0.3, 0.15)),
    ]
    for asked, line in (("environment", 0.32), ("the environment", 0.22)):
        found = reading.boxes_of(text, words, parse(asked, VISITOR))
        assert [(box.hit, box.box) for box in found] == [(0, (line, 0.1, 0.4, 0.12)), (0, (0.1, 0.13, 0.2, 0.15))]
    assert marked(text, "environment") == marked(text, "environ ment") == ["environ-\nment"]
    assert marked(text, "environ") == ["environ"]
    snippet = Marker(parse("environment", VISITOR)).snippet(text)
    assert [(piece.text, piece.marked) for piece in snippet][1:2] == [("environ- ment", True)], "as it is printed"


def test_the_hit_list_leaves_out_pages_with_scattered_words_only() -> None:
    query = parse("tam giac dong dang", VISITOR)
    pages = reading.hits_in([(1, TEXT), (2, "Đồng bằng, giác quan."), (3, "hai tam giác đồng dạng")], query)
    assert [(page.number, page.hits) for page in pages] == [(1, 1), (3, 1)]


PIECES = re.findall(
    r"\S+",
    """tam giác giac Tam GIÁC hoà hòa hóa kỹ kĩ ký ki kì chương Chương quý II ii i 2 1.000 1000 12.345.678
    000 1.0000 0.5 a_b x² ﬁ ü İ 中文 a\u0331 á\u0331b ? ! — … – . , sgk SGK sách giáo khoa acid
    axit base bazơ đường Đuong 8 ½""",
)
TEXTS = st.lists(st.sampled_from([*PIECES, " ", " ", " ", "\n"])).map("".join).map(clean)
QUERIES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, QUERIES)
def test_marks_are_those_of_all_tokens_of_the_text_whatever_it_is_made_of(text: str, asked: str) -> None:
    assert all_runs(text, asked) == slow_marks(text, parse(asked, VISITOR))


@pytest.mark.slow
def test_marks_are_those_of_all_tokens_on_real_pages(shared: Path) -> None:
    chance = random.Random(11)
    for name in ("xquad-vi-pages", "law-known-item-pages"):
        texts = texts_of(shared / "data" / "search" / name, shared / "data" / "pdf")
        for text in chance.sample(texts, min(40, len(texts))):
            for asked in queries_from(text, chance):
                assert all_runs(text, asked) == slow_marks(text, parse(asked, VISITOR)), asked


def all_runs(text: str, asked: str) -> list[marking.Mark]:
    return Marker(parse(asked, VISITOR)).runs(text)


def texts_of(folder: Path, pdfs: Path) -> list[str]:
    """The pages of a set's first book."""
    name = (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1].split("\t")[1]
    return [text for _, text in pages(find(pdfs, folder, name)) if len(text) > 200]


def queries_from(text: str, chance: random.Random) -> list[str]:
    words = re.findall(r"\w+", text)
    places = [(chance.randrange(len(words)), chance.randint(1, 4)) for _ in range(4)]
    typed = [" ".join(words[at : at + count]) for at, count in places]
    return [*typed, *map(fold, typed), "chương 2", "bo luat dan su"]
