"""One spelling for what is written in two ways: the place of the tone (hòa = hoà) and i for y in open syllables (lý =
lí).

The rules are those of the 2018 textbook orthography; they work on the search key only, what an author typed is never
changed.
"""

import re
import unicodedata

from library.vietnamese.folding import TONE_MARKS

MOVABLE = re.compile(r"([bcdđghklmnpqrstvx]*)(oa|oe|(?<!q)uy)(ch|ng|nh|[cmnptiyou])?")
I_OR_Y = re.compile(r"(h|k|l|m|s|t|v|qu)y")


def canonical(word: str) -> str:
    """The key spelling of one lower-case NFC word: tone on the main vowel, i for y in open syllables."""
    toneless, tone = split_tone(word)
    if tone is None or tone == "":
        return i_for_y(toneless, "") if tone == "" else word
    moved = MOVABLE.fullmatch(toneless)
    if moved:
        at = moved.start(2) + 2
        return unicodedata.normalize("NFC", toneless[:at] + tone + toneless[at:])
    return i_for_y(toneless, tone) or word


def i_for_y(toneless: str, tone: str) -> str:
    """`kỹ` → `kĩ`; empty when the rule does not apply and a tone must stay where it was."""
    if I_OR_Y.fullmatch(toneless):
        return unicodedata.normalize("NFC", toneless[:-1] + "i" + tone)
    return "" if tone else toneless


def split_tone(word: str) -> tuple[str, str | None]:
    """The word without its tone, and the tone; None when it holds more than one (not a syllable)."""
    apart = unicodedata.normalize("NFD", word)
    found = [mark for mark in apart if mark in TONE_MARKS]
    if len(found) > 1:
        return word, None
    toneless = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in TONE_MARKS))
    return toneless, found[0] if found else ""
