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
        for match in (_hyphened().finditer(text) if any(name in text for name in _as_printed()) else ())
    ]


@cache
def _as_printed() -> tuple[str, ...]:
    names = [clean(name) for name in vocabulary.load("foreign-names")["hyphened"]]
    return tuple(form for name in (*names, *map(fold, names)) for form in (name, name.lower(), name.upper()))


@cache
def _hyphened() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_as_printed())})\b")
