"""A role begins: the one place that makes a membership. What ends one, or lets it go on, changes its end only."""

import uuid
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from library.people.models import Invitation, Membership
from library.people.roles import Role


def begin_role(session: Session, person_id: uuid.UUID, unit_id: uuid.UUID, role: Role, *, at: datetime) -> Membership:
    """A role from now on. A link that is open was made for somebody with fewer rights: it ends
    (docs/decisions/0015-a-way-in-binds-to-its-maker.md).
    """
    begun = Membership(person_id=person_id, unit_id=unit_id, role=role, from_at=at)
    session.add(begun)
    end_links(session, person_id)
    session.flush()
    return begun


def end_links(session: Session, person_id: uuid.UUID) -> None:
    """Every link of the person that is open ends."""
    session.execute(delete(Invitation).where(Invitation.person_id == person_id, Invitation.used_at.is_(None)))
