"""Works, their pages and what the reader needs, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from api.web.schemas import BIGGEST, Code, Moment, Named, Number, Sent, Wish, plain
from library.catalogue.models import PageSource, Readership, WorkState
from library.usage import Told
from search.marking import Piece

Typed = Annotated[str, Field(max_length=2500), AfterValidator(plain)]  # a field of a card


class Cover(Sent):
    """What the drawn cover shows: shape by kind, colour by subject, the big sign (grade or first letter)."""

    shape: str  # book | slide | sheet
    subject: str  # lower-case colour key of look/tokens.css, e.g. "toan"
    seed: int
    sign: str


class Card(Sent):
    """A work on a shelf."""

    id: str
    title: str
    type: Named | None
    subject: Named | None
    grade: int | None
    school: Named | None
    page_count: int | None
    cover: Cover
    thumbnail: str | None
    published_at: datetime | None


class Heading(Sent):
    """One line of the table of contents."""

    level: int
    title: str
    page: int


class Copies(Sent):
    """Paper copies of a title in one school."""

    school: Named
    free: int
    total: int  # on the shelves or on loan
    shelf: str | None
    mine: bool  # the asker belongs to this school


class Work(Sent):
    """One title of the catalogue as its page shows it."""

    id: str
    title: str
    authors: str | None
    isbn: str | None
    type: Named | None
    subject: Named | None
    grade: int | None
    lesson: str | None
    series: Named | None
    keywords: list[str]
    source: str | None
    licence: Named | None
    description: str | None
    school: Named | None
    language: str
    state: WorkState
    sight: Readership
    cover: Cover
    thumbnail: str | None
    copies: list[Copies]
    readable: bool = False  # has pages for the reader
    page_count: int | None = None
    ocr_pages: int = 0
    bad_pages: list[int] = []  # pages that could not be read
    contents: list[Heading] = []
    file_name: str | None = None
    file_size: int | None = None  # bytes
    file_type: str | None = None
    version: int | None = None  # a title on paper only has none
    version_id: str | None = None
    digest: str | None = None
    published_at: datetime | None
    created_at: datetime
    place: int | None  # page where the signed-in reader left off
    may_edit: bool  # its card may be corrected; what readers have waits for a review then
    may_delete: bool
    may_publish: bool


class CardFields(Wish):
    """What may stand on a card; what is not said stays. The bounds of each field are `card_fields.py`,
    so that both doors refuse in the same words.
    """

    title: Typed | None = None
    authors: Typed | None = None
    type: Code | None = None
    subject: Code | None = None
    grade: int | None = Field(default=None, ge=-BIGGEST, le=BIGGEST)
    lesson: Typed | None = None
    series: Code | None = None
    keywords: list[Typed] = Field(default_factory=list, max_length=200)
    source: Typed | None = None
    licence: Code | None = None
    description: Typed | None = None
    isbn: Typed | None = None


class CardOfMany(Wish):
    """The same for a chosen set, all or none."""

    works: list[Code] = Field(max_length=200)
    card: CardFields


class Corrected(Sent):
    """What became of a correction: how many wait for a review, because readers have what was approved."""

    works: int
    waiting: int


class CardOfVersion(Sent):
    """The card that somebody corrects: that of the newest version, or what readers have for who may publish."""

    title: str
    authors: str | None
    type: str | None  # codes
    subject: str | None
    grade: int | None
    lesson: str | None
    series: str | None
    keywords: list[str]
    source: str | None
    licence: str | None
    description: str | None
    isbn: str | None
    guessed: list[str]  # fields that the machine has guessed and nobody has confirmed
    waits: bool  # a correction waits for a review
    version: int | None


class Publication(Wish):
    """Approve exactly these bytes for these readers."""

    version_id: Code
    digest: str = Field(max_length=64)
    sight: Readership | None = None
    to: list[Code] = Field(default_factory=list, max_length=200)  # ids, when the sight is department, class or person
    opens_at: Moment | None = None
    closes_at: Moment | None = None


class HistoryLine(Sent):
    """One thing that happened to a work."""

    who: str  # a name, "Hoclieu" for the house itself, "(đã xoá)" for a person who is gone
    act: str  # the stable word of the audit
    words: str
    happened_at: datetime


class History(Sent):
    """What happened to a work, newest first."""

    lines: list[HistoryLine]


class Figures(Sent):
    """How often a work was used; small figures are hidden."""

    views: Told
    reads: Told  # pages opened in the reader
    downloads: Told


class SchoolFigures(Figures):
    """The part of one school; no school: visitors, and readers of no school."""

    school: Named | None


class Usage(Sent):
    """How often a work was used, staff and robots left out."""

    total: Figures
    last_30_days: Figures
    schools: list[SchoolFigures]


class HitBox(Sent):
    """A marked word or run of words on the page image; numbers are shares (0..1) of page width and height."""

    x: float
    y: float
    width: float
    height: float
    hit: int  # boxes of one hit share its number, from 0 on this page


class TextPiece(Sent):
    """A run of page text for the text mode; `hit` numbers marked runs like the boxes."""

    text: str
    marked: bool
    hit: int | None = None


class Page(Sent):
    """One page for the reader."""

    number: int
    width: float  # points; gives the aspect ratio before the image is there
    height: float
    source: PageSource
    confidence: float | None
    image_400: str | None  # URLs
    image_800: str | None
    text: list[TextPiece]  # lines end with "\n"
    paragraphs: list[list[TextPiece]]  # the same flowing, without running heads and page numbers
    boxes: list[HitBox]


class PageOfHits(Sent):
    """One page in the reader's hit list."""

    number: int
    hits: int
    snippet: list[Piece]
    heading: str | None  # the heading of the table of contents that the page stands under


class Hits(Sent):
    """All pages of one work that hold the query, in page order."""

    query: str
    hit_total: int
    pages: list[PageOfHits]


class Place(Wish):
    """Where the reader left off."""

    page: Number
