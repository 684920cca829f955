"""A picture by its bytes; it is one page, a very tall one several."""

import warnings
from pathlib import Path

from PIL import Image

from ingest.kinds.image.stretches import page_count
from ingest.kinds.kind import Kind, Sent
from ingest.parsing.asking import Task
from ingest.parsing.pages import Identity

NAME = "image"
HERE = "ingest.kinds.image"
BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}


def identify(sent: Sent) -> Identity | None:
    """Its media type and how many pages it makes."""
    found = looked_at(sent.path) if sent.head.startswith(BEGINNINGS) else None
    return Identity(NAME, *found) if found else None


def looked_at(path: Path) -> tuple[str, int] | None:
    """None when it is no picture that we read; its header alone is looked at here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                media_type = MEDIA_TYPES.get(image.format or "")
                return (media_type, page_count(image)) if media_type else None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


IMAGE = Kind(
    NAME,
    identify,
    read=Task(f"{HERE}.read_text", batch=32, start=8, page=0.5),
    recognise=Task(f"{HERE}.recognise", batch=4, start=60, page=30),
    draw=Task(f"{HERE}.draw_pages", batch=16, start=8, page=3),
)
