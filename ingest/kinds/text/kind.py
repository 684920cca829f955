"""Plain text and Markdown: called so, and made of nothing but text. What only seems to be text is kept and not read."""

from pathlib import PurePath

from ingest.kinds.kind import Kind, Sent
from ingest.parsing.asking import Task, first
from ingest.parsing.pages import Heading, Identity
from ingest.parsing.sandbox import MB, Limits

NAME = "text"
HERE = "ingest.kinds.text"
MEDIA_TYPES = {".txt": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown"}
LIMITS = Limits(cpu=30, wall=90)
LARGEST = 16 * MB  # a book of a thousand pages has two


def identify(sent: Sent) -> Identity | None:
    """How many pages it makes; Markdown has headings, of which the first is its title."""
    media_type = MEDIA_TYPES.get(PurePath(sent.name.lower()).suffix)
    if media_type is None or sent.path.stat().st_size > LARGEST:
        return None
    answer = first(f"{HERE}.identify", {"path": str(sent.path)}, LIMITS, sent.budget)
    if answer is None or not 0 < answer["page_count"] <= sent.page_limit:
        return None
    headings = answer["headings"] if media_type == MEDIA_TYPES[".md"] else ()
    contents = tuple(Heading(level, title, page) for level, title, page in headings)
    title = contents[0].title if contents else None
    return Identity(NAME, media_type, answer["page_count"], title=title, contents=contents)


TEXT = Kind(NAME, identify, read=Task(f"{HERE}.read_text", batch=256, start=8, page=0.1))
