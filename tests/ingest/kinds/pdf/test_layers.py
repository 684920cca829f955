"""The text of a page stays where it is sound, in whatever language; where it is garbage, the page is read otherwise or
the loss is named.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import reading
from ingest.parsing.pages import PageRead
from tests.stage import letters, makers

pytestmark = pytest.mark.slow

LESSON = (
    "Bài 21. Quang hợp ở thực vật",
    "Quang hợp là quá trình cây xanh dùng ánh sáng để tổng hợp chất hữu cơ từ nước và khí các-bô-níc.",
    "Quá trình này diễn ra ở lục lạp, bào quan chứa chất diệp lục của tế bào lá cây.",
    "Học sinh quan sát hình vẽ rồi trình bày lời giải trước lớp, thảo luận theo nhóm.",
)


def read(path: Path) -> PageRead:
    """The first page, with recognition where it asks for it."""
    (page,) = reading.read_text(path, [1])
    if not reading.needs_ocr(page):
        return page
    (recognised,) = reading.recognise(path, [1])
    return reading.better(page, recognised)


@pytest.mark.parametrize(
    "lines",
    [
        ("Leçon 4. À la bibliothèque", "L’élève a rangé les œuvres françaises près de la fenêtre.", "Où est la clé ?"),
        ("Übung 3. Die schöne Straße", "Für die Schüler ist das Mädchen mit den Büchern schon über die Brücke."),
        ("Lección 2. El niño y el pingüino", "El año que viene la señora será más rápida que su compañía."),
        ("Урок 3. Моя школа", "Наша школа стоит на тихой улице.", "Ученики отвечают по-русски."),
        ("teacher /ˈtiːtʃə/", "environment /ɪnˈvaɪrənmənt/", "thought /θɔːt/", "ship /ʃɪp/", "measure /ˈmeʒə/"),
        ("Góc α bằng góc β thì sin α = sin β", "Với mọi ε > 0 có δ > 0", "Chu vi bằng 2πr và Δ = b² – 4ac"),
    ],
    ids=["french", "german", "spanish", "russian", "phonetic", "greek"],
)
def test_a_sound_text_stays_in_whatever_language_it_is(lines: tuple[str, ...], tmp_path: Path) -> None:
    page = read(letters.written(tmp_path / "trang.pdf", *lines))
    assert page.source == "text" and page.text.split("\n") == list(lines)
    assert not reading.needs_ocr(page) and page.warnings == ()


def strange(at: int, many: int = 0x80) -> Callable[[str], str]:
    """Letters with marks mean signs from there on."""
    return lambda letter: letter if letter.isascii() else chr(at + ord(letter) % many)


@pytest.mark.parametrize(
    "of",
    [lambda letter: letter if letter.isascii() else "\ufffd", strange(0xE000), strange(1, 8), strange(0x4E00)],
    ids=["replaced", "private", "control", "chinese"],
)
def test_a_font_whose_letters_mean_nothing_sends_its_page_to_recognition(
    of: Callable[[str], str], tmp_path: Path
) -> None:
    path = letters.meaning(letters.written(tmp_path / "in.pdf", *LESSON), tmp_path / "hong.pdf", of)
    page = read(path)
    assert page.source == "ocr" and "Bài 21. Quang hợp" in page.text and "lục lạp" in page.text


def test_where_one_font_of_many_is_broken_the_page_says_so(tmp_path: Path) -> None:
    sound = letters.written(tmp_path / "than-bai.pdf", *LESSON)
    heading = letters.written(tmp_path / "de-muc.pdf", "THỰC VẬT VÀ MÔI TRƯỜNG XUNG QUANH TA", font="dm")
    broken = letters.meaning(heading, tmp_path / "de-muc-hong.pdf", strange(0xE000))
    page = read(letters.laid_over(sound, broken, tmp_path / "hai-phong.pdf"))
    assert (page.source, page.warnings) == ("text", ("letters-lost",)) and "Quang hợp" in page.text


def test_letters_of_a_formula_stay(tmp_path: Path) -> None:
    italic = {letter: chr(0x1D44E + ord(letter) - ord("a")) for letter in "xyz"}
    line = "Cho hàm số z = xyz + 2xyz + 1, tìm giá trị lớn nhất của nó trên đoạn đã cho ở đề bài."
    path = letters.written(tmp_path / "in.pdf", *[line] * 8)
    page = read(letters.meaning(path, tmp_path / "cong-thuc.pdf", lambda letter: italic.get(letter, letter)))
    assert page.source == "text" and "".join(italic.get(one, one) for one in line) in page.text.replace("\n", " ")


@pytest.mark.parametrize("words", [" ", "Bài", "Một câu khác hẳn với những gì in trên trang"])
def test_what_is_drawn_is_text_whatever_is_said_over_it(words: str, tmp_path: Path) -> None:
    path = letters.covered(letters.written(tmp_path / "in.pdf", *LESSON), tmp_path / "che.pdf", words)
    assert "Quang hợp là quá trình" in read(path).text


def test_where_the_glyphs_mean_nothing_what_is_said_over_them_is_read(tmp_path: Path) -> None:
    shifted = letters.meaning(letters.written(tmp_path / "in.pdf", *LESSON), tmp_path / "lech.pdf", lambda _: "x")
    page = read(letters.covered(shifted, tmp_path / "che.pdf", " ".join(LESSON)))
    assert "Quang hợp là quá trình cây xanh" in page.text


def test_recognition_replaces_no_text_that_it_only_takes_away_from(tmp_path: Path) -> None:
    (layer,) = reading.read_text(letters.written(tmp_path / "in.pdf", *LESSON), [1])
    less = reading.better(layer, PageRead(1, 1, 1, "Bài 21", (), "ocr", None, 0.9, ("ocr",), ()))
    assert (less.text, less.source) == (layer.text, "text") and reading.LAYER_KEPT in less.steps
    nothing = reading.better(layer, PageRead(1, 1, 1, "", (), "none", None, None, ("ocr",), ("page-not-readable",)))
    assert nothing.text == layer.text and nothing.warnings == ("page-not-readable",)


def test_an_old_and_bad_recognition_under_a_scan_is_done_again(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "sach.pdf", 2)
    scan = makers.scanned(book, tmp_path / "quet.pdf", [1])
    wrong = ("Quang hợp là quá trỉnh cây xảnh dừng ảnh sảng để tổng hợb", "chắt hũu cở tù nuóc và khì cảc-bô-níc") * 4
    page = read(
        letters.laid_over(scan, letters.written(tmp_path / "cu.pdf", *wrong, hidden=True), tmp_path / "lop-cu.pdf")
    )
    assert page.source == "ocr" and "Luyện tập chung" in page.text
