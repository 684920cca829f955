"""The works of the catalogue: opening one for a deposit or for paper copies, and who looks after it."""

import secrets
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, selectinload

from library import audit
from library.catalogue.models import Deposit, Readership, Version, Work, WorkState
from library.database import work_queue
from library.errors import Unknown
from library.people import units
from library.people.roles import AUTHORS
from library.people.sight import person_token, review_token, staff_token
from library.people.sign_in import Actor

LARGEST_KEY = 2**31 - 1


class UnknownWork(Unknown):
    code = "unknown-work"
    vi = "Không tìm thấy học liệu này. Có thể liên kết đã cũ, hoặc học liệu chưa mở cho mọi người."
    en = "This material was not found. The link may be old, or it is not open to everybody."


def open_work(session: Session, deposit: Deposit, description: Mapping[str, Any], *, at: datetime) -> Work:
    """A new work, draft, for what has been deposited; its owner and the administrators above see it from now on."""
    work = Work(
        key=secrets.randbelow(LARGEST_KEY),
        unit_id=deposit.unit_id,
        owner_id=deposit.owner_id,
        created_at=at,
        aliases=[],
        **description,
    )
    session.add(work)
    session.flush()
    audit.tell(session, "work-opened", work, unit_id=work.unit_id, by=work.owner_id, at=at, deposit=str(deposit.id))
    return work


def open_paper_title(
    session: Session, unit_id: uuid.UUID, title: str, isbn: str | None, *, by: Actor, at: datetime
) -> Work:
    """A title that a school has on paper only: known to everybody at once, because a catalogue card is no content."""
    work = Work(
        key=secrets.randbelow(LARGEST_KEY),
        unit_id=unit_id,
        owner_id=by.required().id,
        created_at=at,
        aliases=[],
        title=title,
        isbn=isbn,
        state=WorkState.PUBLISHED,
        sight=Readership.PUBLIC,
        published_at=at,
    )
    session.add(work)
    session.flush()
    audit.tell(session, "title-added", work, unit_id=unit_id, by=by.person_id, at=at, isbn=isbn)
    return work


def keepers(work: Work, units_above: Collection[uuid.UUID]) -> set[str]:
    """The tokens that always see a work: its owner, the administrators of its unit and the units above, and while it is
    in review its reviewers.
    """
    reviewers = {review_token(work.unit_id)} if work.state == WorkState.IN_REVIEW else set()
    return {person_token(work.owner_id), *(staff_token(unit_id) for unit_id in units_above), *reviewers}


def touch(work: Work, *, at: datetime) -> None:
    """The work has changed: the index must follow. The database counts, so that of two changes at once none is
    overlooked.
    """
    work.revision = Work.revision + 1 if inspect(work).persistent else work.revision + 1
    work_queue.enqueue(work, at=at)


def may_edit(session: Session, work: Work, by: Actor) -> bool:
    """Its owner while they work for its school, and the administrators it can be seen by, look after a work.
    `work.audience` must be loaded.
    """
    return may_publish(work, by) or (is_its_owner(work, by) and may_write_for(session, work.unit_id, by))


def is_its_owner(work: Work, by: Actor) -> bool:
    """Whose work it is, as long as it is there for them: nobody has what was deleted. `work.audience` must be
    loaded.
    """
    mine = person_token(work.owner_id)
    return mine in by.sight.tokens and any(row.token == mine for row in work.audience)


def may_write_for(session: Session, unit_id: uuid.UUID, by: Actor) -> bool:
    """Whether somebody holds a role of those who write, now, in this unit, elsewhere in its school, or in what that
    school has become.
    """
    return by.has_role(*AUTHORS, unit_ids=[unit_id]) or by.has_role(*AUTHORS, unit_ids=units.heirs_of(session, unit_id))


def may_publish(work: Work, by: Actor) -> bool:
    """Administrators of the work's unit or of a unit above it."""
    return any(row.token.startswith("staff:") and row.token in by.sight.tokens for row in work.audience)


def next_number(session: Session, work_id: uuid.UUID) -> int:
    """The number of the work's next version."""
    last = session.scalars(
        select(Version.number).where(Version.work_id == work_id).order_by(Version.number.desc())
    ).first()
    return (last or 0) + 1


def newest_version(session: Session, work_id: uuid.UUID) -> Version | None:
    """The last version that is whole; one that is still being read does not count yet."""
    whole = select(Version).where(Version.work_id == work_id, Version.digest.is_not(None))
    return session.scalars(whole.order_by(Version.number.desc())).first()


def with_audience(session: Session, work_id: uuid.UUID) -> Work:
    """One work with its audience, for the use cases that judge rights. Raises UnknownWork, also for one that is
    deleted.
    """
    work = session.scalar(
        select(Work).options(selectinload(Work.audience)).where(Work.id == work_id, Work.deleted_at.is_(None))
    )
    if work is None:
        raise UnknownWork
    return work
