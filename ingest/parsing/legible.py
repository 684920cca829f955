"""How much of a page's text is sound, whatever its language: what sends a page to a second engine and to recognition.

Only telling words are counted. Garbage shows by signs that hold for any language: U+FFFD, private use and control
characters inside a word, and letters of two scripts in one word. A word of another script stands for itself. A Latin
word with marks is sound when it is a Vietnamese syllable, or when the page is plainly French, German, Spanish,
Portuguese or Italian. Plain ASCII words, Greek, mathematical and phonetic letters count neither way.
"""

import re
import unicodedata
from functools import lru_cache

from library.vietnamese.syllables import is_syllable

LEAST_WORDS = 5
TOO_BAD = 0.5  # below that share of sound words a text is garbage
PLAINLY = 0.12  # share of a page's Latin words that are the commonest of its language
NOT_VIETNAMESE = 0.5  # below that share of syllables a page may be in another language
COMMONEST = tuple(
    frozenset(words.split())
    for words in (
        "le la les des est dans pour que qui une sur avec par pas sont au du de en et un",
        "der die das und ist nicht ein eine mit von zu den auf für im dem des sich",
        "el los las que una por con para del se es en un como su más la de y",
        "o os as não uma com para do da em um que por se é dos das",
        "il che di per una sono con non della del la le in un è si",
    )
)
DAMAGE = "\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\U000f0000-\U0010fffd"
WORD = re.compile(f"(?:[^\\W\\d_]|[{DAMAGE}])+")
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")  # scripts that stand against Latin words without a space
NEUTRAL = (  # Greek, phonetic letters, letter-like signs, raised figures, mathematical letters
    *((0x370, 0x400), (0x1F00, 0x2000), (0x250, 0x300)),
    *((0x2070, 0x20A0), (0x2100, 0x2150), (0x1D400, 0x1D800)),
)
PLAIN, LATIN, OTHER, NEITHER, DAMAGED = range(5)
SOUND, UNSOUND, MARKED, UNMARKED, UNTOLD = range(5)


def legibility(text: str) -> float | None:
    """Share (0..1) of the telling words that are sound; None where there are too few to judge. `text`: as the engine
    gives it, before it is cleaned.
    """
    told: dict[int, list[str]] = {SOUND: [], UNSOUND: [], MARKED: [], UNMARKED: [], UNTOLD: []}
    for word in WORD.findall(unicodedata.normalize("NFC", text)):
        told[UNMARKED if word.isascii() and word.isalpha() else _verdict(word)].append(word)
    counted = len(told[SOUND]) + len(told[UNSOUND]) + len(told[MARKED])
    if counted < LEAST_WORDS:
        return None
    marked = [word.lower() for word in told[MARKED]]
    sound = sum(map(is_syllable, marked))
    if sound < NOT_VIETNAMESE * len(marked) and _is_plain_speech([*marked, *map(str.lower, told[UNMARKED])]):
        sound = len(marked)
    return (len(told[SOUND]) + sound) / counted


def words_with_lost_letters(text: str) -> int:
    """How many words hold letters and signs that stand for none: one font of the page is broken, not all of them."""
    found = WORD.findall(unicodedata.normalize("NFC", text))
    return sum(_verdict(word) == UNSOUND and any(map(str.isalpha, word)) for word in found if not word.isalpha())


def _is_plain_speech(words: list[str]) -> bool:
    """Whether so many are the commonest words of one of the languages that they are no chance."""
    return any(sum(word in common for word in words) >= PLAINLY * len(words) for common in COMMONEST)


@lru_cache(maxsize=65536)
def _verdict(word: str) -> int:
    """What one word tells by itself."""
    kinds = {_kind(letter) for letter in word}
    if DAMAGED in kinds:
        return UNSOUND if len(word) > 1 else UNTOLD  # one alone is a bullet
    if kinds == {PLAIN}:
        return UNMARKED
    if NEITHER in kinds:
        return UNTOLD
    if OTHER not in kinds:
        return MARKED
    return SOUND if kinds == {OTHER} or _stands_against_latin(word) else UNSOUND


def _stands_against_latin(word: str) -> bool:
    """A whole Latin word in Chinese, Japanese or Korean text, and not one strange letter within a Latin word."""
    foreign = [letter for letter in word if _kind(letter) == OTHER]
    return bool(re.search("[A-Za-z]{2}", word)) and unicodedata.name(foreign[0], "").startswith(UNSPACED)


@lru_cache(maxsize=65536)
def _kind(letter: str) -> int:
    if letter.isascii():
        return PLAIN if letter.isalpha() else DAMAGED
    if letter == "\ufffd" or unicodedata.category(letter) in ("Co", "Cc", "Cn", "Cs"):
        return DAMAGED
    if any(first <= ord(letter) < end for first, end in NEUTRAL) or unicodedata.category(letter) in ("Lm", "No"):
        return NEITHER
    return LATIN if unicodedata.name(letter, "").startswith("LATIN") else OTHER
