"""Deleting a person, and bringing them back."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from library import audit
from library.circulation import patrons
from library.deleting import reasons
from library.deleting.refusals import NotYourself
from library.operations import deletions
from library.operations.deletions import Deletion, Subject
from library.people import care, rosters
from library.people.care import UnknownMember
from library.people.models import Membership, Person
from library.people.sign_in import Actor, NotAllowed


def delete(
    session: Session, person_id: uuid.UUID, reason: str, remark: str | None, *, by: Actor, at: datetime
) -> Deletion:
    """Shut out and out of every list from this transaction on; in thirty days their name is nowhere.

    Raises SignInNeeded, UnknownMember, NotAllowed, NotYourself, UnknownReason, LoansOpen, LastAdministrator.
    """
    by.required()
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.deleted_at is not None:
        raise UnknownMember
    home = refuse_not_in_hands(session, person, by, at=at)
    if person.id == by.person_id:
        raise NotYourself
    reasons.refuse_unknown(Subject.PERSON, reason)
    patrons.refuse_borrower(session, person)
    rosters.shut_out(session, person, by=by, at=at)
    person.deleted_at = at
    told = Deletion(
        kind=Subject.PERSON,
        subject_id=person.id,
        unit_id=home,
        by_id=by.person_id,
        reason=reason,
        remark=remark,
        deleted_at=at,
    )
    audit.tell(session, "person-deleted", person, unit_id=home, by=by.person_id, at=at, reason=reason)
    return deletions.begin(session, told)


def bring_back(session: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """In all lists again; locked only if they were so before. Raises UnknownMember, NotAllowed."""
    home = refuse_not_in_hands(session, person, by, at=at)
    if person.disabled_at == person.deleted_at:
        person.disabled_at = None
    person.deleted_at = None
    audit.tell(session, "person-brought-back", person, unit_id=home, by=by.person_id, at=at)


def refuse_not_in_hands(session: Session, person: Person, by: Actor, *, at: datetime) -> uuid.UUID:
    """All roles that the person holds, or will, lie in the actor's care, and of who holds none any more the one that
    ended last; returns its unit.

    Raises UnknownMember for a stranger, NotAllowed where somebody else has a say too.
    """
    roles = session.execute(
        select(Membership.unit_id, Membership.until_at)
        .where(Membership.person_id == person.id)
        .order_by(Membership.from_at)
    ).all()
    mine = care.administered(session, by)
    if not roles or not {role.unit_id for role in roles} & mine:
        raise UnknownMember
    lasting = [role.unit_id for role in roles if role.until_at is None or role.until_at > at]
    held = lasting or [max(roles, key=lambda role: role.until_at).unit_id]
    if not set(held) <= mine:
        raise NotAllowed
    home: uuid.UUID = held[-1]
    return home
