"""The librarian's pages: the desk, the copies; and everybody's own loans. Forms work without script."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form

from api.circulation import schemas, shown
from api.web.dependencies import Asked
from api.web.doors import Door, Room, Shown
from api.web.errors import NotValid
from api.web.pages import LongText, Text, wished
from api.web.rendering import day
from api.web.schemas import Code
from library.calendar import local_date
from library.catalogue.isbn import normal_isbn
from library.circulation import calendars, closed_days, desk, queries, stock
from library.circulation.closed_days import Closure
from library.circulation.judging import STATUS_WORDS
from library.circulation.models import ScanKind
from library.circulation.refusals import TitleToConfirm, UnknownCard

DESK, COPIES, CALENDAR = "/quay", "/kho", "/quay/lich"
ANOTHER = "another"
room = Room()


@dataclass(frozen=True)
class AtDesk:
    """Who stands at the desk, as its page carries it from scan to scan: by the scan of their card.

    `card` is what pages of the release before carry; it stays in the page until its reader is done.
    """

    opened_by: str = ""
    card: str = ""


NOBODY = AtDesk()


@room.page(DESK, "desk")
def desk_page(door: Door) -> Shown:
    """The desk; the patron stays at it until somebody presses "done"."""
    there = still_there(door)
    return {
        "desk": shown.desk_of(door.session, door.actor, at=door.at),
        "done": None,
        "there": there,
        "borrower": borrower_of(door, there),
        "key": str(uuid.uuid4()),
        "today": day(door.at),
        "happened": shown.HAPPENED,
    }


def still_there(door: Door) -> AtDesk:
    """Who is at the desk after a scan that was refused: whoever's card was not opened, the next copy is not for the
    reader before them.
    """
    if isinstance(door.problem, UnknownCard):
        return AtDesk(str(door.given.get("key", "")))
    return AtDesk(str(door.given.get("opened_by", "")), str(door.given.get("card", "")))


def borrower_of(door: Door, there: AtDesk) -> schemas.Borrower | None:
    """Whoever's card is open; nobody when none is, or when it was not opened."""
    try:
        opened_by = id_or_none(there.opened_by)
    except NotValid:
        return None
    return shown.borrower_opened(door.session, door.actor, opened_by, at=door.at) if opened_by else None


def id_or_none(text: str) -> uuid.UUID | None:
    """An id as a form carries it. Raises NotValid."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise NotValid(fields="code") from error


@room.form(DESK, back=DESK, again=desk_page)
def scan(door: Door, code: Text = "", opened_by: Text = "", card: Text = "", key: Text = "") -> Shown:
    """One scan by the plain form."""
    school = desk.school_of(door.session, door.actor)
    scan_id = id_or_none(key) or uuid.uuid4()
    wish = wished(schemas.ScanWish, id=scan_id, code=code, opened_by=opened_by or None, card=card or None)
    done = shown.sent(
        door.session,
        desk.scan(
            door.session, wish.id, wish.code, wish.card, school, by=door.actor, at=door.at, opened_by=wish.opened_by
        ),
        door.language,
        at=door.at,
    )
    before = AtDesk(opened_by, card)
    there = AtDesk(done.id) if done.kind == ScanKind.PATRON else before if done.kind == ScanKind.LENT else NOBODY
    return {"done": done, "there": there, "borrower": done.borrower if there != NOBODY else None}


@room.form(DESK + "/{scan_id}/hoan-tac", back=DESK, again=desk_page)
def undo(door: Door, scan_id: uuid.UUID) -> None:
    """Take an act at the desk back."""
    desk.undo(door.session, scan_id, desk.school_of(door.session, door.actor), by=door.actor, at=door.at)


@room.page(COPIES, "copies")
def copies_page(door: Door) -> Shown:
    """The copies of the school; after a refusal about the title, with what the library knows under the ISBN."""
    isbn = str(door.given.get("isbn", ""))
    asked = isinstance(door.problem, TitleToConfirm) or bool(door.given.get("known"))
    known = shown.titles_of(door.session, door.actor, isbn, at=door.at).titles if asked and normal_isbn(isbn) else []
    return {
        "copies": shown.copies_of(door.session, door.actor).copies,
        "titles": known,
        "made": None,
        "status": STATUS_WORDS,
    }


@room.form(COPIES, back=COPIES, again=copies_page)
def add_copies(
    door: Door,
    title: Text = "",
    isbn: Text = "",
    count: Text = "1",
    shelf: Text = "",
    barcodes: LongText = "",
    known: Text = "",
) -> Shown:
    """Add copies: by ISBN, by title, with own labels or the school's. `known`: the title chosen under the ISBN, or
    "another".
    """
    typed = {"title": title.strip(), "isbn": isbn.strip(), "count": count.strip(), "shelf": shelf.strip() or None}
    wish = wished(schemas.NewCopies, **typed, barcodes=barcodes.split(), **chosen(known))
    delivery = stock.Delivery(**dict(wish))
    work, items = stock.receive(
        door.session, desk.school_of(door.session, door.actor), delivery, by=door.actor, at=door.at
    )
    return {
        "made": shown.copies_in(items, work.title).copies,
        "copies": shown.copies_of(door.session, door.actor).copies,
    }


def chosen(known: str) -> Mapping[str, Any]:
    """The title that was chosen, as the API knows it."""
    return {"another": True} if known == ANOTHER else {"work_id": known} if known else {}


@room.page(CALENDAR, "calendar")
def calendar_page(door: Door, saved: Asked = "") -> Shown:
    """When the school's library is open."""
    school = desk.school_of(door.session, door.actor)
    days = queries.closed_days(door.session, school.id, at=door.at, limit=closed_days.MOST)
    return {
        "school": school.name,
        "calendar": shown.calendar_of(door.session, school, at=door.at),
        "closed": closed_days.written(Closure(day, reason) for day, reason in days),
        "today": local_date(door.at),
        "saved": bool(saved) and door.problem is None,
    }


@room.form(CALENDAR, back=CALENDAR + "?saved=1", again=calendar_page)
def change_calendar(
    door: Door,
    open_weekdays: Annotated[list[Code], Form(default_factory=list, max_length=7)],
    opening_hours: Text = "",
    last_return_day: Text = "",
    closed: LongText = "",
) -> None:
    """Say when the school's library is open; due dates of new loans follow."""
    typed = {"opening_hours": opening_hours.strip() or None, "last_return_day": last_return_day.strip() or None}
    wish = wished(schemas.CalendarWish, **typed, open_weekdays=open_weekdays)
    calendars.change(
        door.session,
        desk.school_of(door.session, door.actor),
        opening_hours=wish.opening_hours,
        open_weekdays=wish.open_weekdays,
        last_return_day=wish.last_return_day,
        closed_days=closed_days.read(closed),
        by=door.actor,
        at=door.at,
    )


@room.page("/toi/muon", "my-loans")
def my_loans(door: Door) -> Shown:
    """What I have at home."""
    return {"loans": shown.loans_of(door.session, door.actor, at=door.at).loans}
