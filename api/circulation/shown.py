"""The desk, copies and loans as they are shown, by JSON and by page."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.circulation import schemas
from api.web.me import unit_named
from library.catalogue.isbn import isbn_of
from library.circulation import desk, due_dates, lending, patrons, policy, queries, stock
from library.circulation.desk import UNDO_MINUTES, Outcome
from library.circulation.models import Item, Loan, Patron, Scan, ScanKind
from library.circulation.queries import DeskLine
from library.people.models import Unit
from library.people.sign_in import Actor

WORDS: Mapping[str, tuple[str, str]] = {
    ScanKind.PATRON: (
        "{name}, đang mượn {loans} cuốn. Quét sách để cho mượn.",
        "{name} has {loans} copies. Scan a copy to lend it.",
    ),
    ScanKind.LENT: ("{name} mượn “{title}”, hạn trả {due}.", "{name} borrows “{title}” until {due}."),
    ScanKind.TAKEN_BACK: ("{name} đã trả “{title}”.", "{name} has returned “{title}”."),
    ScanKind.READ_HERE: (
        "“{title}” đã về kệ; cuốn này không có ai đang mượn.",
        "“{title}” is back on the shelf; nobody had it on loan.",
    ),
}
HAPPENED: Mapping[str, tuple[str, str, str, str]] = {  # a line of the desk in a word: vi, en, its sign, its colour
    ScanKind.PATRON: ("Thẻ", "Card", "user", ""),
    ScanKind.LENT: ("Cho mượn", "Lent", "okay", "ok"),
    ScanKind.TAKEN_BACK: ("Đã trả", "Returned", "again", "info"),
    ScanKind.READ_HERE: ("Về kệ", "Shelved", "book", ""),
    "undone": ("Đã hoàn tác", "Undone", "undo", ""),
}
UNDONE: Mapping[str, tuple[str, str]] = {
    ScanKind.LENT: ("Đã hoàn tác: {name} không mượn “{title}” nữa.", "Undone: {name} does not have “{title}”."),
    ScanKind.TAKEN_BACK: ("Đã hoàn tác: {name} vẫn đang mượn “{title}”.", "Undone: {name} still has “{title}”."),
    ScanKind.READ_HERE: ("Đã hoàn tác lượt quét “{title}”.", "The scan of “{title}” is undone."),
}


def sent(session: Session, done: Outcome, language: str, *, at: datetime) -> schemas.Scan:
    """What a scan did, or that it is undone, with its sentence."""
    scan, borrower = done.scan, borrower_of(session, done.patron, at=at) if done.patron else None
    title = done.loan.title if done.loan else done.item.work.title if done.item else None
    words = (UNDONE if scan.undone_at else WORDS)[scan.kind][language == "en"]
    facts = {
        "name": borrower.name if borrower else "",
        "loans": borrower.loans if borrower else 0,
        "title": title,
        "due": lending.due_in_words(done.loan) if done.loan else "",
    }
    return schemas.Scan(
        id=str(scan.id),
        kind=scan.kind,
        code=scan.code,
        sentence=words.format(**facts),
        borrower=borrower,
        title=title,
        accession=done.item.accession if done.item else None,
        due_at=done.loan.due_at if done.loan and scan.kind == ScanKind.LENT else None,
        scanned_at=scan.scanned_at or scan.happened_at,
        undone=scan.undone_at is not None,
        undoable=may_undo(scan, at),
    )


def borrower_of(session: Session, patron: Patron, *, at: datetime) -> schemas.Borrower:
    """The patron at the desk; person loaded."""
    limit = policy.rules_for(patrons.group_of(session, patron, at=at), "TK").loan_limit
    return schemas.Borrower(
        card=patron.card, name=patron.person.name, loans=len(queries.loans_of_patron(session, patron.id)), limit=limit
    )


def borrower_opened(session: Session, actor: Actor, scan_id: uuid.UUID, *, at: datetime) -> schemas.Borrower | None:
    """Whose card that scan opened at the actor's desk."""
    patron = desk.opened(session, scan_id, desk.school_of(session, actor))
    return borrower_of(session, patron, at=at) if patron else None


def may_undo(scan: Scan, at: datetime) -> bool:
    """Whether undo may still work."""
    in_time = scan.happened_at > at - timedelta(minutes=UNDO_MINUTES)
    return scan.kind in desk.OF_COPIES and scan.undone_at is None and in_time


def desk_of(session: Session, actor: Actor, *, at: datetime) -> schemas.Desk:
    """The desk page's content."""
    school = desk.school_of(session, actor)
    out, late = queries.overdue_count(session, school.id, at=at)
    log = queries.desk_log(session, school.id, since=at - timedelta(minutes=UNDO_MINUTES))
    lines = [_line(one, at) for one in log]
    return schemas.Desk(code=school.code, school=school.name, open_loans=out, overdue=late, lines=lines)


def _line(line: DeskLine, at: datetime) -> schemas.ScanLine:
    scan = line.scan
    return schemas.ScanLine(
        id=str(scan.id),
        kind=scan.kind,
        code=scan.code,
        happened_at=scan.happened_at,
        scanned_at=scan.scanned_at or scan.happened_at,
        borrower=line.borrower,
        title=line.title,
        accession=line.accession,
        due_at=line.due_at,
        undone=scan.undone_at is not None,
        undoable=may_undo(scan, at),
    )


def copies_of(session: Session, actor: Actor) -> schemas.CopiesOfSchool:
    """The copies of the actor's school."""
    rows = stock.copies_of_school(session, desk.school_of(session, actor).id)
    return schemas.CopiesOfSchool(copies=[copy_of(item, work.title) for item, work in rows])


def copies_in(items: Iterable[Item], title: str) -> schemas.CopiesOfSchool:
    """Copies of one title."""
    return schemas.CopiesOfSchool(copies=[copy_of(item, title) for item in items])


def titles_of(session: Session, actor: Actor, isbn: str, *, at: datetime) -> schemas.KnownTitles:
    """The titles under an ISBN for the actor's school."""
    found = stock.titles_with(session, desk.school_of(session, actor), isbn_of(isbn), by=actor, at=at)
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
