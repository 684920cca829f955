"""A quick look for words in a text: it never misses one, and `tokens` has the last word on what stands there.

The text becomes one byte a character, folded, in lower case, with `y` as `i` and every sign as a space, so that a word
is found by a plain search in memory. What has no byte of its own (`ü`, a CJK character, a loose mark) becomes the `ODD`
sign and is always looked at.
"""

import codecs
import unicodedata
from collections.abc import Collection

from library.vietnamese.folding import TONES, fold
from library.vietnamese.tokens import ROMAN, Token, tokens

VOWELS = "aăâeêioôơuưy"
MARKED = [
    *(
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in VOWELS
        for tone in ("", *TONES)
        if not (vowel + tone).isascii()
    ),
    "đ",
]
SIGNS = "“”‘’–—…•·«»°×÷§©®†−≈≤≥"
FREE = [*range(0x80, 0x100), *range(0x01, 0x09), *range(0x0B, 0x20)]  # bytes that ASCII text has no use for
ODD = b"?"  # a real question mark is looked at, too


def _alphabet() -> str:
    """The 256 characters that have a byte."""
    own = [chr(place) for place in range(0x80)] + ["\ufffe"] * 0x80  # U+FFFE: no character
    for place, letter in zip(FREE, "".join(MARKED) + "".join(MARKED).upper() + SIGNS, strict=False):
        own[place] = letter
    return "".join(own)


def _flat_byte(letter: str) -> int:
    """The byte that stands for a letter in a flat text."""
    plain = fold(letter).lower().replace("y", "i")
    return ord(plain) if plain.encode() == ODD or (plain.isascii() and plain.isalnum()) else ord(" ")


ALPHABET = _alphabet()
BYTES = codecs.charmap_build(ALPHABET)
FLAT = bytes(map(_flat_byte, ALPHABET))


def flat(text: str) -> bytes:
    """One byte a character, with a space before and after."""
    return b" %b " % codecs.charmap_encode(text, "replace", BYTES)[0].translate(FLAT)


def needles(keys: Collection[str]) -> tuple[bytes, ...]:
    """What to search a flat text for, so that no token with one of these folded keys is missed."""
    wanted = set(keys)
    wanted |= {roman for roman, number in ROMAN.items() if number in wanted}  # chương II is chương 2
    wanted |= {key[-3:] for key in keys if len(key) > 3 and key.isdecimal()}  # 12.000 is 12000
    # other keys come from odd letters only
    return tuple(f" {key.replace('y', 'i')} ".encode() for key in wanted if key.isascii())


def tokens_near(text: str, needles: Collection[bytes]) -> list[Token]:
    """Every token that the needles stand for, in order, and some of the tokens beside them."""
    found: list[Token] = []
    done = 0
    spaced = text.replace("\n", " ") + " "
    for at in sorted(_places(flat(text), needles)):
        if at >= done:
            done = spaced.index(" ", at)
            found += tokens(text, spaced.rfind(" ", 0, at) + 1, done)
    return found


def _places(flat_text: bytes, needles: Collection[bytes]) -> list[int]:
    """Places in the text (not in the flat text, which begins one space earlier)."""
    found: list[int] = []
    for needle, before in ((ODD, 1), *((needle, 0) for needle in needles)):
        at = flat_text.find(needle)
        while at >= 0:
            found.append(at - before)
            at = flat_text.find(needle, at + 1)
    return found
