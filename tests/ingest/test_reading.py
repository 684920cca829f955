"""Reading files: words with their places, the page ladder, scans, and files that must be refused."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from ingest import describing, reading
from ingest.kinds.pdf.refusals import Damaged, Encrypted, NoPages, NotTheTypeItClaims, TooManyPages
from ingest.parsing.pages import Identity
from ingest.refusals import EmptyFile
from library.catalogue import boxes
from library.errors import Refusal
from library.naming import clean_name
from library.vietnamese import tokens
from tests.stage import makers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return makers.textbook(tmp_path_factory.mktemp("book") / "toan-8-tap-2.pdf", 40)


def words(text: str) -> Counter[str]:
    return Counter(token.key for token in tokens(text))


def test_a_born_digital_book_is_read_word_for_word_with_places(book: Path) -> None:
    identity = reading.identify(book, book.name)
    assert (identity.kind, identity.page_count, identity.contents[1].title, identity.contents[1].page) == (
        "pdf",
        40,
        "Chương 2",
        21,
    )
    pages = list(reading.read_text(book, range(1, 41)))
    assert [page.number for page in pages] == list(range(1, 41))
    for page in pages:
        truth = words(" ".join(makers.page_lines(page.number)))
        assert sum((truth & words(page.text)).values()) / truth.total() >= 0.99
        assert all(page.text[word.start : word.end] == word.text for word in page.words)
        assert all(0 <= share <= 1 for word in page.words for share in word.box)
        assert not reading.needs_ocr(page)


def test_boxes_survive_packing_and_stay_small(book: Path) -> None:
    page = next(iter(reading.read_text(book, [1])))
    packed = boxes.pack(page.words)
    assert len(packed) < 5000
    for word, unpacked in zip(page.words, boxes.unpack(packed), strict=True):
        assert (word.start, word.end) == (unpacked.start, unpacked.end)
        assert unpacked.box == pytest.approx(word.box, abs=1e-4)


def test_a_scan_with_a_watermark_is_recognised_as_a_scan_and_read(book: Path, tmp_path: Path) -> None:
    scan = makers.scanned(book, tmp_path / "scan.pdf", [makers.KEY_PAGE, 3], watermark="tailieu.example")
    pages = list(reading.read_text(scan, [1, 2]))
    assert all(reading.needs_ocr(page) for page in pages)
    recognised = list(reading.recognise(scan, [1, 2]))
    truth = words(" ".join(makers.page_lines(makers.KEY_PAGE)))
    assert [page.source for page in recognised] == ["ocr", "ocr"]
    assert sum((truth & words(recognised[0].text)).values()) / truth.total() >= 0.95
    assert (recognised[0].confidence or 0) > 0.8


def test_a_blank_page_is_not_sent_to_recognition(tmp_path: Path) -> None:
    document = pymupdf.open()
    document.new_page()
    document.save(tmp_path / "blank.pdf")
    page = next(iter(reading.read_text(tmp_path / "blank.pdf", [1])))
    assert (page.text, page.source, reading.needs_ocr(page)) == ("", "none", False)


def test_pages_are_drawn_in_two_sizes_and_a_thumbnail(book: Path, tmp_path: Path) -> None:
    images = list(reading.draw_pages(book, [1, 2], tmp_path))
    assert sorted((image.number, image.size) for image in images) == [(1, 160), (1, 400), (1, 800), (2, 400), (2, 800)]
    assert all(image.width == image.size and image.path.stat().st_size < 150_000 for image in images)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (makers.jpeg_called_pdf, NotTheTypeItClaims),
        (makers.encrypted, Encrypted),
        (makers.truncated, Damaged),
        (makers.page_less, NoPages),
        (makers.endless, TooManyPages),
        (lambda path: path.touch() or path, EmptyFile),
    ],
)
def test_bad_files_are_refused_with_a_code_and_two_sentences(
    make: Callable[[Path], Path], refusal: type[Refusal], tmp_path: Path
) -> None:
    path = make(tmp_path / "bad.pdf")
    with pytest.raises(refusal) as refused:
        reading.identify(path, path.name)
    assert refused.value.sentence("vi") != refused.value.sentence("en")


def test_a_file_of_another_kind_is_kept(tmp_path: Path) -> None:
    (tmp_path / "bai.docx").write_bytes(b"PK\x03\x04 something")
    identity = reading.identify(tmp_path / "bai.docx", "bai.docx")
    assert (identity.kind, identity.page_count, identity.warnings) == ("file", None, ("kept-not-read",))


def test_names_are_cleaned_and_never_a_path() -> None:
    assert clean_name(unicodedata.normalize("NFD", "Toán\u202e 8.pdf")) == "Toán 8.pdf"
    assert clean_name("../../etc/passwd\x00") == "passwd"
    assert clean_name("") == "tep"
    assert len(clean_name("a" * 500 + ".pdf")) <= 180


@pytest.mark.parametrize(
    ("name", "title", "subject", "grade"),
    [
        ("toan-8-tap-2.pdf", "Toan 8 tap 2", "TOAN", 8),
        ("Giáo án Ngữ văn lớp 9.docx", "Giáo án Ngữ văn lớp 9", "NGU_VAN", 9),
        ("scan001.pdf", "Khoa học tự nhiên 7", "KHTN", 7),
    ],
)
def test_title_subject_and_grade_are_guessed(name: str, title: str, subject: str, grade: int) -> None:
    first = "Khoa học tự nhiên 7\nSách giáo khoa" if name.startswith("scan") else ""
    found = describing.describe(Identity("pdf", "application/pdf", 1), name, [first])
    assert (found.title, found.subject, found.grade) == (title, subject, grade)


@pytest.mark.parametrize(
    "own",
    [
        *("PowerPoint Presentation", "Bản trình bày PowerPoint", "Tài liệu1", "Trang trình bày không có tiêu đề"),
        *("CamScanner 09-12-2025 07.45", "Adobe Scan 12 thg 3, 2024", "Scanned from a Xerox", "IMG_20231102_093000"),
        *("untitled document", "Chưa có tên", "No Slide Title", "Microsoft Word - bai 5.doc", "báo cáo.docx"),
        *("BỘ GIÁO DỤC VÀ ĐÀO TẠO", "Sở Giáo dục và Đào tạo tỉnh Vĩnh Thuận", "Ảnh 20231102"),
    ],
)
def test_a_title_that_a_program_gave_loses_against_the_name_of_the_file(own: str) -> None:
    identity = Identity("pdf", "application/pdf", 1, own)
    assert describing.title_of(identity, "Bài 21 Quang hợp.pdf", []) == "Bài 21 Quang hợp"


@pytest.mark.parametrize(
    "own",
    [
        *("Tài liệu tập huấn giáo viên lớp 8", "Ảnh hưởng của ánh sáng", "Bộ giáo dục thể chất 8", "Anh 8 tập một"),
        *(
            "Image processing with Python",
            "Slide bài giảng Toán 8",
            "Bài thuyết trình về môi trường",
            "Văn bản nghị luận",
        ),
    ],
)
def test_a_title_that_a_person_gave_stays(own: str) -> None:
    assert describing.title_of(Identity("pdf", "application/pdf", 1, own), "a.pdf", []) == own


def test_a_title_that_stands_only_in_the_newer_metadata_is_read(book: Path, tmp_path: Path) -> None:
    document = pymupdf.open(book)
    document.set_metadata({})
    document.set_xml_metadata(
        '<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
        "Sinh học 6 – Quang hợp</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end?>"
    )
    document.save(tmp_path / "scan0012.pdf")
    assert reading.identify(tmp_path / "scan0012.pdf", "scan0012.pdf").title == "Sinh học 6 – Quang hợp"


@pytest.mark.parametrize(
    "part", [slice(0, None, 6), pytest.param(slice(None), marks=pytest.mark.full)], ids=["every sixth", "all"]
)
def test_the_corpus_is_read_or_refused_and_never_crashes(shared: Path, part: slice) -> None:
    for path in sorted((shared / "data" / "pdf" / "odd").glob("*.pdf"))[part]:
        try:
            count = reading.identify(path, path.name).page_count or 0
        except Refusal as refusal:
            assert refusal.code in {"encrypted", "damaged", "no-pages", "not-the-type-it-claims"}, path.name
            continue
        assert len(list(reading.read_text(path, range(1, min(count, 20) + 1)))) == min(count, 20), path.name


def test_spaces_after_marked_letters_are_intact(shared: Path) -> None:
    path = shared / "data" / "pdf" / "born-digital" / "maint-guide.vi.pdf"
    text = " ".join(page.text for page in reading.read_text(path, range(1, 31)))
    glued = [word for word in ("đểyêu", "hệthống", "gỡlỗi", "sửdụng") if word in text]
    assert not glued
    assert "hệ thống" in text
