"""A PDF that shows less than it holds says so: covers of portfolios, forms of one program, fonts that are missing."""

from pathlib import Path

import pymupdf
import pytest

from ingest import reading
from library.errors import sentence_of
from tests.stage import letters, makers


def document_with(path: Path, **root: str) -> Path:
    """One page, a file inside, and these entries in its catalogue."""
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "For the best experience, open this in another program")
    document.embfile_add("bai-1.txt", b"Quang hop")
    for name, value in root.items():
        document.xref_set_key(document.pdf_catalog(), name, value)
    document.save(path)
    return path


@pytest.mark.parametrize(
    ("root", "codes"),
    [
        ({"Collection": "<</Type/Collection/View/T>>"}, ("portfolio",)),
        ({"NeedsRendering": "true"}, ("xfa-form",)),
        ({}, ()),
    ],
    ids=["portfolio", "xfa", "attachment"],
)
def test_a_shell_is_named(tmp_path: Path, root: dict[str, str], codes: tuple[str, ...]) -> None:
    identity = reading.identify(document_with(tmp_path / "vo.pdf", **root), "vo.pdf")
    assert identity.warnings == codes
    for code in codes:
        assert sentence_of(code, {"page": None}, "vi") != code


def without_its_font(path: Path, line: str) -> Path:
    """A page set in a font that is named and not in the file."""
    document = pymupdf.open(letters.written(path.with_suffix(".whole.pdf"), line))
    for xref in range(1, document.xref_length()):
        for name in ("FontFile", "FontFile2", "FontFile3"):
            if document.xref_get_key(xref, name)[0] != "null":
                document.xref_set_key(xref, name, "null")
        for name in ("BaseFont", "FontName"):
            if document.xref_get_key(xref, name)[0] != "null":
                document.xref_set_key(xref, name, "/TimesNewRomanPSMT")
    document.save(path)
    return path


def test_letters_that_nobody_sees_are_named(tmp_path: Path) -> None:
    (page,) = reading.read_text(without_its_font(tmp_path / "thieu.pdf", "Quang hợp ở thực vật"), [1])
    (warning,) = page.warnings
    code, _, lost = warning.partition(":")
    assert code == "letters-not-drawn" and set("ợởựậ") <= set(lost) and not set("Quang") & set(lost)
    said = sentence_of(code, {"page": 1, "letters": " ".join(lost)}, "vi")
    assert "Trang 1" in said and "ợ" in said


def test_letters_of_a_font_in_the_file_are_all_seen(tmp_path: Path) -> None:
    for path in (letters.written(tmp_path / "du.pdf", "Quang hợp ở thực vật."), makers.textbook(tmp_path / "s.pdf", 2)):
        assert [page.warnings for page in reading.read_text(path, [1])] == [()]
