"""One label, however a scanner, a keyboard or its Vietnamese input spells it."""

import re

from library.vietnamese import seen

OUTER = re.compile(r"^[\W_]+|[\W_]+$")  # what stands around a code: the stars of Code 39, brackets, a comma
# what an input method makes of letters that a scanner types one after the other (Telex)
TYPED = str.maketrans({"đ": "dd", "â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw"})


def label_key(code: str) -> str:
    """What is compared of a label: `TV000123`, `tv000123` and `*TV 000123*` are one."""
    key = seen(code)
    return (OUTER.sub("", key) or key).translate(TYPED)
