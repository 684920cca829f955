"""Whatever no other kind knows: kept, found by its title, and given back as it came."""

import mimetypes

from ingest.kinds.kind import Kind, Sent
from ingest.parsing.pages import Identity

NAME = "file"


def identify(sent: Sent) -> Identity:
    """Always."""
    media_type = mimetypes.guess_type(sent.name)[0] or "application/octet-stream"
    return Identity(NAME, media_type, None, warnings=("kept-not-read",))


UNREAD = Kind(NAME, identify)
