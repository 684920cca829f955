"""The front of the reading room: what is this file, what do its pages say, how do they look? All parsing happens in
limited children.
"""

import mimetypes
import os
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
from PIL import Image

from ingest.budget import Budget
from ingest.parsing import sandbox
from ingest.parsing.beside import beside
from ingest.parsing.pages import FILE, IMAGE, PDF, Heading, Identity, PageImage, PageRead, Undrawn, page_from
from ingest.parsing.sandbox import ChildDied, Limits
from ingest.parsing.tessdata import NoModel, model_folder
from ingest.refusals import Damaged, EmptyFile, Encrypted, NoPages, NotTheTypeItClaims, TooManyPages

READ_BATCH, OCR_BATCH, DRAW_BATCH = 64, 8, 16
LOOK_LIMITS = Limits(cpu=30, wall=90)
REBUILD_LIMITS = Limits(cpu=60, wall=180)
PAGE_LIMIT = 2500
HEAD = 1024  # bytes in which a PDF must say that it is one
IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
TOO_BAD = 0.5  # syllable score
GIVEN_UP = "given-up"  # a step of a page for which no budget was left
log = structlog.get_logger()
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Task(Generic[Answer]):
    """What a child does with pages: its name, seconds of processor for the start and for a page, how an answer is
    taken, what a page says that is given up after it has killed, and one for which nothing was left.
    """

    name: str
    start: int
    page: float
    take: Callable[[dict[str, Any]], Answer]
    give_up: Callable[[int], Answer]
    skip: Callable[[int], Answer]

    def limits(self, pages: int, left: float) -> Limits:
        """For a batch, with so many seconds left."""
        cpu = self.start + round(self.page * pages)
        return Limits(cpu=cpu, wall=max(1, round(min(20 + 3 * cpu, left))))


def identify(
    path: Path, name: str, *, page_limit: int = PAGE_LIMIT, folder: Path | None = None, budget: Budget | None = None
) -> Identity:
    """What the file is, by its bytes; a damaged PDF is rebuilt in `folder`. Raises a refusal of `ingest/refusals.py`
    with a stable code.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise EmptyFile
    if b"%PDF-" in head:
        return _identify_pdf(path, page_limit, folder, budget or Budget())
    if name.lower().endswith(".pdf"):
        raise NotTheTypeItClaims
    image = _image_type(path, head)
    if image:
        return Identity(IMAGE, image, 1)
    return Identity(
        FILE, mimetypes.guess_type(name)[0] or "application/octet-stream", None, warnings=("kept-not-read",)
    )


def read_text(
    path: Path, numbers: Sequence[int], *, kind: str = PDF, budget: Budget | None = None
) -> Iterator[PageRead]:
    """The pages' words, in order; a page that kills its reader twice is named and the others go on."""
    budget = budget or Budget()
    for batch in _batches(numbers, READ_BATCH):
        yield from _each(READ, {"path": str(path), "kind": kind}, batch, budget)


def needs_ocr(page: PageRead) -> bool:
    """Step 6 of the page ladder: no text, a watermark on a scan, or text that stayed garbage."""
    if page.source == "ocr" or not {"blank", GIVEN_UP}.isdisjoint(page.steps) or "page-unreadable" in page.warnings:
        return False
    if not page.text.strip() or "image-covers" in page.steps:
        return True
    return page.score is not None and page.score < TOO_BAD


def recognise(
    path: Path, numbers: Sequence[int], *, kind: str = PDF, budget: Budget | None = None
) -> Iterator[PageRead]:
    """The pages by OCR, in order."""
    come: dict[int, PageRead] = {}
    waiting = iter(numbers)
    following = next(waiting, None)
    for page in recognise_as_it_comes(path, numbers, kind=kind, budget=budget):
        come[page.number] = page
        while following in come:
            yield come.pop(following)
            following = next(waiting, None)


def recognise_as_it_comes(
    path: Path, numbers: Sequence[int], *, kind: str = PDF, budget: Budget | None = None
) -> Generator[PageRead]:
    """The pages by OCR, each as soon as it is read; as many children at once as there are cores."""
    budget = budget or Budget()
    try:
        model_folder()
    except NoModel:
        yield from (_named(number, "ocr-not-available") for number in numbers)
        return
    hands = max(1, min(os.cpu_count() or 1, 8))
    shares = _batches(numbers, max(1, min(OCR_BATCH, -(-len(numbers) // hands))))
    yield from beside(
        [partial(_each, RECOGNISE, {"path": str(path), "kind": kind}, share, budget) for share in shares],
        hands,
        budget.leash,
    )


def draw_pages(
    path: Path, numbers: Sequence[int], folder: Path, *, kind: str = PDF, budget: Budget | None = None
) -> Iterator[PageImage | Undrawn]:
    """Images of the pages in `folder`, in order; a page that cannot be drawn is named."""
    budget = budget or Budget()
    for batch in _batches(numbers, DRAW_BATCH):
        yield from _each(DRAW, {"path": str(path), "kind": kind, "folder": str(folder)}, batch, budget)


def _identify_pdf(path: Path, page_limit: int, folder: Path | None, budget: Budget) -> Identity:
    refused = {"encrypted": Encrypted, "damaged": Damaged, "no-pages": NoPages}
    answer = _first({"task": "identify", "path": str(path)}, LOOK_LIMITS, budget) or {
        "refused": "damaged",
        "suspect": True,
    }
    if answer.get("suspect") and folder is not None:
        limits = replace(REBUILD_LIMITS, file=2 * path.stat().st_size + REBUILD_LIMITS.file)
        answer = _first({"task": "rebuild", "path": str(path), "folder": str(folder)}, limits, budget) or answer
    if "refused" in answer:
        raise refused[answer["refused"]]
    if answer["page_count"] > page_limit:
        raise TooManyPages(pages=answer["page_count"], limit=page_limit)
    contents = tuple(Heading(level, title, page) for level, title, page in answer["contents"])
    rebuilt = Path(answer["path"]) if "path" in answer else None
    return Identity(
        PDF,
        "application/pdf",
        answer["page_count"],
        answer["title"],
        answer["author"],
        contents,
        tuple(answer["warnings"]),
        rebuilt,
    )


def _first(job: dict[str, Any], limits: Limits, budget: Budget) -> dict[str, Any] | None:
    """The first answer of a child; None when it had none or died."""
    try:
        with closing(sandbox.run(job, limits, budget.leash)) as answers:
            return next(answers, None)
    except ChildDied as died:
        log.warning("parser-died", reason=str(died), task=job["task"])
        budget.died(job["task"])
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


def _each(task: Task[Answer], job: dict[str, Any], numbers: Sequence[int], budget: Budget) -> Iterator[Answer]:
    """Run a batch. When its child dies, the page it was at is tried once more by itself, and given up when it kills
    again; the others go on.
    """
    rest = list(numbers)
    while rest:
        if budget.spent:
            budget.stops_at(rest[0])
            yield from map(task.skip, rest)
            return
        batch = rest[:1] if budget.suspects(task.name, rest[0]) else rest
        done: set[int] = set()
        try:
            yield from _answers(task, job, batch, done, budget)
            rest = rest[len(batch) :]
        except ChildDied as died:
            rest = [number for number in rest if number not in done]
            log.warning(
                "parser-died",
                reason=str(died),
                page=rest[0] if rest else None,
                spent=round(budget.seconds),
                deaths=budget.deaths,
            )
            if rest and budget.died(task.name, rest[0]):
                yield task.give_up(rest.pop(0))


def _answers(
    task: Task[Answer], job: dict[str, Any], numbers: Sequence[int], done: set[int], budget: Budget
) -> Iterator[Answer]:
    """What one child says of these pages. Raises ChildDied."""
    limits = task.limits(len(numbers), budget.left)
    with closing(sandbox.run({"task": task.name, "numbers": list(numbers), **job}, limits, budget.leash)) as answers:
        for answer in answers:
            budget.drew(answer.pop("pixels", 0))
            done.add(int(answer.get("number", answer.get("undrawn", 0))))
            yield task.give_up(answer["undrawn"]) if "undrawn" in answer else task.take(answer)


def _image_from(row: dict[str, Any]) -> PageImage:
    return PageImage(**{**row, "path": Path(row["path"])})


def _named(number: int, *warnings: str, steps: tuple[str, ...] = ()) -> PageRead:
    return PageRead(number, 595.0, 842.0, "", (), "none", None, None, steps, warnings)


def _unreadable(number: int) -> PageRead:
    return _named(number, "page-unreadable")


def _skipped(number: int) -> PageRead:
    return _named(number, steps=(GIVEN_UP,))


def _batches(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[at : at + size] for at in range(0, len(numbers), size))


READ = Task("read", 8, 0.5, page_from, _unreadable, _skipped)
RECOGNISE = Task("recognise", 60, 30, page_from, _unreadable, _skipped)
DRAW: Task[PageImage | Undrawn] = Task("draw", 8, 3, _image_from, Undrawn, partial(Undrawn, tried=False))
