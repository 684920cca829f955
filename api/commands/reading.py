"""`hoclieu read`: what the pipeline makes of a file, without storing it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.telling import NOT_DONE, Json, progress, tell
from ingest import describing, reading
from ingest.parsing.pages import PageRead, warned
from library import logs
from library.errors import Refusal, sentence_of
from library.naming import clean_name

Files = Annotated[list[Path], typer.Argument(help="Files to read.", exists=True, dir_okay=False)]


def read(
    files: Files, boxes: Annotated[bool, typer.Option("--boxes", help="Word boxes too.")] = False, as_json: Json = False
) -> None:
    """Read files and say what they are: verdict, code, sentences, pages."""
    logs.set_up("read")
    refused = 0
    for path in files:
        row = verdict(path, boxes=boxes)
        refused += row["verdict"] == "refused"
        tell(row, text(row), as_json=as_json)
    if refused:
        raise typer.Exit(NOT_DONE)


def verdict(path: Path, *, boxes: bool) -> dict[str, Any]:
    """What the pipeline makes of one file."""
    name = clean_name(path.name)
    try:
        identity = reading.identify(path, name)
    except Refusal as refusal:
        said = {"code": refusal.code, "vi": refusal.sentence("vi"), "en": refusal.sentence("en")}
        return {"path": str(path), "name": name, "verdict": "refused", **said, "pages": [], "warnings": []}
    pages = read_pages(path, identity.kind, identity.page_count or 0)
    found = describing.describe(identity, name, [page.text for page in pages[:8]])
    warnings: list[dict[str, Any]] = [warned(code) for code in identity.warnings]
    warnings += [warned(code, page.number) for page in pages for code in page.warnings]
    for one in warnings:
        one |= {language: sentence_of(str(one["code"]), one, language) for language in ("vi", "en")}
    first = warnings[0] if warnings else {}
    return {
        "path": str(path),
        "name": name,
        "verdict": "accepted-with-warnings" if warnings else "accepted",
        "code": first.get("code"),
        "vi": first.get("vi"),
        "en": first.get("en"),
        "kind": identity.kind,
        "media_type": identity.media_type,
        **{key: getattr(found, key) for key in ("title", "subject", "grade", "series", "type", "language")},
        "contents": [vars(heading) for heading in identity.contents],
        "pages": [page_row(page, boxes=boxes) for page in pages],
        "warnings": warnings,
    }


def read_pages(path: Path, kind: str, count: int) -> list[PageRead]:
    """All pages, with OCR where it is needed."""
    pages = {page.number: page for page in reading.read_text(path, range(1, count + 1), kind=kind)} if count else {}
    waiting = [number for number, page in pages.items() if reading.needs_ocr(page)]
    for page in reading.recognise(path, waiting, kind=kind):
        pages[page.number] = reading.better(pages[page.number], page)
        progress.print(f"{path.name}: OCR {page.number}/{count}", markup=False)
    return list(pages.values())


def page_row(page: PageRead, *, boxes: bool) -> dict[str, Any]:
    """One page on stdout."""
    row = {
        "number": page.number,
        "text": page.text,
        "source": page.source,
        "score": page.score,
        "confidence": page.confidence,
        "words": len(page.words),
        "steps": list(page.steps),
        "warnings": list(page.warnings),
    }
    if boxes:
        row["boxes"] = [
            [word.text, word.start, word.end, *(round(share, 5) for share in word.box)] for word in page.words
        ]
    return row


def text(row: dict[str, Any]) -> str:
    """One file for people."""
    if row["verdict"] == "refused":
        return f"✗ {row['path']}: {row['code']}. {row['vi']}"
    ocr = sum(page["source"] == "ocr" for page in row["pages"])
    return f"✓ {row['path']}: {row['title']} · {len(row['pages'])} pages, {ocr} by OCR, {len(row['warnings'])} warnings"
