"""What the catalogue forgets when a work goes: every row that hangs on it. The files follow when no row names them."""

import uuid

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from library.catalogue.models import Audience, Deposit, Page, Rendition, Version, Work
from library.notices import telling


def forget_work(session: Session, work_id: uuid.UUID) -> set[str]:
    """Card, versions, pages, deposits; returns the keys of the files that they named."""
    versions = session.scalars(select(Version.id).where(Version.work_id == work_id)).all()
    deposits = or_(Deposit.work_id == work_id, Deposit.version_id.in_(versions))
    keys = {
        *session.scalars(select(Rendition.key).where(Rendition.version_id.in_(versions))),
        *session.scalars(select(Deposit.key).where(deposits)),
    }
    telling.forget(session, [work_id, *session.scalars(select(Deposit.id).where(deposits))])
    session.execute(delete(Deposit).where(deposits))
    session.execute(update(Work).where(Work.id == work_id).values(version_id=None))
    for table in (Page, Rendition):
        session.execute(delete(table).where(table.version_id.in_(versions)))
    for model in (Version, Audience):
        session.execute(delete(model).where(model.work_id == work_id))
    session.execute(delete(Work).where(Work.id == work_id))
    session.expire_all()
    return {key for key in keys if key}


def forget_uploads(session: Session, person_id: uuid.UUID) -> set[str]:
    """What somebody had sent and what never became a version; what did belongs to the work."""
    mine = (Deposit.owner_id == person_id, Deposit.version_id.is_(None))
    keys = {key for key in session.scalars(select(Deposit.key).where(*mine)) if key}
    session.execute(delete(Deposit).where(*mine))
    return keys
