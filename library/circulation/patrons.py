"""The school's people as borrowers."""

import uuid
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from library import audit
from library.calendar import local_date, school_year
from library.circulation import codes, policy
from library.circulation.models import Loan, Patron, Scan, ScanKind
from library.circulation.refusals import LoansOpen, UnknownCard
from library.database import row_security
from library.people.models import Enrolment, Membership, Person, SchoolClass, Unit
from library.people.roles import Role
from library.people.sight import units_below

REMOVED_CARD = "removed-"
LAST_GRADE = 12


def by_card(session: Session, card: str, unit_id: uuid.UUID, *, lock: bool = False) -> Patron:
    """The patron of this school with that card; locked for whoever lends. Raises UnknownCard."""
    wanted = select(Patron).options(joinedload(Patron.person)).where(Patron.card == card, Patron.unit_id == unit_id)
    found = session.scalar(wanted.with_for_update(of=Patron, key_share=True) if lock else wanted)
    if found is None:
        raise UnknownCard(code=card)
    return found


def of_person(
    session: Session, person: Person, unit_id: uuid.UUID, *, at: datetime, by: uuid.UUID | None = None
) -> Patron:
    """The person as a borrower of the school; a card is made the first time. Raises UnknownCard for whoever is no
    member.
    """
    wanted = (
        select(Patron)
        .options(joinedload(Patron.person))
        .where(Patron.person_id == person.id, Patron.unit_id == unit_id)
    )
    found = session.scalar(wanted)
    if found is None:
        # two desks: the second finds what the first made
        session.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
        found = session.scalar(wanted)
    if found is not None:
        return found
    roles = roles_in(session, person.id, unit_id, at=at)
    if not roles:
        raise UnknownCard(code=person.login)
    made = Patron(
        unit_id=unit_id,
        person_id=person.id,
        card=codes.take(session, codes.PERSON)[0],
        group_code=policy.group_of(roles, grade_of(session, person.id, unit_id, at=at)),
    )
    made.person = person
    session.add(made)
    session.flush()
    # without the card: it goes with the person, and the chain stays
    audit.tell(session, "patron-added", made, unit_id=unit_id, by=by, at=at)
    return made


def roles_in(session: Session, person_id: uuid.UUID, unit_id: uuid.UUID, *, at: datetime) -> set[Role]:
    """The roles somebody holds in the school and its departments now; nobody who is deleted."""
    valid = (
        Membership.from_at <= at,
        or_(Membership.until_at.is_(None), Membership.until_at > at),
        Person.deleted_at.is_(None),
    )
    held = select(Membership.role).join(Person, Person.id == Membership.person_id)
    return set(
        session.scalars(
            held.where(
                Membership.person_id == person_id, Membership.unit_id.in_(units_below(session, [unit_id])), *valid
            )
        )
    )


def group_of(session: Session, patron: Patron, *, at: datetime) -> str:
    """The patron group on this day: as their roles and their class of today have it, whatever they were before."""
    roles = roles_in(session, patron.person_id, patron.unit_id, at=at)
    return policy.group_of(roles, grade_of(session, patron.person_id, patron.unit_id, at=at))


def grade_of(session: Session, person_id: uuid.UUID, unit_id: uuid.UUID, *, at: datetime) -> int | None:
    """The grade of the class in which a pupil of the school learns now. Before the classes of a new year are entered,
    the grade after the last one.
    """
    year = school_year(local_date(at))
    valid = (Enrolment.from_at <= at, or_(Enrolment.until_at.is_(None), Enrolment.until_at > at))
    of_school = (SchoolClass.unit_id.in_(units_below(session, [unit_id])), SchoolClass.grade.is_not(None))
    learnt = (Enrolment.person_id == person_id, Enrolment.role == Role.PUPIL, SchoolClass.school_year <= year)
    found = session.execute(
        select(SchoolClass.grade, SchoolClass.school_year)
        .join(Enrolment)
        .where(*learnt, *of_school, *valid)
        .order_by(SchoolClass.school_year.desc(), Enrolment.from_at.desc())
        .limit(1)
    ).first()
    return min(found.grade + int(year[:4]) - int(found.school_year[:4]), LAST_GRADE) if found else None


def refuse_borrower(session: Session, person: Person) -> None:
    """Raises LoansOpen for whoever has books at home, of whatever school."""
    session.execute(select(Patron.id).where(Patron.person_id == person.id).with_for_update())  # no desk lends meanwhile
    with row_security.lifted(session):  # also those of a school they have left; only titles are told
        loans = session.execute(
            select(Loan.title, Loan.due_at, Unit.name)
            .join(Patron, Patron.id == Loan.patron_id)
            .join(Unit, Unit.id == Loan.unit_id)
            .where(Patron.person_id == person.id, Loan.closed_at.is_(None))
            .order_by(Loan.due_at)
        ).all()
    if loans:
        told = "; ".join(f"“{title}” ({school}, {local_date(due):%d/%m/%Y})" for title, due, school in loans)
        raise LoansOpen(name=person.name, count=len(loans), titles=told)


def forget_person(session: Session, person_id: uuid.UUID) -> None:
    """Closed loans stay with a card that nobody ever had; what was scanned is forgotten with the old one."""
    cards = session.scalars(select(Patron).where(Patron.person_id == person_id)).all()
    for patron in cards:
        patron.card = f"{REMOVED_CARD}{patron.id.hex}"
        session.execute(update(Scan).where(Scan.patron_id == patron.id, Scan.kind == ScanKind.PATRON).values(code=""))
    session.flush()
