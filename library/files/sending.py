"""How a file is sent: which part of it a client asks for (HTTP ranges, one at a time), and under which name it is
kept.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class Part:
    """`length` bytes from `start`; whole when nothing was left out."""

    start: int
    length: int
    whole: bool


def part_of(header: str | None, size: int) -> Part | None:
    """The part of a file of `size` bytes; the whole for none, several or senseless ranges; None when it lies
    outside.
    """
    match = RANGE.fullmatch((header or "").strip())
    if match is None or match.groups() == ("", ""):
        return Part(0, size, True)
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return Part(size - length, length, False) if length else None
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    return Part(start, end - start + 1, False) if start < size and end >= start else None


def as_download(name: str | None) -> str:
    """The header that makes a browser keep a file instead of showing it, under its own name in any script."""
    return f"attachment; filename*=UTF-8''{quote(name or 'hoc-lieu', safe='')}"
