"""Makers of PDFs whose letters mean something else than they show, or are covered by other words."""

import re
from collections.abc import Callable
from pathlib import Path

import pymupdf

from tests.stage import makers

RANGE = re.compile(r"<(\w+)> <(\w+)> <(\w+)>")
CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Other def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange
{blocks}
endcmap CMapName currentdict /CMap defineresource pop end end"""


def written(path: Path, *lines: str, font: str = "vi", hidden: bool = False) -> Path:
    """One page with these lines; `hidden`: as recognition lays them under a scan."""
    document = pymupdf.open()
    page = document.new_page(width=makers.A4[0], height=makers.A4[1])
    page.insert_font(font, makers.font())
    for row, line in enumerate(lines):
        page.insert_text((60, 90 + row * 24), line, fontname=font, fontsize=12, render_mode=3 if hidden else 0)
    document.save(path, garbage=3, deflate=True)
    return path


def meaning(source: Path, path: Path, of: Callable[[str], str]) -> Path:
    """The same pages; each letter means what `of` says, to whoever copies it, and looks as before."""
    document = pymupdf.open(source)
    for xref in range(1, document.xref_length()):
        kind, value = document.xref_get_key(xref, "ToUnicode")
        if kind == "xref":
            table = int(value.split()[0])
            document.update_stream(table, _changed(document.xref_stream(table).decode(), of).encode())
    document.save(path)
    return path


def _changed(table: str, of: Callable[[str], str]) -> str:
    ranges = [tuple(int(one, 16) for one in found) for found in RANGE.findall(table)]
    letters = {code: chr(to + code - first) for first, last, to in ranges for code in range(first, last + 1)}
    rows = [f"<{code:04x}> <{of(letter).encode('utf-16-be').hex()}>" for code, letter in letters.items()]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    return CMAP.format(blocks="\n".join(f"{len(one)} beginbfchar\n" + "\n".join(one) + "\nendbfchar" for one in blocks))


def covered(source: Path, path: Path, words: str) -> Path:
    """The same pages, all of each under an ActualText of these words."""
    document = pymupdf.open(source)
    said = b"\xfe\xff" + words.encode("utf-16-be")
    for page in document:
        page.clean_contents()  # one stream
        (contents,) = page.get_contents()
        before = b"/Span <</ActualText <" + said.hex().encode() + b">>> BDC\n"
        document.update_stream(contents, before + document.xref_stream(contents) + b"\nEMC")
    document.save(path)
    return path


def laid_over(source: Path, other: Path, path: Path) -> Path:
    """The first page of one with the first page of another over it."""
    document, above = pymupdf.open(source), pymupdf.open(other)
    document[0].show_pdf_page(document[0].rect, above, 0)
    document.save(path)
    return path
