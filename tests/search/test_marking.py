"""Marks by our own positions: snippets, pieces, hit boxes."""

from library.catalogue.boxes import PlacedWord
from library.people.sight import VISITOR
from search import marking, reading
from search.query import parse

TEXT = "Bài 33. Hai tam giác đồng dạng. Tam giác ABC có hai góc.\nMột tam\ngiác khác."


def marked(text: str, query: str) -> list[str]:
    return [text[mark.start : mark.end] for mark in marking.marks(text, parse(query, VISITOR))]


def test_whole_phrases_are_marked_and_stray_words_are_not() -> None:
    assert marked(TEXT, "hai tam giac dong dang") == ["Hai tam giác đồng dạng"]
    assert marked(TEXT, "tam giac") == ["tam giác", "Tam giác", "tam\ngiác"]
    assert marked(TEXT, "góc") == ["góc"]
    assert marked(TEXT, "gốc") == []


def test_a_snippet_stands_around_the_best_hit_and_pieces_give_the_text_back() -> None:
    text = "Mở đầu dài dòng. " * 30 + TEXT + " Kết thúc." * 40
    snippet = marking.snippet(text, parse("tam giac dong dang", VISITOR))
    assert next(piece.text for piece in snippet if piece.marked) == "tam giác đồng dạng"
    assert (snippet[0].text, snippet[-1].text) == ("…", "…")
    assert sum(len(piece.text) for piece in snippet) < 260
    assert "".join(piece.text for piece in marking.pieces(TEXT, marking.marks(TEXT, parse("tam giac", VISITOR)))) == TEXT


def test_a_hit_over_a_line_end_has_a_box_on_each_line() -> None:
    text = "tam\ngiác cân"
    words = [PlacedWord(0, 3, (0.8, 0.1, 0.9, 0.12)), PlacedWord(4, 8, (0.1, 0.13, 0.2, 0.15)), PlacedWord(9, 12, (0.22, 0.13, 0.3, 0.15))]
    found = reading.boxes_of(text, words, parse("tam giác cân", VISITOR))
    assert [(box.hit, box.box) for box in found] == [(0, (0.8, 0.1, 0.9, 0.12)), (0, (0.1, 0.13, 0.3, 0.15))]


def test_the_hit_list_leaves_out_pages_with_scattered_words_only() -> None:
    query = parse("tam giac dong dang", VISITOR)
    pages = reading.hits_in([(1, TEXT), (2, "Đồng bằng, giác quan."), (3, "hai tam giác đồng dạng")], query)
    assert [(page.number, page.hits) for page in pages] == [(1, 1), (3, 1)]
