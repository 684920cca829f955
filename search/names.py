"""Names from other languages: one table of their spellings, in `foreign-names.json`."""

import re
from functools import cache

from library import vocabulary
from library.vietnamese import Token, clean, divided, fold
from library.vietnamese.tokens import keys_of


def spellings() -> list[list[str]]:
    """The spellings of each name; those that only hyphens tell from other words are written as one word."""
    known = vocabulary.load("foreign-names")
    return [
        [spelling.replace("-", "") if spelling in known["hyphened"] else spelling for spelling in spellings]
        for spellings in known["names"]
    ]


def wholes(text: str) -> list[Token]:
    """Words of stored text that are more than the runs of letters they are printed as: divided at a line end, or a name
    that only its hyphens tell from everyday words.
    """
    return divided(text) + [
        Token(*keys_of(match.group().replace("-", "")), match.start(), match.end())
        for match in (_hyphened().finditer(text) if "-" in text else ())
    ]


@cache
def _hyphened() -> re.Pattern[str]:
    names = [clean(name) for name in vocabulary.load("foreign-names")["hyphened"]]
    return re.compile(rf"\b(?:{'|'.join([*names, *map(fold, names)])})\b", re.IGNORECASE)
