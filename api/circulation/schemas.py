"""The desk, copies and loans on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.web.schemas import Code, Day, Line, Moment, Named, Sent, Wish
from library.circulation.models import ItemStatus, ScanKind
from library.circulation.stock import Whose


class ScanWish(Wish):
    """One scan. The same `id` twice is the same scan.

    `opened_by` is the id of the scan of the card under which a copy was scanned; `card`, the card itself, is for who
    keeps no list of scans.
    """

    id: UUID
    code: str = Field(min_length=1, max_length=200)
    opened_by: UUID | None = None
    scanned_at: Moment | None = None  # by the desk's own clock
    card: str | None = Field(default=None, max_length=60)
    school: Code | None = None  # the code of the school at whose desk it was scanned
    return_first: bool = False  # the copy is on somebody else's name but in the librarian's hands


class Borrower(Sent):
    """The patron at the desk."""

    card: str
    name: str
    loans: int  # copies they have at home
    limit: int


class Scan(Sent):
    """What a scan did."""

    id: str
    kind: ScanKind
    code: str
    sentence: str
    borrower: Borrower | None
    title: str | None
    accession: int | None
    due_at: datetime | None
    scanned_at: datetime
    undone: bool
    undoable: bool


class ScanLine(Sent):
    """One line of the desk's log."""

    id: str
    kind: ScanKind
    code: str
    happened_at: datetime
    scanned_at: datetime  # by the desk's own clock, where it told
    borrower: str | None
    title: str | None
    accession: int | None
    due_at: datetime | None
    undone: bool
    undoable: bool


class Desk(Sent):
    """The desk of a school."""

    code: str  # of the school
    school: str
    open_loans: int
    overdue: int
    lines: list[ScanLine]


class Copy(Sent):
    """One copy of the school."""

    id: str
    work_id: str
    title: str
    barcode: str
    accession: int
    shelf: str | None
    status: ItemStatus


class CopiesOfSchool(Sent):
    """The copies added last."""

    copies: list[Copy]


class KnownTitle(Sent):
    """A title that the library knows under an ISBN."""

    work_id: str
    title: str
    authors: str | None
    unit: Named
    whose: Whose


class KnownTitles(Sent):
    """What the library knows under an ISBN, the nearest first."""

    titles: list[KnownTitle]


class NewCopies(Wish):
    """Copies for a known ISBN or a title; `barcodes` when the school has its labels on already.

    What only others know under the ISBN is confirmed by its `work_id`, or turned down by `another` with a title.
    """

    title: Line = Field(default="", max_length=300)
    isbn: str = Field(default="", max_length=40)
    work_id: UUID | None = None
    another: bool = False
    count: int = Field(default=1, ge=1, le=200)
    shelf: Line | None = Field(default=None, max_length=60)
    barcodes: list[Code] = Field(default_factory=list, max_length=200)


class Loan(Sent):
    """A copy that I have at home."""

    id: str
    title: str
    work_id: str
    due_at: datetime
    overdue: bool


class Loans(Sent):
    """What I have at home."""

    loans: list[Loan]


class CalendarWish(Wish):
    """When the school's library is open."""

    opening_hours: str | None = Field(default=None, max_length=300)
    open_weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        default_factory=lambda: [1, 2, 3, 4, 5, 6], max_length=7
    )
    last_return_day: Day | None = None
    closed_days: list[Day] = Field(default_factory=list, max_length=200)


class Calendar(Sent):
    """The same, as it stands."""

    opening_hours: str | None
    open_weekdays: list[int]
    last_return_day: date | None
    closed_days: list[date]
