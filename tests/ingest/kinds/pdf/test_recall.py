"""Every page of the real PDFs is read, and with it the words that poppler finds there.

The truth is `pdftotext -raw`: another engine, letters only, as a multiset over the whole file.
"""

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from ingest import reading
from library.errors import Refusal

pytestmark = pytest.mark.slow

LETTERS = re.compile(r"[^\W\d_]+")
# pdftotext takes the sunken letters of the LaTeX logo apart; here it is one word
LOGO = {"L", "A", "T", "E", "X", "TEX", "EX", "pdfL"}
RECALL = 0.99
QUICK = (
    "xquad-vi/xquad-vi-00.pdf",
    "law/hien-phap.pdf",
    "law/luat-thue-thu-nhap-doanh-nghiep.pdf",
    "law/luat-so-huu-tri-tue.pdf",
    "born-digital/maint-guide.vi.pdf",
    "born-digital/amsldoc-vi.pdf",
    "born-digital/vntex-vntex-man.pdf",
)


@pytest.fixture(scope="module")
def pdfs(shared: Path) -> Path:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: no second engine to compare with")
    return shared / "data" / "pdf"


def letters(text: str) -> Counter[str]:
    return Counter(word for word in LETTERS.findall(unicodedata.normalize("NFKC", text)) if word not in LOGO)


def found(ours: Counter[str], truth: Counter[str]) -> float:
    return (ours & truth).total() / max(1, truth.total())


def ends_below(word: str) -> bool:
    """Whether its last letter is one of ạ–ỹ, after which MuPDF loses the space."""
    return "ạ" <= word[-1] <= "ỹ"


def shortcomings(path: Path) -> list[str]:
    """What is wrong with our reading of a file; nothing when all is well."""
    count = reading.identify(path, path.name).page_count or 0
    pages = list(reading.read_text(path, range(1, count + 1)))
    command = ["pdftotext", "-raw", "-enc", "UTF-8", str(path), "-"]
    truth = letters(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    ours = letters("\n".join(page.text for page in pages))
    marked = Counter({word: times for word, times in truth.items() if ends_below(word)})
    told = []
    if [page.number for page in pages] != list(range(1, count + 1)) or any(
        "page-unreadable" in page.warnings for page in pages
    ):
        told.append(f"{path.name}: not every page was read")
    if found(ours, truth) < RECALL:
        told.append(f"{path.name}: recall {found(ours, truth):.4f}, missing {(truth - ours).most_common(6)}")
    if marked and found(ours, marked) < RECALL:
        told.append(
            f"{path.name}: {found(ours, marked):.4f} of the words that end in ạ–ỹ, missing "
            f"{(marked - ours).most_common(6)}"
        )
    return told


def test_some_real_pdfs_are_read_word_for_word(pdfs: Path) -> None:
    assert [said for name in QUICK for said in shortcomings(pdfs / name)] == []


@pytest.mark.full
def test_every_real_pdf_is_read_word_for_word(pdfs: Path) -> None:
    every = [path for folder in ("born-digital", "law", "xquad-vi") for path in sorted((pdfs / folder).glob("*.pdf"))]
    assert len(every) >= 50
    assert [said for path in every for said in shortcomings(path)] == []


@pytest.mark.full
def test_every_page_of_the_odd_ones_that_open_is_answered_for(pdfs: Path, tmp_path: Path) -> None:
    for path in sorted((pdfs / "odd").glob("*.pdf")):
        try:
            identity = reading.identify(path, path.name, folder=tmp_path)
        except Refusal:
            continue
        numbers = list(range(1, (identity.page_count or 0) + 1))
        assert [page.number for page in reading.read_text(identity.rebuilt or path, numbers)] == numbers, path.name
