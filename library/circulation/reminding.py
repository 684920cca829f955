"""Reminding borrowers: two days before a loan is due, and when it is overdue; each once, and never of a copy that is
back.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, contains_eager

from library.calendar import LOCAL, local_date
from library.circulation import wording
from library.circulation.models import Loan, Patron
from library.notices import telling
from library.notices.kinds import NoticeKind
from library.notices.models import Notice
from library.people.models import Person

DAYS_AHEAD = timedelta(days=2)
MOST_AT_ONCE = 500  # in one transaction, so that no desk waits


def remind(session: Session, *, at: datetime) -> int:
    """Tell who is due to be told, at most `MOST_AT_ONCE`; returns how many. As often as you like: nobody hears the same
    twice.
    """
    today = local_date(at)
    told = 0
    for kind, first, last in ((OVERDUE, None, today - timedelta(days=1)), (DUE_SOON, today, today + DAYS_AHEAD)):
        for loan in _untold(session, kind, first, last, MOST_AT_ONCE - told):
            if kind == OVERDUE:
                telling.drop(session, DUE_SOON, loan.id)
            telling.tell(
                session,
                [loan.patron.person_id],
                kind,
                at=at,
                about=loan.id,
                title=loan.title,
                due=local_date(loan.due_at).isoformat(),
            )
            told += 1
    return told


def still_out(session: Session, notice: Notice) -> bool:
    """Whether the reminder is still true: the copy has not come back."""
    return session.scalar(select(Loan.id).where(Loan.id == notice.about_id, Loan.closed_at.is_(None))) is not None


DUE_SOON = NoticeKind("loan-due-soon", wording.due_soon, once=True, still_true=still_out)
OVERDUE = NoticeKind("loan-overdue", wording.overdue, once=True, still_true=still_out)
KINDS = (DUE_SOON, OVERDUE)


def _untold(session: Session, kind: NoticeKind, first: date | None, last: date, limit: int) -> list[Loan]:
    """Open loans due on these local days of which nobody has been told so yet."""
    told = exists().where(Notice.kind == kind.code, Notice.about_id == Loan.id)
    wanted = (
        select(Loan).join(Loan.patron).join(Person, Person.id == Patron.person_id).options(contains_eager(Loan.patron))
    )
    days = [Loan.due_at <= _at(last, time.max), *([Loan.due_at >= _at(first, time.min)] if first else [])]
    return list(
        session.scalars(
            wanted.where(Loan.closed_at.is_(None), *days, Person.disabled_at.is_(None), ~told)
            .order_by(Loan.due_at)
            .limit(max(limit, 0))
        )
    )


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LOCAL)
