"""Text without pages is laid out on some: at form feeds, before chapters, between paragraphs, else between words."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from library.vietnamese import clean

LONG_ENOUGH, FULL, LONGEST_LINE = 1200, 2400, 1200  # characters: a page of print has two thousand
HEADING = re.compile(r" {0,3}(#{1,6})\s+(\S.*)")
FENCE = re.compile(r" {0,3}(```|~~~)")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins alike
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(path: Path) -> str | None:
    """The whole text, in UTF-8 or with a mark of its encoding; None when the bytes are no text."""
    data = path.read_bytes()
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def pages_of(text: str) -> list[str]:
    """The pages, clean; their lines end with a newline. An empty text is one empty page."""
    pages = [page for sheet in text.split("\f") for page in _laid_out(sheet)]
    return [clean(page) for page in pages] or [""]


def _laid_out(sheet: str) -> Iterator[str]:
    """A page is full after 2,400 characters; a paragraph goes to the next one whole, and a chapter begins a page."""
    page, size = list[str](), 0
    for line in (piece for whole in sheet.splitlines() for piece in _pieces(whole)):
        if size and (size + len(line) >= FULL or (size >= LONG_ENOUGH and _begins(line, page))):
            yield "".join(page)
            page, size = [], 0
        page.append(f"{line}\n")
        size += len(line) + 1
    if size and any(line.strip() for line in page):
        yield "".join(page)


def _begins(line: str, page: list[str]) -> bool:
    """Whether a page may begin with this line: with a chapter, or, when little room is left, with a paragraph."""
    found = HEADING.match(line)
    if found and len(found[1]) <= 2:
        return True
    return bool(page) and not page[-1].strip() and sum(map(len, page)) >= FULL * 3 // 4


def _pieces(line: str) -> Iterator[str]:
    """A line without an end is cut at its spaces."""
    while len(line) > LONGEST_LINE:
        cut = line.rfind(" ", 1, LONGEST_LINE) + 1 or LONGEST_LINE
        yield line[:cut].rstrip()
        line = line[cut:]
    yield line
