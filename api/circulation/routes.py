"""The desk over HTTP: one scan at a time, each at most once; copies, loans and the calendar of a school."""

import uuid
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from api.circulation import schemas
from api.web.dependencies import Language, Now, Reader, Reading, Writer, Writing
from api.web.me import unit_named
from library.circulation import calendars, desk, due_dates, lending, patrons, policy, queries, stock
from library.circulation.desk import UNDO_MINUTES, Outcome
from library.circulation.models import LENT, PATRON, READ_HERE, TAKEN_BACK, Item, Loan, Patron, Scan
from library.circulation.refusals import NotAtDesk, UnknownCard
from library.people import units
from library.people.models import LIBRARIAN, Unit
from library.people.sign_in import Actor

router = APIRouter(prefix="/api/v1", tags=["desk"])
WORDS = {
    PATRON: (
        "{name}, đang mượn {loans} cuốn. Quét sách để cho mượn.",
        "{name} has {loans} copies. Scan a copy to lend it.",
    ),
    LENT: ("{name} mượn “{title}”, hạn trả {due}.", "{name} borrows “{title}” until {due}."),
    TAKEN_BACK: ("{name} đã trả “{title}”.", "{name} has returned “{title}”."),
    READ_HERE: (
        "“{title}” đã về kệ; cuốn này không có ai đang mượn.",
        "“{title}” is back on the shelf; nobody had it on loan.",
    ),
}


@router.post("/desk/scans", status_code=201, response_model=schemas.Scan)
def scan(
    wish: schemas.ScanWish, session: Writing, actor: Writer, at: Now, language: Language, response: Response
) -> schemas.Scan:
    """A card, a copy for the patron at the desk, or a copy alone, which is a return."""
    school = school_of(session, actor)
    done = desk.scan(session, wish.id, wish.code, wish.card, school, by=actor, at=at, return_first=wish.return_first)
    if done.again:
        response.status_code = 200
    return sent(session, done, language, at=at)


@router.post("/desk/scans/{scan_id}/undo", status_code=204)
def undo(scan_id: uuid.UUID, session: Writing, actor: Writer, at: Now) -> None:
    """Take the last act on a copy back."""
    desk.undo(session, scan_id, school_of(session, actor), by=actor, at=at)


@router.get("/desk", response_model=schemas.Desk)
def overview(session: Reading, actor: Reader, at: Now) -> schemas.Desk:
    """What happened last at my desk, and what is out."""
    return desk_of(session, actor, at=at)


@router.get("/copies", response_model=schemas.CopiesOfSchool)
def copies(session: Reading, actor: Reader) -> schemas.CopiesOfSchool:
    """The copies of my school, newest first."""
    return copies_of(session, actor)


@router.get("/copies/titles", response_model=schemas.KnownTitles)
def known_titles(
    isbn: Annotated[str, Query(max_length=40)], session: Reading, actor: Reader, at: Now
) -> schemas.KnownTitles:
    """What the library knows under an ISBN, to be compared with the book in hand."""
    return titles_of(session, actor, isbn, at=at)


@router.post("/copies", status_code=201, response_model=schemas.CopiesOfSchool)
def add_copies(wish: schemas.NewCopies, session: Writing, actor: Writer, at: Now) -> schemas.CopiesOfSchool:
    """Add copies by ISBN, by title, or to a title of the catalogue."""
    return added(session, wish, actor, at=at)


@router.get("/me/loans", response_model=schemas.Loans)
def my_loans(session: Reading, actor: Reader, at: Now) -> schemas.Loans:
    """What I have at home."""
    return loans_of(session, actor, at=at)


@router.get("/desk/calendar", response_model=schemas.Calendar)
def calendar(session: Reading, actor: Reader, at: Now) -> schemas.Calendar:
    """When my school's library is open."""
    return calendar_of(session, school_of(session, actor), at=at)


@router.put("/desk/calendar", response_model=schemas.Calendar)
def change_calendar(wish: schemas.CalendarWish, session: Writing, actor: Writer, at: Now) -> schemas.Calendar:
    """Say when my school's library is open; due dates of new loans follow."""
    school = school_of(session, actor)
    calendars.change(
        session,
        school,
        opening_hours=wish.opening_hours,
        open_weekdays=wish.open_weekdays,
        last_return_day=wish.last_return_day,
        closed_days=wish.closed_days,
        by=actor,
        at=at,
    )
    return calendar_of(session, school, at=at)


def school_of(session: Session, actor: Actor) -> Unit:
    """The school whose desk the actor keeps. Raises SignInNeeded, NotAtDesk."""
    actor.required()
    held = actor.acting_as(LIBRARIAN)
    school = units.school_of(session, held.unit_id) if held else None
    if school is None:
        raise NotAtDesk
    return school


def keeps_desk(session: Session, actor: Actor) -> bool:
    """Whether there is a desk that the actor keeps."""
    held = actor.acting_as(LIBRARIAN)
    return held is not None and units.school_of(session, held.unit_id) is not None


def sent(session: Session, done: Outcome, language: str, *, at: datetime) -> schemas.Scan:
    """What a scan did, with its sentence."""
    borrower = borrower_of(session, done.patron) if done.patron else None
    title = done.loan.title if done.loan else done.item.work.title if done.item else None
    due = lending.due_in_words(done.loan) if done.loan else ""
    words = WORDS[done.scan.kind][language == "en"]
    return schemas.Scan(
        id=str(done.scan.id),
        kind=done.scan.kind,
        sentence=words.format(
            name=borrower.name if borrower else "", loans=borrower.loans if borrower else 0, title=title, due=due
        ),
        borrower=borrower,
        title=title,
        accession=done.item.accession if done.item else None,
        due_at=done.loan.due_at if done.loan and done.scan.kind == LENT else None,
        undoable=may_undo(done.scan, at),
    )


def borrower_of(session: Session, patron: Patron) -> schemas.Borrower:
    """The patron at the desk; person loaded."""
    limit = policy.rules_for(patron.group_code, "TK").loan_limit
    return schemas.Borrower(
        card=patron.card, name=patron.person.name, loans=len(queries.loans_of_patron(session, patron.id)), limit=limit
    )


def borrower_at(session: Session, actor: Actor, card: str) -> schemas.Borrower | None:
    """The patron with that card in the actor's school."""
    try:
        return borrower_of(session, patrons.by_card(session, card, school_of(session, actor).id))
    except UnknownCard:
        return None


def may_undo(scan: Scan, at: datetime) -> bool:
    """Whether undo may still work."""
    return (
        scan.kind in (LENT, TAKEN_BACK)
        and scan.undone_at is None
        and scan.happened_at > at - timedelta(minutes=UNDO_MINUTES)
    )


def desk_of(session: Session, actor: Actor, *, at: datetime) -> schemas.Desk:
    """The desk page's content."""
    school = school_of(session, actor)
    out, late = queries.overdue_count(session, school.id, at=at)
    lines = [
        schemas.ScanLine(
            id=str(one.id),
            kind=one.kind,
            code=one.code,
            happened_at=one.happened_at,
            borrower=name,
            title=title,
            accession=number,
            undone=one.undone_at is not None,
            undoable=may_undo(one, at),
        )
        for one, name, title, number in queries.desk_log(session, school.id, since=at - timedelta(minutes=UNDO_MINUTES))
    ]
    return schemas.Desk(school=school.name, open_loans=out, overdue=late, lines=lines)


def copies_of(session: Session, actor: Actor) -> schemas.CopiesOfSchool:
    """The copies of the actor's school."""
    rows = stock.copies_of_school(session, school_of(session, actor).id)
    return schemas.CopiesOfSchool(copies=[copy_of(item, work.title) for item, work in rows])


def titles_of(session: Session, actor: Actor, isbn: str, *, at: datetime) -> schemas.KnownTitles:
    """The titles under an ISBN for the actor's school."""
    found = stock.titles_with(session, school_of(session, actor), stock.isbn_of(isbn), by=actor, at=at)
    return schemas.KnownTitles(
        titles=[
            schemas.KnownTitle(
                work_id=str(one.work.id),
                title=one.work.title,
                authors=one.work.authors,
                unit=unit_named(one.work.unit),
                whose=one.whose,
            )
            for one in found
        ]
    )


def copy_of(item: Item, title: str) -> schemas.Copy:
    """One copy."""
    return schemas.Copy(
        id=str(item.id),
        work_id=str(item.work_id),
        title=title,
        barcode=item.barcode,
        accession=item.accession,
        shelf=item.shelf,
        status=item.status,
    )


def added(session: Session, wish: schemas.NewCopies, actor: Actor, *, at: datetime) -> schemas.CopiesOfSchool:
    """Add copies and return them."""
    school = school_of(session, actor)
    work = stock.title_for(
        session, school, title=wish.title, isbn=wish.isbn, work_id=wish.work_id, another=wish.another, by=actor, at=at
    )
    items = stock.add_copies(
        session, work, school, wish.count, by=actor, at=at, shelf=wish.shelf or None, barcodes=wish.barcodes
    )
    return schemas.CopiesOfSchool(copies=[copy_of(item, work.title) for item in items])


def loans_of(session: Session, actor: Actor, *, at: datetime) -> schemas.Loans:
    """What the actor has at home."""
    return schemas.Loans(loans=[loan_of(one, at) for one in queries.loans_of_person(session, actor.required().id)])


def loan_of(loan: Loan, at: datetime) -> schemas.Loan:
    """One open loan; its copy is loaded."""
    late = due_dates.is_overdue(loan.due_at, at)
    return schemas.Loan(
        id=str(loan.id), title=loan.title, work_id=str(loan.item.work_id), due_at=loan.due_at, overdue=late
    )


def calendar_of(session: Session, school: Unit, *, at: datetime) -> schemas.Calendar:
    """The school's calendar as it stands."""
    found = queries.calendar_of(session, school.id, at=at)
    return schemas.Calendar(
        opening_hours=queries.opening_hours(session, school.id),
        open_weekdays=sorted(found.open_weekdays),
        last_return_day=found.last_return_day,
        closed_days=sorted(found.closed),
    )
