"""What the steps say about a file: its identity, its pages, its images, its description. Plain data that crosses
process borders.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

UNJUDGED = 0.75  # how sound a text counts that has too few telling words


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents; `page` counts from 1."""

    level: int
    title: str
    page: int


@dataclass(frozen=True)
class Identity:
    """What a file is. `kind`: the name of one of `kinds/order.py`; without pages it is kept and not read.

    `rebuilt`: the copy to read instead of a file whose structure is damaged.
    """

    kind: str
    media_type: str
    page_count: int | None
    title: str | None = None
    author: str | None = None
    contents: tuple[Heading, ...] = ()
    warnings: tuple[str, ...] = ()
    rebuilt: Path | None = None


class Word(NamedTuple):
    """A word of a page: `page.text[start:end] == text`; box as shares (0..1) of page width and height: x0, y0, x1,
    y1.
    """

    text: str
    start: int
    end: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class PageRead:
    """One read page; width and height in points as shown (after rotation), lines of the text end with a newline.

    `warnings`: codes; the letters that one names stand behind a colon.
    """

    number: int
    width: float
    height: float
    text: str
    words: tuple[Word, ...]
    source: str  # text, second-opinion, ocr, none
    score: float | None  # legibility: how sound the text is, 0..1
    confidence: float | None
    steps: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class PageImage:
    """One drawn image; `size` is its nominal width in pixels: 400, 800, or 160 for the thumbnail."""

    number: int
    size: int
    width: int
    height: int
    path: Path
    media_type: str


@dataclass(frozen=True)
class Undrawn:
    """A page of which there is no image; not `tried`: nothing was left of the deposit's budget."""

    number: int
    tried: bool = True


@dataclass(frozen=True)
class Description:
    """What a work seems to be, guessed for its keeper to correct."""

    title: str
    subject: str | None
    grade: int | None
    series: str | None
    type: str | None
    language: str


def worth(read: PageRead) -> float:
    """How much a reading says, soundly: its letters, times how sound they are."""
    letters = len(read.text) - read.text.count(" ") - read.text.count("\n")
    return letters * (UNJUDGED if read.score is None else read.score)


def warned(code: str, page: int | None = None) -> dict[str, Any]:
    """A warning as it is kept: its code, and the facts of its sentence."""
    code, _, letters = code.partition(":")
    return {"code": code, "page": page} | ({"letters": " ".join(letters)} if letters else {})


def page_from(row: dict[str, Any]) -> PageRead:
    """A page as the child sent it."""
    words = tuple(Word(text, start, end, (x0, y0, x1, y1)) for text, start, end, x0, y0, x1, y1 in row["words"])
    return PageRead(**{**row, "words": words, "steps": tuple(row["steps"]), "warnings": tuple(row["warnings"])})


def page_to(page: PageRead) -> dict[str, Any]:
    """A page as the child sends it."""
    row = {
        name: getattr(page, name)
        for name in ("number", "width", "height", "text", "source", "score", "confidence", "steps", "warnings")
    }
    return row | {"words": [[word.text, word.start, word.end, *word.box] for word in page.words]}


def identity_to(identity: Identity) -> dict[str, Any]:
    """An identity as it is kept; without the rebuilt copy, which does not last."""
    return {name: value for name, value in asdict(identity).items() if name != "rebuilt"}


def identity_from(row: dict[str, Any]) -> Identity:
    """An identity as it was kept."""
    contents = tuple(Heading(**heading) for heading in row["contents"])
    return Identity(**{**row, "contents": contents, "warnings": tuple(row["warnings"])})
