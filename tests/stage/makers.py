"""Makers of real test files: textbooks as publishers and scanners make them, and files that nobody should send."""

import io
import random
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pymupdf
from PIL import Image, ImageFilter

FONTS = (
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
)
A4 = (595, 842)
SENTENCES = (
    "Hai tam giác được gọi là đồng dạng nếu các góc tương ứng bằng nhau và các cạnh tương ứng tỉ lệ.",
    "Trong một tam giác vuông, bình phương cạnh huyền bằng tổng bình phương hai cạnh góc vuông.",
    "Học sinh quan sát hình vẽ, thảo luận theo nhóm rồi trình bày lời giải trước lớp.",
    "Số hữu tỉ là số viết được dưới dạng phân số với tử và mẫu là các số nguyên, mẫu khác không.",
    "Đường trung bình của tam giác song song với cạnh thứ ba và bằng nửa cạnh ấy.",
    "Muốn cộng hai phân số cùng mẫu, ta cộng các tử và giữ nguyên mẫu số.",
    "Thể tích hình hộp chữ nhật bằng tích của chiều dài, chiều rộng và chiều cao.",
    "Biểu đồ hình quạt tròn cho biết tỉ số phần trăm của từng thành phần so với toàn thể.",
)
KEY = "định lí Thalès đảo trong hình thang cân"  # stands on one page only: KEY_PAGE
KEY_PAGE = 37


def font() -> str:
    """A font file with Vietnamese letters."""
    return next(path for path in FONTS if Path(path).is_file())


def page_lines(number: int, seed: int = 8) -> list[str]:
    """The lines of one page; the same for the same number."""
    chance = random.Random(seed * 1000 + number)
    lines = [f"Bài {number}. Luyện tập chung"]
    lines += [" ".join(chance.sample(SENTENCES, 1)) for _ in range(14)]
    if number == KEY_PAGE:
        lines.insert(6, f"Ta chứng minh {KEY} như sau.")
    return lines


def textbook(path: Path, pages: int = 60, *, title: str = "Toán 8 – tập hai") -> Path:
    """A born-digital textbook with chapters and contents."""
    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_font("vi", font())
        for row, line in enumerate(page_lines(number)):
            for part, piece in enumerate(textwrap.wrap(line, 70)):
                page.insert_text((60, 90 + row * 44 + part * 18), piece, fontname="vi", fontsize=16 if row == 0 else 12)
        page.insert_text((290, 815), str(number), fontname="vi", fontsize=10)
    document.set_metadata({"title": title, "author": "Nguyễn Thị Hương"})
    chapters = [[1, f"Chương {1 + start // 20}", start + 1] for start in range(0, pages, 20)]
    document.set_toc(chapters)
    document.save(path, garbage=3, deflate=True)
    return path


def thick(path: Path, pages: int, *, title: str = "Sách dày") -> Path:
    """A textbook of thousands of pages, bound of one of a hundred; making each page anew would take minutes."""
    hundred = pymupdf.open(textbook(path.with_suffix(".mot-tram.pdf"), 100))
    document = pymupdf.open()
    while (missing := pages - document.page_count) > 0:
        document.insert_pdf(hundred, to_page=min(missing, 100) - 1)
    document.set_metadata({"title": title})
    document.save(path, deflate=True)
    return path


def scanned(source: Path, path: Path, numbers: Sequence[int], *, watermark: str = "") -> Path:
    """Pages of a book as a scanner gives them: 150 dpi grey, a little skewed and noisy; perhaps with a watermark as its
    only text.
    """
    book, scan = pymupdf.open(source), pymupdf.open()
    chance = random.Random(5)
    for number in numbers:
        raster = book[number - 1].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
        image = Image.frombytes("L", (raster.width, raster.height), raster.samples)
        image = image.rotate(chance.uniform(-0.5, 0.5), fillcolor=250, resample=Image.Resampling.BICUBIC).filter(
            ImageFilter.GaussianBlur(0.4)
        )
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=75)
        page = scan.new_page(width=A4[0], height=A4[1])
        page.insert_image(page.rect, stream=packed.getvalue())
        if watermark:
            page.insert_text((20, 400), watermark, fontsize=8, rotate=90)
    scan.save(path, deflate=True)
    return path


def jpeg_called_pdf(path: Path) -> Path:
    """A picture with the wrong ending."""
    Image.new("RGB", (64, 64), "white").save(path.with_suffix(".jpg"), "JPEG")
    path.with_suffix(".jpg").rename(path)
    return path


def encrypted(path: Path) -> Path:
    """A PDF that needs a password."""
    document = pymupdf.open()
    document.new_page()
    document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="bí mật", owner_pw="chủ")
    return path


def truncated(path: Path) -> Path:
    """The first bytes of a PDF, before any page."""
    whole = textbook(path.with_name("whole.pdf"), 2).read_bytes()
    path.write_bytes(whole[:300])
    return path


def cut_short(path: Path, pages: int = 5) -> Path:
    """A textbook whose last bytes never arrived: its cross-reference table is gone, and with it objects that the pages
    name.
    """
    whole = textbook(path.with_name("whole.pdf"), pages).read_bytes()
    path.write_bytes(whole[: len(whole) * 95 // 100])
    return path


def miscounted(path: Path, count: int) -> Path:
    """A textbook of ten pages whose page tree tells another number: none, a negative one, or fewer than there are."""
    whole = textbook(path.with_name("whole.pdf"), 10).read_bytes()
    # as long as before: everything stays in its place
    path.write_bytes(whole.replace(b"/Count 10", b"/Count " + f"{count:2}".encode()))
    return path


def page_less(path: Path) -> Path:
    """A PDF without pages."""
    head, catalogue = b"%PDF-1.4\n", b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    body = head + catalogue + b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    places = b"".join(b"%010d 00000 n \n" % at for at in (len(head), len(head) + len(catalogue)))
    path.write_bytes(
        body
        + b"xref\n0 3\n0000000000 65535 f \n"
        + places
        + b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )
    return path


def endless(path: Path, pages: int = 3000) -> Path:
    """A PDF with too many pages."""
    document = pymupdf.open()
    for _ in range(pages):
        document.new_page(width=100, height=100)
    document.save(path)
    return path
