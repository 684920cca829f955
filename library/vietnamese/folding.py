"""Cleaning text for the store, and folding letters for the key. Folding keeps the number of characters."""

import re
import unicodedata
from functools import lru_cache

INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"  # zero width, soft hyphen, direction marks
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"  # control characters and what is no character
)
OTHER_SPACES = re.compile("[\t\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
LOOK_ALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"})
TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền hỏi ngã sắc nặng
TONE_MARKS = set(TONES)
HYPHENS = "-\u2010\u00ac"  # at a line end; the last one is what recognition makes of it
SOFT_BREAK = re.compile("\u00ad(?=[ \t\r]*\n)")  # printed as a hyphen there, and nowhere else


def clean(text: str) -> str:
    """Text as it is stored: NFC, without invisible and control characters, every space a plain one; lines stay
    lines, and a soft hyphen at the end of one stays a hyphen.
    """
    return unicodedata.normalize("NFC", OTHER_SPACES.sub(" ", INVISIBLE.sub("", SOFT_BREAK.sub("-", text))))


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    if letter in "đĐ":
        return "d" if letter == "đ" else "D"
    return unicodedata.normalize("NFD", letter)[0]


def fold(text: str) -> str:
    """NFC text without tones, vowel marks and the bar of đ: `Đường` → `Duong`. One character stays one character."""
    return text if text.isascii() else "".join(map(_fold_letter, text))


def is_marked(text: str) -> bool:
    """Whether NFC text holds any Vietnamese mark or đ."""
    return not text.isascii() and fold(text) != text
