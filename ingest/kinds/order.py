"""The kinds that the house knows, in the order in which they are asked."""

from ingest.kinds.image.kind import IMAGE
from ingest.kinds.kind import Kind
from ingest.kinds.pdf.kind import PDF
from ingest.kinds.text.kind import TEXT
from ingest.kinds.unread import UNREAD

KINDS: tuple[Kind, ...] = (PDF, IMAGE, TEXT, UNREAD)  # the last takes what none of the others knows


def named(name: str) -> Kind:
    """The kind of a version."""
    return {kind.name: kind for kind in KINDS}.get(name, UNREAD)
