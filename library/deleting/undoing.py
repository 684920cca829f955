"""What was deleted and can still be brought back: the list, for those who may, and the way back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from library.catalogue.models import Work
from library.database import row_security
from library.deleting import people, works
from library.deleting.refusals import TooLateToBringBack, UnknownDeletion
from library.operations.deletions import Deletion, Subject
from library.people.care import administered
from library.people.models import Person
from library.people.sign_in import Actor

SHOWN = 200


@dataclass(frozen=True)
class Standing:
    """One deletion as it is listed: what, and who did it."""

    deletion: Deletion
    name: str
    by: str


def standing(session: Session, *, by: Actor) -> list[Standing]:
    """What this person may bring back, newest first. Raises SignInNeeded."""
    by.required()
    doer, mine = aliased(Person), _mine(session, by)
    wanted = (
        select(Deletion, Work.title, Person.name, doer.name)
        .outerjoin(Work, Work.id == Deletion.subject_id)
        .outerjoin(Person, Person.id == Deletion.subject_id)
        .outerjoin(doer, doer.id == Deletion.by_id)
    )
    with row_security.lifted(session):  # whoever deleted it may be of the province, and nothing but the name
        rows = session.execute(wanted.where(mine, *OPEN).order_by(Deletion.deleted_at.desc()).limit(SHOWN)).all()
    return [Standing(one, title or name or "", who or "") for one, title, name, who in rows]


OPEN = (Deletion.undone_at.is_(None), Deletion.done_at.is_(None))


def bring_back(session: Session, deletion_id: uuid.UUID, *, by: Actor, at: datetime) -> Deletion:
    """Within the thirty days all is as it was. Raises SignInNeeded, UnknownDeletion, TooLateToBringBack, NotAllowed."""
    by.required()
    with row_security.lifted(session):  # as in the list; `_mine` says whose it is
        deletion = session.scalar(
            select(Deletion).where(Deletion.id == deletion_id, _mine(session, by)).with_for_update()
        )
    if deletion is None or deletion.undone_at is not None:
        raise UnknownDeletion
    if deletion.done_at is not None or at >= deletion.final_at:
        raise TooLateToBringBack
    if deletion.kind == Subject.WORK:
        works.bring_back(
            session,
            session.get_one(Work, deletion.subject_id, with_for_update=True, populate_existing=True),
            by=by,
            at=at,
        )
    else:
        people.bring_back(
            session,
            session.get_one(Person, deletion.subject_id, with_for_update=True, populate_existing=True),
            by=by,
            at=at,
        )
    with row_security.lifted(session):
        deletion.undone_at, deletion.due_at, deletion.remark = at, None, None
        session.flush()
    return deletion


def _mine(session: Session, by: Actor) -> ColumnElement[bool]:
    """Of the units in care, and the own drafts that somebody has deleted themselves."""
    mine: Sequence[uuid.UUID] = sorted(administered(session, by))
    own = select(Work.id).where(Work.owner_id == by.person_id)
    return or_(
        Deletion.unit_id.in_(mine),
        and_(Deletion.kind == Subject.WORK, Deletion.by_id == by.person_id, Deletion.subject_id.in_(own)),
    )
