"""PDF by its bytes, whatever it is called; a damaged one is rebuilt."""

from dataclasses import replace
from pathlib import Path

from ingest.kinds.kind import Kind, Sent
from ingest.kinds.pdf.refusals import Damaged, Encrypted, NoPages, NotTheTypeItClaims, TooManyPages
from ingest.parsing.asking import Task, first
from ingest.parsing.pages import Heading, Identity
from ingest.parsing.sandbox import Limits

NAME = "pdf"
HERE = "ingest.kinds.pdf"
LOOK_LIMITS = Limits(cpu=30, wall=90)
REBUILD_LIMITS = Limits(cpu=60, wall=180)
REFUSED = {"encrypted": Encrypted, "damaged": Damaged, "no-pages": NoPages}


def identify(sent: Sent) -> Identity | None:
    """Its facts; the copy where that reads better. Raises NotTheTypeItClaims, Encrypted, Damaged, NoPages,
    TooManyPages.
    """
    if b"%PDF-" not in sent.head:
        if sent.name.lower().endswith(".pdf"):
            raise NotTheTypeItClaims
        return None
    job = {"path": str(sent.path)}
    answer = first(f"{HERE}.identify", job, LOOK_LIMITS, sent.budget) or {"refused": "damaged", "suspect": True}
    if answer.get("suspect") and sent.folder is not None:
        limits = replace(REBUILD_LIMITS, file=2 * sent.path.stat().st_size + REBUILD_LIMITS.file)
        answer = first(f"{HERE}.rebuild", job | {"folder": str(sent.folder)}, limits, sent.budget) or answer
    if "refused" in answer:
        raise REFUSED[answer["refused"]]
    if answer["page_count"] > sent.page_limit:
        raise TooManyPages(pages=answer["page_count"], limit=sent.page_limit)
    return Identity(
        kind=NAME,
        media_type="application/pdf",
        page_count=answer["page_count"],
        title=answer["title"],
        author=answer["author"],
        contents=tuple(Heading(level, title, page) for level, title, page in answer["contents"]),
        warnings=tuple(answer["warnings"]),
        rebuilt=Path(answer["path"]) if "path" in answer else None,
    )


PDF = Kind(
    NAME,
    identify,
    read=Task(f"{HERE}.read_text", batch=64, start=8, page=0.5),
    recognise=Task(f"{HERE}.recognise", batch=8, start=60, page=30),
    draw=Task(f"{HERE}.draw_pages", batch=16, start=8, page=3),
)
