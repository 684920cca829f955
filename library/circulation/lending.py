"""Lending and taking back: session first, locks in one order (patron, then copy), then judge, then act."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from library import audit
from library.calendar import local_date
from library.circulation import due_dates, judging, queries, reminding
from library.circulation.models import Item, ItemStatus, Loan, LoanEnd, Patron
from library.circulation.refusals import ItemOnLoan
from library.database.uniqueness import met_at
from library.notices import telling
from library.people.sign_in import Actor

OPEN_LOAN_INDEX = ("uq_loan_open_item", "loan.item_id")


def check_out(session: Session, item_id: uuid.UUID, patron: Patron, *, by: Actor, at: datetime) -> Loan:
    """Lend one copy to a patron, whose row is locked already. Raises what `judging.loan` finds."""
    item = lock(session, item_id)
    facts = queries.loan_facts(session, item, patron, at=at)
    judging.loan(facts).raise_if_refused()
    due_at = due_dates.due(at, facts.rules, queries.calendar_of(session, item.unit_id, at=at))
    loan = Loan(
        unit_id=item.unit_id,
        item_id=item.id,
        patron_id=patron.id,
        title=item.work.title,
        accession=item.accession,
        checked_out_at=at,
        due_at=due_at,
        rules=facts.rules.snapshot(),
    )
    item.status = ItemStatus.ON_LOAN
    session.add(loan)
    _flush_or_refuse(session, facts.borrower)
    audit.tell(
        session,
        "loan-made",
        loan,
        unit_id=item.unit_id,
        by=by.person_id,
        at=at,
        item=str(item.id),
        patron=str(patron.id),
    )
    return loan


def take_back(session: Session, item: Item, *, by: Actor, at: datetime) -> Loan | None:
    """The copy is here again: its loan closes now; a copy that was not lent was read in the library. `item` is
    locked.
    """
    loan = queries.open_loan(session, item.id)
    item.status = ItemStatus.AVAILABLE
    if loan is None:
        audit.tell(session, "copy-read-here", item, unit_id=item.unit_id, by=by.person_id, at=at)
        return None
    _close(session, loan, LoanEnd.RETURNED, by=by, at=at)
    return loan


def unread(session: Session, item: Item, *, by: Actor, at: datetime) -> None:
    """Nobody has read it here: it was scanned by mistake, and stands on the shelf all the same. `item` is locked."""
    audit.tell(session, "copy-not-read-here", item, unit_id=item.unit_id, by=by.person_id, at=at)


def void(session: Session, loan: Loan, *, by: Actor, at: datetime) -> None:
    """It was a mistake and the copy is still here: the loan never was. This is no return."""
    item = lock(session, loan.item_id)
    item.status = ItemStatus.AVAILABLE
    _close(session, loan, LoanEnd.VOIDED, by=by, at=at)


def reopen(session: Session, loan: Loan, *, by: Actor, at: datetime) -> None:
    """The return was a mistake: the copy is with its borrower as before, due as before. Raises ItemOnLoan when it went
    out again.
    """
    item = lock(session, loan.item_id)
    loan.closed_at, loan.closed_as = None, None
    item.status = ItemStatus.ON_LOAN
    _flush_or_refuse(session, "")
    audit.tell(session, "loan-reopened", loan, unit_id=loan.unit_id, by=by.person_id, at=at)


def lock(session: Session, item_id: uuid.UUID) -> Item:
    """The copy with its title, locked, and as it is now: another desk may have changed it since it was found. Rows that
    name it may still be written.
    """
    wanted = (
        select(Item).options(joinedload(Item.work)).where(Item.id == item_id).with_for_update(of=Item, key_share=True)
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def due_in_words(loan: Loan) -> str:
    """The due date as people say it."""
    return f"{local_date(loan.due_at):%d/%m/%Y}"


def _close(session: Session, loan: Loan, how: LoanEnd, *, by: Actor, at: datetime) -> None:
    loan.closed_at, loan.closed_as = at, how
    session.flush()
    for kind in reminding.KINDS:
        telling.drop(session, kind, loan.id)
    audit.tell(session, f"loan-{how}", loan, unit_id=loan.unit_id, by=by.person_id, at=at, item=str(loan.item_id))


def _flush_or_refuse(session: Session, holder: str) -> None:
    """The unique index "one open loan per item" speaks here, whatever the code above believed."""
    try:
        session.flush()
    except IntegrityError as error:
        if met_at(error) in OPEN_LOAN_INDEX:
            raise ItemOnLoan(borrower=holder, due="–") from error
        raise
