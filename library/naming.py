"""File names as people gave them: shown again, never trusted as a path."""

import re

from library.vietnamese import clean

LONGEST = 180
MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)
SEPARATORS = re.compile(r"[/\\\n]+")


def clean_name(name: str) -> str:
    """NFC, without direction marks, control characters or folders; never empty."""
    last = SEPARATORS.split(clean(name).strip())[-1].strip(" .")
    if len(last) <= LONGEST:
        return last or "tep"
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: LONGEST - 12]}{dot}{ending[:10]}" if dot else last[:LONGEST]


def media_type_of(told: str | None) -> str | None:
    """The media type as the sender of a file tells it; None when it is none."""
    return told if told and MEDIA_TYPE.fullmatch(told) else None
