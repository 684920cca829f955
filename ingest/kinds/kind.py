"""What a kind of document is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.budget import Budget
from ingest.parsing.asking import Task
from ingest.parsing.pages import Identity


@dataclass(frozen=True)
class Sent:
    """A file as it was sent. `head`: its first bytes. A copy that reads better goes into `folder`, if there is one."""

    path: Path
    name: str
    head: bytes
    page_limit: int
    folder: Path | None
    budget: Budget


@dataclass(frozen=True)
class Kind:
    """One kind of document.

    `identify` says what a file is, and None when it is of another kind; it raises the refusals of its kind. `read`,
    `recognise` and `draw` are what a limited child does for its pages; None where there is nothing to do.
    """

    name: str
    identify: Callable[[Sent], Identity | None]
    read: Task | None = None
    recognise: Task | None = None
    draw: Task | None = None
