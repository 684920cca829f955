"""Word boxes, packed: u16 shares of the page and places in the text, compressed. A page of 677 words takes under 5
kB.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

SCALE = 65535
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 as shares (0..1) of page width and height


class Boxed(Protocol):
    """A word with its place in the text and on the page."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def box(self) -> Box: ...


@dataclass(frozen=True)
class PlacedWord:
    """A word of a page: characters `start` to `end` of its text, and where they stand."""

    start: int
    end: int
    box: Box


def pack(words: Sequence[Boxed]) -> bytes:
    """Column by column, each as differences to the word before, which compress well."""
    columns: list[list[int]] = [[] for _ in range(6)]
    for word in words:
        x0, y0, x1, y1 = (round(min(max(share, 0.0), 1.0) * SCALE) for share in word.box)
        for column, value in zip(
            columns, (word.start, word.end - word.start, x0, y0, max(x1 - x0, 0), max(y1 - y0, 0)), strict=True
        ):
            column.append(value)
    steps = [
        (value - before) & 0xFFFF for column in columns for before, value in zip([0, *column], column, strict=False)
    ]
    return zlib.compress(struct.pack(f"<{len(steps)}H", *steps), 9)


def unpack(data: bytes) -> list[PlacedWord]:
    """The words as they were packed; boxes are right to 1/65535 of the page."""
    raw = zlib.decompress(data)
    steps = struct.unpack(f"<{len(raw) // 2}H", raw)
    count = len(steps) // 6
    start, length, x, y, width, height = (_summed(steps[at * count : (at + 1) * count]) for at in range(6))
    return [
        PlacedWord(s, s + n, (a / SCALE, b / SCALE, (a + w) / SCALE, (b + h) / SCALE))
        for s, n, a, b, w, h in zip(_unwrapped(start), length, x, y, width, height, strict=True)
    ]


def _summed(steps: Iterable[int]) -> list[int]:
    total, values = 0, []
    for step in steps:
        total = (total + step) & 0xFFFF
        values.append(total)
    return values


def _unwrapped(starts: list[int]) -> list[int]:
    """Places grow along the page; one that falls back by a lot has passed 65535."""
    turns, before, values = 0, 0, []
    for start in starts:
        turns += start + 32768 < before
        before = start
        values.append(start + turns * 65536)
    return values
