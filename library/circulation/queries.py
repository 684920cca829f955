"""Reading copies and loans; what is available is read from these tables, never from a search index."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only

from library.calendar import LOCAL, local_date
from library.catalogue.models import Work
from library.circulation import due_dates, patrons, policy
from library.circulation.due_dates import Calendar
from library.circulation.judging import LoanFacts
from library.circulation.models import (
    ON_THE_SHELVES,
    ClosedDay,
    Item,
    ItemStatus,
    Loan,
    Patron,
    Scan,
    ScanKind,
    SchoolCalendar,
)
from library.people.models import Person, Unit

DESK_SHOWN = 30


@dataclass(frozen=True)
class Availability:
    """The copies of a title in one school."""

    unit_id: uuid.UUID
    school: str
    school_code: str
    free: int
    total: int
    shelf: str | None


@dataclass(frozen=True)
class DeskLine:
    """One scan as the desk remembers it."""

    scan: Scan
    borrower: str | None
    title: str | None
    accession: int | None
    due_at: datetime | None  # of what was lent


def availability(
    session: Session, work_ids: Collection[uuid.UUID], unit_ids: Collection[uuid.UUID] | None = None
) -> dict[uuid.UUID, list[Availability]]:
    """Copies of these titles by school: of the given schools, or of all. Lost, missing and withdrawn copies do not
    count.
    """
    if not work_ids:
        return {}
    free = func.sum(case((Item.status == ItemStatus.AVAILABLE, 1), else_=0))
    wanted = (
        select(Item.work_id, Item.unit_id, Unit.name, Unit.code, free, func.count(), func.min(Item.shelf))
        .join(Unit, Unit.id == Item.unit_id)
        .where(Item.work_id.in_(work_ids), Item.status.in_(ON_THE_SHELVES))
        .group_by(Item.work_id, Item.unit_id, Unit.name, Unit.code)
        .order_by(Unit.name)
    )
    if unit_ids is not None:
        wanted = wanted.where(Item.unit_id.in_(unit_ids))
    found: dict[uuid.UUID, list[Availability]] = {}
    for row in session.execute(wanted):
        found.setdefault(row[0], []).append(Availability(row[1], row[2], row[3], int(row[4]), int(row[5]), row[6]))
    return found


def loan_facts(session: Session, item: Item, patron: Patron, *, at: datetime) -> LoanFacts:
    """All that decides about lending this copy to this patron; both are locked."""
    holding = open_loan(session, item.id)
    rules = policy.rules_for(patrons.group_of(session, patron, at=at), item.collection)
    mine = session.execute(
        select(Loan.due_at, Loan.rules).where(Loan.patron_id == patron.id, Loan.closed_at.is_(None))
    ).all()
    return LoanFacts(
        borrower=patron.person.name,
        status=item.status,
        rules=rules,
        still_member=bool(patrons.roles_in(session, patron.person_id, patron.unit_id, at=at))
        and patron.person.disabled_at is None,
        loans_open=sum(row.rules.get("counts", True) for row in mine),
        overdue=sum(due_dates.is_overdue(row.due_at, at, rules.grace_days) for row in mine),
        holder=holding.patron.person.name if holding else None,
        holder_is_borrower=holding is not None and holding.patron_id == patron.id,
        due_at=holding.due_at if holding else None,
    )


def open_loan(session: Session, item_id: uuid.UUID) -> Loan | None:
    """Who has the copy."""
    whole = select(Loan).options(joinedload(Loan.patron).joinedload(Patron.person))
    return session.scalar(whole.where(Loan.item_id == item_id, Loan.closed_at.is_(None)))


def loans_of_person(session: Session, person_id: uuid.UUID) -> Sequence[Loan]:
    """What somebody has at home, due first."""
    wanted = select(Loan).join(Loan.patron).options(contains_eager(Loan.patron), joinedload(Loan.item))
    return session.scalars(
        wanted.where(Patron.person_id == person_id, Loan.closed_at.is_(None)).order_by(Loan.due_at)
    ).all()


def loans_of_patron(session: Session, patron_id: uuid.UUID) -> Sequence[Loan]:
    """What a patron has at home, due first."""
    return session.scalars(
        select(Loan).where(Loan.patron_id == patron_id, Loan.closed_at.is_(None)).order_by(Loan.due_at)
    ).all()


# The desk's page asks these two each time: to build them takes longer than to run them.
OPEN_LOAN = and_(Loan.id.is_not(None), Loan.closed_at.is_(None))
LATELY = Scan.happened_at > bindparam("since")
LOG = (
    select(
        Scan,
        case((or_(OPEN_LOAN, LATELY), Person.name)),
        func.coalesce(Loan.title, Work.title),
        Item.accession,
        case((Scan.kind == ScanKind.LENT, Loan.due_at)),
    )
    .outerjoin(Patron, Patron.id == Scan.patron_id)
    .outerjoin(Person, Person.id == Patron.person_id)
    .outerjoin(Loan, Loan.id == Scan.loan_id)
    .outerjoin(Item, Item.id == Scan.item_id)
    .outerjoin(Work, Work.id == Item.work_id)
    .where(Scan.unit_id == bindparam("unit"), or_(Scan.kind != ScanKind.PATRON, LATELY))
    .order_by(Scan.happened_at.desc())
    .limit(bindparam("limit"))
    .options(load_only(Scan.kind, Scan.code, Scan.happened_at, Scan.scanned_at, Scan.undone_at))
)
OVERDUE = select(func.count(), func.sum(case((Loan.due_at < bindparam("at"), 1), else_=0))).where(
    Loan.unit_id == bindparam("unit"), Loan.closed_at.is_(None)
)


def desk_log(session: Session, unit_id: uuid.UUID, *, since: datetime, limit: int = DESK_SHOWN) -> Sequence[DeskLine]:
    """What happened last at the school's desk, the newest first.

    Who borrowed is told while the copy is out, and for what happened `since` then; afterwards it is reading history,
    which is nobody's.
    """
    asked = {"unit": unit_id, "since": since, "limit": limit}
    return [DeskLine(*row) for row in session.execute(LOG, asked)]


def calendar_of(session: Session, unit_id: uuid.UUID, *, at: datetime) -> Calendar:
    """The school's calendar from today on; a school that has none is open from Monday to Saturday."""
    kept = session.get(SchoolCalendar, unit_id)
    if kept is None:
        return Calendar()
    closed = session.scalars(select(ClosedDay.day).where(ClosedDay.unit_id == unit_id, ClosedDay.day >= local_date(at)))
    return Calendar(frozenset(map(int, kept.open_weekdays)), frozenset(closed), kept.last_return_day)


def opening_hours(session: Session, unit_id: uuid.UUID) -> str | None:
    """When the school's library is open, as people read it."""
    return session.scalar(select(SchoolCalendar.opening_hours).where(SchoolCalendar.unit_id == unit_id))


def overdue_count(session: Session, unit_id: uuid.UUID, *, at: datetime) -> tuple[int, int]:
    """Open loans of a school, and how many of them are overdue."""
    row = session.execute(OVERDUE, {"unit": unit_id, "at": at}).one()
    return int(row[0] or 0), int(row[1] or 0)


def holdings(session: Session, unit_id: uuid.UUID) -> tuple[int, int, int]:
    """What a school has on paper: titles, copies, and how many of these stand on the shelves now."""
    free = func.sum(case((Item.status == ItemStatus.AVAILABLE, 1), else_=0))
    wanted = select(func.count(Item.work_id.distinct()), func.count(), free).where(
        Item.unit_id == unit_id, Item.status.in_(ON_THE_SHELVES)
    )
    row = session.execute(wanted).one()
    return int(row[0]), int(row[1]), int(row[2] or 0)


def closed_days(
    session: Session, unit_id: uuid.UUID, *, at: datetime, limit: int = 20
) -> Sequence[tuple[date, str | None]]:
    """The days ahead on which the school's library stays closed, with the reason."""
    wanted = select(ClosedDay.day, ClosedDay.reason).where(
        ClosedDay.unit_id == unit_id, ClosedDay.day >= local_date(at)
    )
    return [(row.day, row.reason) for row in session.execute(wanted.order_by(ClosedDay.day).limit(limit))]


def due_by(
    session: Session, unit_id: uuid.UUID, *, first: date | None, last: date, limit: int
) -> Sequence[tuple[Loan, str]]:
    """Open loans of a school that are due on these local days, with the borrower's name, the oldest first."""
    days = [
        Loan.due_at <= datetime.combine(last, time.max, LOCAL),
        *([Loan.due_at >= datetime.combine(first, time.min, LOCAL)] if first else []),
    ]
    wanted = (
        select(Loan, Person.name).join(Patron, Patron.id == Loan.patron_id).join(Person, Person.id == Patron.person_id)
    )
    rows = session.execute(
        wanted.where(Loan.unit_id == unit_id, Loan.closed_at.is_(None), *days)
        .order_by(Loan.due_at, Person.name)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]
