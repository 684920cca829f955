"""What stays of a person who goes: a row without name, login and password, so that loans, decisions and the audit still
name somebody, but nobody.
"""

import uuid
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from library.people.models import Enrolment, FailedSignIn, Invitation, Membership, Person, SignIn

REMOVED = ("(đã xoá)", "(removed)")


def forget_person(session: Session, person_id: uuid.UUID, *, at: datetime) -> str:
    """Ends every way in, forgets the classes, and returns the name that nobody shall find any more; twice is
    harmless.
    """
    person = session.get_one(Person, person_id, with_for_update=True)
    name, login = person.name, person.login
    person.name, person.login, person.email, person.password_hash = REMOVED[0], f"removed-{person.id.hex}", None, None
    person.first_password, person.disabled_at, person.deleted_at = (
        False,
        person.disabled_at or at,
        person.deleted_at or at,
    )
    session.flush()
    for model in (SignIn, Invitation, Enrolment):
        session.execute(delete(model).where(model.person_id == person_id))
    session.execute(delete(FailedSignIn).where(FailedSignIn.login == login))
    session.execute(
        update(Membership).where(Membership.person_id == person_id, Membership.until_at.is_(None)).values(until_at=at)
    )
    return name
