"""The desk over HTTP: one scan at a time, each at most once; copies, loans and the calendar of a school."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.circulation import schemas, shown
from api.web.dependencies import Language, Now, Reader, Reading, Writer, Writing
from api.web.problems import SIGNED_IN, problems
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.isbn import IsbnWrong
from library.circulation import calendars, desk, stock
from library.circulation.calendars import DayOutOfReach
from library.circulation.closed_days import Closure
from library.circulation.refusals import (
    OF_A_CODE,
    OF_A_LOAN,
    BarcodeTaken,
    CardNotOpen,
    IsbnUnknown,
    ItemOnLoan,
    NotAtDesk,
    NothingToUndo,
    TitleNeeded,
    TitleToConfirm,
    UnknownCard,
)

router = APIRouter(prefix="/api/v1", tags=["desk"], responses=problems(*SIGNED_IN))


@router.post(
    "/desk/scans",
    status_code=201,
    response_model=schemas.Scan,
    responses={
        **problems(NotAtDesk, UnknownCard, CardNotOpen, *OF_A_CODE, *OF_A_LOAN, NothingToUndo),
        200: {"model": schemas.Scan, "description": "What this very scan did when it was sent before"},
    },
)
def scan(
    wish: schemas.ScanWish, session: Writing, actor: Writer, at: Now, language: Language, response: Response
) -> schemas.Scan:
    """A card, a copy for the patron at the desk, or a copy alone, which is a return."""
    done = desk.scan(
        session,
        wish.id,
        wish.code,
        wish.card,
        desk.school_of(session, actor, said=wish.school),
        by=actor,
        at=at,
        opened_by=wish.opened_by,
        scanned_at=wish.scanned_at,
        return_first=wish.return_first,
    )
    if done.again:
        response.status_code = 200
    return shown.sent(session, done, language, at=at)


@router.post(
    "/desk/scans/{scan_id}/undo", response_model=schemas.Scan, responses=problems(NotAtDesk, NothingToUndo, ItemOnLoan)
)
def undo(scan_id: uuid.UUID, session: Writing, actor: Writer, at: Now, language: Language) -> schemas.Scan:
    """Take the last act on a copy back."""
    done = desk.undo(session, scan_id, desk.school_of(session, actor), by=actor, at=at)
    return shown.sent(session, done, language, at=at)


@router.get("/desk", response_model=schemas.Desk, responses=problems(NotAtDesk))
def overview(session: Reading, actor: Reader, at: Now) -> schemas.Desk:
    """What happened last at my desk, and what is out."""
    return shown.desk_of(session, actor, at=at)


@router.get("/copies", response_model=schemas.CopiesOfSchool, responses=problems(NotAtDesk))
def copies(session: Reading, actor: Reader) -> schemas.CopiesOfSchool:
    """The copies of my school, newest first."""
    return shown.copies_of(session, actor)


@router.get("/copies/titles", response_model=schemas.KnownTitles, responses=problems(NotAtDesk, IsbnWrong))
def known_titles(
    isbn: Annotated[str, Query(max_length=40)], session: Reading, actor: Reader, at: Now
) -> schemas.KnownTitles:
    """What the library knows under an ISBN, to be compared with the book in hand."""
    return shown.titles_of(session, actor, isbn, at=at)


@router.post(
    "/copies",
    status_code=201,
    response_model=schemas.CopiesOfSchool,
    responses=problems(NotAtDesk, UnknownWork, IsbnWrong, IsbnUnknown, TitleNeeded, TitleToConfirm, BarcodeTaken),
)
def add_copies(wish: schemas.NewCopies, session: Writing, actor: Writer, at: Now) -> schemas.CopiesOfSchool:
    """Add copies by ISBN, by title, or to a title of the catalogue."""
    delivery = stock.Delivery(**dict(wish))
    work, items = stock.receive(session, desk.school_of(session, actor), delivery, by=actor, at=at)
    return shown.copies_in(items, work.title)


@router.get("/me/loans", response_model=schemas.Loans)
def my_loans(session: Reading, actor: Reader, at: Now) -> schemas.Loans:
    """What I have at home."""
    return shown.loans_of(session, actor, at=at)


@router.get("/desk/calendar", response_model=schemas.Calendar, responses=problems(NotAtDesk))
def calendar(session: Reading, actor: Reader, at: Now) -> schemas.Calendar:
    """When my school's library is open."""
    return shown.calendar_of(session, desk.school_of(session, actor), at=at)


@router.put("/desk/calendar", response_model=schemas.Calendar, responses=problems(NotAtDesk, DayOutOfReach))
def change_calendar(wish: schemas.CalendarWish, session: Writing, actor: Writer, at: Now) -> schemas.Calendar:
    """Say when my school's library is open; due dates of new loans follow."""
    school = desk.school_of(session, actor)
    calendars.change(
        session,
        school,
        opening_hours=wish.opening_hours,
        open_weekdays=wish.open_weekdays,
        last_return_day=wish.last_return_day,
        closed_days=map(Closure, wish.closed_days),
        by=actor,
        at=at,
    )
    return shown.calendar_of(session, school, at=at)
