"""Sorting the Vietnamese way: by letters of the alphabet first (ă â đ ê ô ơ ư are letters), by tones second."""

import re
import unicodedata

from library.vietnamese.folding import TONES, clean
from library.vietnamese.tone import canonical

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
RANK = {letter: 100 + place for place, letter in enumerate(ALPHABET)}
TONE_RANK = {"": 0} | {mark: 1 + place for place, mark in enumerate(TONES)}
PARTS = re.compile(r"\d+|[^\W\d_]+")

Key = tuple[tuple[int, ...], tuple[int, ...], str]


def title_key(text: str) -> Key:
    """Sort key of a title: letters of the whole text, then its tones, then its spelling."""
    letters: list[int] = []
    tones: list[int] = []
    words = " ".join(canonical(word) for word in clean(text).lower().split())
    for letter in words:
        apart = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in apart if mark in TONE_RANK and mark), "")
        base = unicodedata.normalize("NFC", apart.replace(tone, "") if tone else letter)
        if base.isspace():
            letters.append(0)
        elif base.isalnum():
            letters.append(
                RANK.get(base, 1 + int(base) if base.isdecimal() and base.isascii() else 1000 + ord(base[0]))
            )
            tones.append(TONE_RANK[tone])
    return tuple(letters), tuple(tones), words


def person_key(name: str) -> tuple[Key, Key, Key]:
    """Sort key of a person: given name (tên), family name (họ), middle names (đệm)."""
    parts = name.split()
    given, family = (parts[-1], parts[0]) if parts else ("", "")
    return title_key(given), title_key(family), title_key(" ".join(parts[1:-1]))


def class_key(name: str) -> tuple[tuple[int, Key], ...]:
    """Sort key of a class name in natural order: 10A2 before 10A10."""
    return tuple(
        (int(part), title_key("")) if part.isdecimal() else (0, title_key(part)) for part in PARTS.findall(name)
    )
