"""Numbers as people type them here: a dot or a space stands between thousands, a comma before what is less than one."""

import re

from library.vietnamese.folding import clean

WHOLE = re.compile(r"[+-]?(\d{1,40}|\d{1,3}(?P<mark>[. ])\d{3}(?:(?P=mark)\d{3}){0,9})", re.ASCII)


def whole_number(text: str) -> int:
    """`45`, `45.000`, `1 250 000`; never a part: what is no whole number is none at all. Raises ValueError."""
    typed = clean(text).strip()
    if WHOLE.fullmatch(typed) is None:
        raise ValueError("no whole number")
    return int(re.sub("[. ]", "", typed))
