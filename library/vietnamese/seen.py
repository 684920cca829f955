"""What the eye takes for the same: a key in which `9A1`, `9a1` and `9A 1` are one.

What a good screen tells apart stays apart: `0` and `O`, `1` and `l`, `dung` and `đung`.
"""

import unicodedata

from library.vietnamese.folding import LOOK_ALIKES, clean

# letters of other alphabets, and dashes, that nobody can tell from ours; of both cases of a letter one looks so
OTHERS, OURS = "авекмнорстухіјѕһԁԛԝαβεζηικμνορτυχıð", "abekmhopctyxijshdqwabezhikmnoptyxiđ"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
TWINS = str.maketrans(OTHERS + DASHES, OURS + "-" * len(DASHES))


def seen(text: str) -> str:
    """The key: without case, spaces and signs that do not show, in one spelling of every letter."""
    plain = unicodedata.normalize("NFKC", clean(text)).translate(LOOK_ALIKES).casefold()
    apart = unicodedata.normalize("NFKD", plain).translate(TWINS)
    return unicodedata.normalize("NFC", "".join(apart.split()))
