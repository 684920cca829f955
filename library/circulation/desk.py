"""The one box of the desk: a card opens a patron, copies then go to them, a copy alone comes back.

A copy names the scan of the card it was scanned under; who that is, is found here and not in the browser, so that a
scan which comes late goes to the reader it was meant for.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from library import alike
from library.catalogue.isbn import is_ean13, is_isbn
from library.circulation import codes, lending, patrons
from library.circulation.models import Item, Loan, Patron, Scan, ScanKind
from library.circulation.refusals import (
    CardNotOpen,
    CommandUnknown,
    ForeignItem,
    IsbnScanned,
    LabelOfTwo,
    NotAtDesk,
    NothingToUndo,
    UnknownBarcode,
)
from library.database import hold
from library.errors import Refusal
from library.people import units
from library.people.called import person_called
from library.people.models import Person, Unit, UnitKind
from library.people.roles import Role
from library.people.sign_in import Actor

UNDO_MINUTES = 10
OF_COPIES = (ScanKind.LENT, ScanKind.TAKEN_BACK, ScanKind.READ_HERE)


@dataclass(frozen=True)
class Outcome:
    """What a scan did."""

    scan: Scan
    patron: Patron | None = None
    item: Item | None = None
    loan: Loan | None = None
    again: bool = False  # the same scan was sent before


def school_of(session: Session, by: Actor, *, said: str | None = None) -> Unit:
    """The school whose desk somebody keeps. `said`: the code of the school at whose desk it was scanned. Raises
    SignInNeeded, NotAtDesk, also for the librarian of another desk than was said.
    """
    by.required()
    school = _kept_by(session, by)
    if school is None or said not in (None, school.code):
        raise NotAtDesk
    return school


def keeps_one(session: Session, by: Actor) -> bool:
    """Whether there is a desk that somebody keeps."""
    return _kept_by(session, by) is not None


def _kept_by(session: Session, by: Actor) -> Unit | None:
    held = by.acting_as(Role.LIBRARIAN)
    if held is None or held.unit.kind == UnitKind.SCHOOL:
        return held.unit if held else None
    return units.school_of(session, held.unit_id)


def scan(
    session: Session,
    scan_id: uuid.UUID,
    code: str,
    card: str | None,
    school: Unit,
    *,
    by: Actor,
    at: datetime,
    opened_by: uuid.UUID | None = None,
    scanned_at: datetime | None = None,
    return_first: bool = False,
) -> Outcome:
    """One scan at the desk of a school. Raises the refusals of `refusals.py`.

    `opened_by`: the scan of the card under which a copy was scanned; `card`: that card itself, for whoever has no scan
    of it. `return_first`: the copy is on somebody else's name but in the librarian's hands: take it back, then lend it,
    as one act. `scanned_at`: what the desk's own clock said; it is kept, and decides nothing.
    """
    # sent again while the first is still on its way: it waits and hears what became of it
    hold(session, [str(scan_id)])
    before = _same(session, scan_id, school)
    if before is not None:
        return before
    code = codes.scanned(code)
    new = Scan(id=scan_id, unit_id=school.id, person_id=by.required().id, code=code[:200], happened_at=at)
    new.scanned_at = min(scanned_at, at) if scanned_at else None
    item = find_item(session, code, school)
    person = None if item else _member(session, code, school, at=at)
    if person is not None or (item is None and _is_card(code)):
        return _noted(session, new, ScanKind.PATRON, _cardholder(session, code, person, school, by=by, at=at))
    if item is None:
        raise _strange(session, code)
    patron = _at_the_desk(session, opened_by, card, school)
    if patron is None:
        return _take_back(session, new, item, by=by, at=at)
    if return_first:
        lending.take_back(session, lending.lock(session, item.id), by=by, at=at)
    return _noted(session, new, ScanKind.LENT, patron, item, lending.check_out(session, item.id, patron, by=by, at=at))


def opened(session: Session, scan_id: uuid.UUID, school: Unit, *, lock: bool = False) -> Patron | None:
    """Whose card this scan opened, at whichever desk of the school; locked for whoever lends."""
    wanted = select(Patron).join(Scan, Scan.patron_id == Patron.id).options(joinedload(Patron.person))
    wanted = wanted.where(Scan.id == scan_id, Scan.unit_id == school.id, Scan.kind == ScanKind.PATRON)
    return session.scalar(wanted.with_for_update(of=Patron, key_share=True) if lock else wanted)


def undo(session: Session, scan_id: uuid.UUID, school: Unit, *, by: Actor, at: datetime) -> Outcome:
    """Take the last act on a copy back, within ten minutes. Raises NothingToUndo; twice is harmless."""
    found = session.scalar(select(Scan).where(Scan.id == scan_id, Scan.unit_id == school.id).with_for_update())
    if (
        found is None
        or found.item_id is None
        or found.kind not in OF_COPIES
        or found.happened_at < at - timedelta(minutes=UNDO_MINUTES)
    ):
        raise NothingToUndo(minutes=UNDO_MINUTES)
    if found.undone_at is None:
        item = lending.lock(session, found.item_id)  # nobody else acts on the copy while we look whether somebody has
        _refuse_moved_on(session, found)
        _take_away(session, found, item, by=by, at=at)
        found.undone_at = at
        session.flush()
    return _outcome(session, found)


def find_item(session: Session, code: str, school: Unit) -> Item | None:
    """The school's copy with that label, ours or its own, in whatever spelling. Raises LabelOfTwo."""
    wanted = select(Item).options(joinedload(Item.work)).where(Item.unit_id == school.id, codes.labelled([code]))
    found = session.scalars(wanted).all()
    item = alike.meant(found, lambda one: one.barcode, code)
    if found and item is None:
        raise LabelOfTwo(code=code[:60], labels=", ".join(sorted(one.barcode for one in found)))
    return item


def _at_the_desk(session: Session, opened_by: uuid.UUID | None, card: str | None, school: Unit) -> Patron | None:
    """Whom the copy is for; nobody when no card was open. A card that was not opened is never taken for no card."""
    if opened_by is None:
        return patrons.by_card(session, card, school.id, lock=True) if card else None
    patron = opened(session, opened_by, school, lock=True)
    if patron is None:
        raise CardNotOpen
    return patron


def _take_back(session: Session, new: Scan, item: Item, *, by: Actor, at: datetime) -> Outcome:
    """A copy without a patron at the desk is a return; one that was not lent was read in the library."""
    loan = lending.take_back(session, lending.lock(session, item.id), by=by, at=at)
    return _noted(
        session, new, ScanKind.TAKEN_BACK if loan else ScanKind.READ_HERE, loan.patron if loan else None, item, loan
    )


def _refuse_moved_on(session: Session, found: Scan) -> None:
    """Raises NothingToUndo when the copy was scanned once more since."""
    newer = select(Scan.id).where(
        Scan.item_id == found.item_id, Scan.happened_at > found.happened_at, Scan.undone_at.is_(None)
    )
    if session.scalar(newer.limit(1)) is not None:
        raise NothingToUndo(minutes=UNDO_MINUTES)


def _take_away(session: Session, found: Scan, item: Item, *, by: Actor, at: datetime) -> None:
    """What the scan did, undone. Raises NothingToUndo when its loan stands otherwise by now."""
    if found.loan_id is None:
        lending.unread(session, item, by=by, at=at)
        return
    loan = session.get_one(Loan, found.loan_id)
    if (loan.closed_at is None) != (found.kind == ScanKind.LENT):
        raise NothingToUndo(minutes=UNDO_MINUTES)
    (lending.void if found.kind == ScanKind.LENT else lending.reopen)(session, loan, by=by, at=at)


def _is_card(code: str) -> bool:
    return is_ean13(code) and code.startswith(codes.PERSON)


def _member(session: Session, code: str, school: Unit, *, at: datetime) -> Person | None:
    """Somebody of the school by the login on an old card or typed by hand."""
    found = person_called(session, code)
    return found if found is not None and patrons.roles_in(session, found.id, school.id, at=at) else None


def _strange(session: Session, code: str) -> Refusal:
    """What a code is that is no copy and nobody of this school."""
    if is_isbn(code):
        return IsbnScanned()
    if is_ean13(code) and code.startswith((codes.COMMAND, codes.CLASS)):
        return CommandUnknown()
    if is_ean13(code) and code.startswith(codes.COPY):
        elsewhere = session.scalar(select(Item).options(joinedload(Item.work)).where(codes.labelled([code])).limit(1))
        if elsewhere is not None:
            return ForeignItem(title=elsewhere.work.title, school=session.get_one(Unit, elsewhere.unit_id).name)
    return UnknownBarcode(code=code[:60])


def _cardholder(session: Session, code: str, person: Person | None, school: Unit, *, by: Actor, at: datetime) -> Patron:
    if person is None:
        return patrons.by_card(session, code, school.id)
    return patrons.of_person(session, person, school.id, at=at, by=by.person_id)


def _same(session: Session, scan_id: uuid.UUID, school: Unit) -> Outcome | None:
    """What this very scan did before: nothing happens twice."""
    found = session.get(Scan, scan_id)
    if found is None:
        return None
    if found.unit_id != school.id:
        raise NothingToUndo(minutes=UNDO_MINUTES)
    return _outcome(session, found, again=True)


def _outcome(session: Session, found: Scan, *, again: bool = False) -> Outcome:
    """What a scan did, with the rows that it names."""
    patron = session.get(Patron, found.patron_id, options=[joinedload(Patron.person)]) if found.patron_id else None
    item = session.get(Item, found.item_id, options=[joinedload(Item.work)]) if found.item_id else None
    loan = session.get(Loan, found.loan_id) if found.loan_id else None
    return Outcome(found, patron, item, loan, again=again)


def _noted(
    session: Session,
    new: Scan,
    kind: ScanKind,
    patron: Patron | None,
    item: Item | None = None,
    loan: Loan | None = None,
) -> Outcome:
    new.kind = kind
    new.patron_id = patron.id if patron else None
    new.item_id = item.id if item else None
    new.loan_id = loan.id if loan else None
    session.add(new)
    session.flush()
    return Outcome(new, patron, item, loan)
