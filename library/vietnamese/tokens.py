"""Tokens for both engines, with their places in the stored text.

Keys hold letters and digits only, so every engine splits them alike; hit marks and word boxes are found by `start` and
`end`, never by an engine's offsets.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from library.vietnamese.folding import LOOK_ALIKES, fold
from library.vietnamese.tone import canonical

NUMBER = r"\d{1,3}(?:\.\d{3})+(?![\d\w])"
IDEOGRAPH = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
WORD = "(?:(?![\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])[^\\W_]|[\u0300-\u036f])+"
RUN = re.compile(f"{NUMBER}|{IDEOGRAPH}|{WORD}")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
COUNTED = {"ki", "chuong", "qui"}  # học kì I, chương II, quý III (as folded keys)


class Token(NamedTuple):
    """One word: its key with marks, its folded key, and its place in the text."""

    key: str
    folded: str
    start: int
    end: int

    @property
    def marked(self) -> bool:
        """Whether it was written with marks."""
        return self.key != self.folded


@lru_cache(maxsize=65536)
def keys_of(run: str) -> tuple[str, str]:
    """The key and folded key of one run of letters and digits; empty when nothing searchable remains."""
    if run.isascii():
        key = run.lower().replace(".", "")
        if len(key) <= 3 and key.endswith("y"):
            key = canonical(key)
        return key, key
    plain = unicodedata.normalize("NFKC", run.translate(LOOK_ALIKES)).lower().translate(LOOK_ALIKES).replace(".", "")
    key = canonical("".join(letter for letter in unicodedata.normalize("NFC", plain) if letter.isalnum()))
    return key, fold(key)


def tokens(text: str, start: int = 0, end: int = sys.maxsize) -> list[Token]:
    """The tokens of stored (clean, NFC) text, in order; of a stretch of it that begins and ends at white space."""
    found: list[Token] = []
    counted: bool | None = None  # not known yet: it is told by what stands before the stretch
    for match in RUN.finditer(text, start, end):
        key, folded = keys_of(match.group())
        if folded in ROMAN and (_counting(text, start) if counted is None else counted):
            key = folded = ROMAN[folded]
        counted = folded in COUNTED
        if key:
            found.append(Token(key, folded, match.start(), match.end()))
    return found


def _counting(text: str, at: int) -> bool:
    """Whether the last run before this place says that a number follows."""
    while at > 0:
        start = max(text.rfind(" ", 0, at - 1), text.rfind("\n", 0, at - 1)) + 1
        runs = RUN.findall(text, start, at)
        if runs:
            return keys_of(runs[-1])[1] in COUNTED
        at = start
    return False


def joined(found: Iterable[Token], *, folded: bool = False) -> str:
    """Tokens as an engine gets them: joined by spaces."""
    return " ".join(token.folded if folded else token.key for token in found)
