"""The front of the reading room: what is this file, what do its pages say, how do they look? All parsing happens in limited children."""

import mimetypes
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import structlog
from PIL import Image

from ingest import sandbox
from ingest.pages import FILE, IMAGE, PDF, Heading, Identity, PageImage, PageRead, page_from
from ingest.refusals import Damaged, EmptyFile, Encrypted, NoPages, NotTheTypeItClaims, TooManyPages
from ingest.sandbox import ChildDied, Limits
from ingest.tessdata import NoModel, model_folder

READ_BATCH, OCR_BATCH, DRAW_BATCH = 64, 8, 16
READ_LIMITS = Limits(cpu=30, wall=90)
OCR_LIMITS = Limits(cpu=120, wall=300)
DRAW_LIMITS = Limits(cpu=60, wall=180)
REBUILD_LIMITS = Limits(cpu=60, wall=180)
PAGE_LIMIT = 2500
HEAD = 1024  # bytes in which a PDF must say that it is one
IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
TOO_BAD = 0.5  # syllable score
log = structlog.get_logger()
Answer = TypeVar("Answer")


def identify(path: Path, name: str, *, page_limit: int = PAGE_LIMIT, folder: Path | None = None) -> Identity:
    """What the file is, by its bytes; a damaged PDF is rebuilt in `folder`. Raises a refusal of `ingest/refusals.py` with a stable code."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise EmptyFile
    if b"%PDF-" in head:
        return _identify_pdf(path, page_limit, folder)
    if name.lower().endswith(".pdf"):
        raise NotTheTypeItClaims
    image = _image_type(path, head)
    if image:
        return Identity(IMAGE, image, 1)
    return Identity(FILE, mimetypes.guess_type(name)[0] or "application/octet-stream", None, warnings=("kept-not-read",))


def read_text(path: Path, numbers: Sequence[int], *, kind: str = PDF) -> Iterator[PageRead]:
    """The pages' words, in order; a page that kills its reader is named and the others go on."""
    for batch in _batches(numbers, READ_BATCH):
        job = {"task": "read", "path": str(path), "kind": kind}
        yield from _each(job, batch, READ_LIMITS, page_from, _unreadable)


def needs_ocr(page: PageRead) -> bool:
    """Step 6 of the page ladder: no text, a watermark on a scan, or text that stayed garbage."""
    if page.source == "ocr" or "blank" in page.steps or "page-unreadable" in page.warnings:
        return False
    if not page.text.strip() or "image-covers" in page.steps:
        return True
    return page.score is not None and page.score < TOO_BAD


def recognise(path: Path, numbers: Sequence[int], *, kind: str = PDF) -> Iterator[PageRead]:
    """The pages by OCR, in order; as many children at once as there are cores."""
    try:
        model_folder()
    except NoModel:
        yield from (_named(number, "ocr-not-available") for number in numbers)
        return

    def one_batch(batch: Sequence[int]) -> list[PageRead]:
        job = {"task": "recognise", "path": str(path), "kind": kind}
        return list(_each(job, batch, OCR_LIMITS, page_from, _unreadable))

    hands = max(1, min(os.cpu_count() or 1, 8))
    with ThreadPoolExecutor(hands) as pool:
        waiting = list(_batches(numbers, max(1, min(OCR_BATCH, -(-len(numbers) // hands)))))
        running = [pool.submit(copy_context().run, one_batch, batch) for batch in waiting[:hands]]
        rest = iter(waiting[hands:])
        while running:
            pages = running.pop(0).result()
            running += [pool.submit(copy_context().run, one_batch, batch) for batch in islice(rest, 1)]
            yield from pages


def draw_pages(path: Path, numbers: Sequence[int], folder: Path, *, kind: str = PDF) -> Iterator[PageImage]:
    """Images of the pages in `folder`; a page that cannot be drawn is left out."""
    for batch in _batches(numbers, DRAW_BATCH):
        job = {"task": "draw", "path": str(path), "kind": kind, "folder": str(folder)}
        for image in _each(job, batch, DRAW_LIMITS, _image_from, lambda _number: None):
            if image is not None:
                yield image


def _identify_pdf(path: Path, page_limit: int, folder: Path | None) -> Identity:
    refused = {"encrypted": Encrypted, "damaged": Damaged, "no-pages": NoPages}
    answer = _first({"task": "identify", "path": str(path)}, READ_LIMITS) or {"refused": "damaged", "suspect": True}
    if answer.get("suspect") and folder is not None:
        limits = replace(REBUILD_LIMITS, file=2 * path.stat().st_size + REBUILD_LIMITS.file)
        answer = _first({"task": "rebuild", "path": str(path), "folder": str(folder)}, limits) or answer
    if "refused" in answer:
        raise refused[answer["refused"]]
    if answer["page_count"] > page_limit:
        raise TooManyPages(pages=answer["page_count"], limit=page_limit)
    contents = tuple(Heading(level, title, page) for level, title, page in answer["contents"])
    rebuilt = Path(answer["path"]) if "path" in answer else None
    return Identity(PDF, "application/pdf", answer["page_count"], answer["title"], answer["author"], contents, tuple(answer["warnings"]), rebuilt)


def _first(job: dict[str, Any], limits: Limits) -> dict[str, Any] | None:
    """The first answer of a child; None when it had none or died."""
    try:
        with closing(sandbox.run(job, limits)) as answers:
            return next(answers, None)
    except ChildDied as died:
        log.warning("parser-died", reason=str(died), task=job["task"])
        return None


def _image_type(path: Path, head: bytes) -> str | None:
    """The media type when the bytes begin like an image that we read; its header alone is looked at here."""
    if not head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF")):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return IMAGES.get(image.format or "")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _each(
    job: dict[str, Any],
    numbers: Sequence[int],
    limits: Limits,
    take: Callable[[dict[str, Any]], Answer],
    give_up: Callable[[int], Answer],
) -> Iterator[Answer]:
    """Run a batch; when its child dies, go on page by page with what is missing, and give up on the page that kills again."""
    done: set[int] = set()
    try:
        with closing(sandbox.run({**job, "numbers": list(numbers)}, limits)) as answers:
            for answer in answers:
                done.add(int(answer.get("number", answer.get("undrawn", 0))))
                yield give_up(answer["undrawn"]) if "undrawn" in answer else take(answer)
    except ChildDied as died:
        log.warning("parser-died", reason=str(died), pages=len(numbers))
        for number in (number for number in numbers if number not in done):
            if len(numbers) == 1:
                yield give_up(number)
            else:
                yield from _each(job, [number], limits, take, give_up)


def _image_from(row: dict[str, Any]) -> PageImage | None:
    return PageImage(**{**row, "path": Path(row["path"])})


def _unreadable(number: int) -> PageRead:
    return _named(number, "page-unreadable")


def _named(number: int, warning: str) -> PageRead:
    return PageRead(number, 595.0, 842.0, "", (), "none", None, None, (), (warning,))


def _batches(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[at : at + size] for at in range(0, len(numbers), size))
