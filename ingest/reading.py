"""The front of the reading room: what is this file, what do its pages say, how do they look? All parsing happens in
limited children.
"""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingest.budget import Budget
from ingest.kinds.kind import Sent
from ingest.kinds.order import KINDS, named
from ingest.parsing.asking import Answers, batches, each
from ingest.parsing.beside import beside
from ingest.parsing.legible import TOO_BAD
from ingest.parsing.pages import Identity, PageImage, PageRead, Undrawn, page_from, worth
from ingest.parsing.tessdata import NoModel, model_folder
from ingest.parsing.together import UNEXPLAINED, together
from ingest.parsing.turning import turned_back
from ingest.refusals import EmptyFile

PAGE_LIMIT = 2500
HEAD = 1024  # bytes in which a file says what it is
LAYER_KEPT = "layer-kept"  # a step of a page whose recognition said no more than its text did
GIVEN_UP = "given-up"  # a step of a page for which no budget was left


def identify(
    path: Path, name: str, *, page_limit: int = PAGE_LIMIT, folder: Path | None = None, budget: Budget | None = None
) -> Identity:
    """What the file is, by its bytes; a damaged one may be rebuilt in `folder`. Raises EmptyFile, or a refusal of its
    kind.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise EmptyFile
    sent = Sent(path, name, head, page_limit, folder, budget or Budget())
    return next(found for kind in KINDS if (found := kind.identify(sent)))


def read_text(
    path: Path, numbers: Sequence[int], *, kind: str = "pdf", budget: Budget | None = None
) -> Iterator[PageRead]:
    """The pages' words, in order; a page that kills its reader twice is named and the others go on."""
    task, budget = named(kind).read, budget or Budget()
    if task is None:
        return
    for batch in batches(numbers, task.batch):
        yield from each(task, PAGES, {"path": str(path)}, batch, budget)


def needs_ocr(page: PageRead) -> bool:
    """Step 6 of the page ladder: no text, more drawn than the text says, or text that stayed garbage."""
    if page.source == "ocr" or not {"blank", GIVEN_UP}.isdisjoint(page.steps) or "page-unreadable" in page.warnings:
        return False
    if not page.text.strip() or not {"image-covers", UNEXPLAINED}.isdisjoint(page.steps):
        return True
    return page.score is not None and page.score < TOO_BAD


def better(layer: PageRead, recognised: PageRead) -> PageRead:
    """The one of the two that says more, soundly: recognition never replaces a text that it only takes away from. Both
    where the text is sound and not all that is drawn.
    """
    if UNEXPLAINED in layer.steps and (layer.score is None or layer.score >= TOO_BAD):
        return together(layer, recognised)
    if (worth(recognised), bool(recognised.text)) >= (worth(layer), bool(layer.text)):
        return recognised
    steps = tuple(dict.fromkeys((*layer.steps, *turned_back(recognised).steps, LAYER_KEPT)))
    return replace(layer, steps=steps, warnings=(*layer.warnings, *recognised.warnings))


def recognise(
    path: Path, numbers: Sequence[int], *, kind: str = "pdf", budget: Budget | None = None
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
    path: Path, numbers: Sequence[int], *, kind: str = "pdf", budget: Budget | None = None
) -> Generator[PageRead]:
    """The pages by OCR, each as soon as it is read; as many children at once as there are cores."""
    task, budget = named(kind).recognise, budget or Budget()
    if task is None:
        return
    try:
        model_folder()
    except NoModel:
        yield from (_named(number, "ocr-not-available") for number in numbers)
        return
    hands = max(1, min(os.cpu_count() or 1, 8))
    shares = batches(numbers, max(1, min(task.batch, -(-len(numbers) // hands))))
    yield from beside(
        [partial(each, task, PAGES, {"path": str(path)}, share, budget) for share in shares], hands, budget.leash
    )


def draw_pages(
    path: Path,
    numbers: Sequence[int],
    folder: Path,
    *,
    kind: str = "pdf",
    turns: Mapping[int, int] = MappingProxyType({}),
    budget: Budget | None = None,
) -> Iterator[PageImage | Undrawn]:
    """Images of the pages in `folder`, in order; a page that cannot be drawn is named. `turns`: by how many degrees
    clockwise pages are turned that lay another way round.
    """
    task, budget = named(kind).draw, budget or Budget()
    if task is None:
        return
    for batch in batches(numbers, task.batch):
        turned = [(number, turns[number]) for number in batch if number in turns]
        yield from each(task, IMAGES, {"path": str(path), "folder": str(folder), "turns": turned}, batch, budget)


def _image_from(row: dict[str, Any]) -> PageImage:
    return PageImage(**{**row, "path": Path(row["path"])})


def _named(number: int, *warnings: str, steps: tuple[str, ...] = ()) -> PageRead:
    return PageRead(number, 595.0, 842.0, "", (), "none", None, None, steps, warnings)


def _unreadable(number: int) -> PageRead:
    return _named(number, "page-unreadable")


def _skipped(number: int) -> PageRead:
    return _named(number, steps=(GIVEN_UP,))


PAGES = Answers(page_from, _unreadable, _skipped)
IMAGES: Answers[PageImage | Undrawn] = Answers(_image_from, Undrawn, partial(Undrawn, tried=False))
