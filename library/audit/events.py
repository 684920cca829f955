"""The audit: one line per change of state, written in the transaction that it tells of.

The worker seals the lines of each unit into a hash chain afterwards, so that a school's desks do not wait for each
other. Lines name ids, codes and digests; names of people stay in their own tables, so that erasing a person never
breaks the chain.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from library import logs
from library.database import BIG, Base, Identified


class Event(Base):
    """One line of the audit chain. `place` and the hashes are set once, when it is sealed; nothing else ever changes.

    `sequence` says in which order the lines came, whatever the clock did; it is no part of what is hashed.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_chain", "unit_id", "place", unique=True),
        Index("ix_event_subject", "subject_kind", "subject_id"),
        Index("ix_event_unsealed", "place", "sequence"),
        Index("uq_event_previous", "previous", unique=True),  # no chain forks, not even the one without a unit
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    happened_at: Mapped[datetime]
    act: Mapped[str]  # a past participle: work-published, loan-made
    unit_id: Mapped[uuid.UUID | None]  # whose chain it belongs to; none: the deployment's own
    person_id: Mapped[uuid.UUID | None]  # who did it; none: the house itself
    on_behalf_of: Mapped[uuid.UUID | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    before: Mapped[str | None]  # digests, where the subject has one
    after: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    origin: Mapped[str | None]  # the request's id
    place: Mapped[int | None]  # from 1 in its chain
    previous: Mapped[str | None]
    digest: Mapped[str | None]


def tell(
    session: Session,
    act: str,
    subject: Identified,
    *,
    unit_id: uuid.UUID | None,
    by: uuid.UUID | None,
    at: datetime,
    before: str | None = None,
    after: str | None = None,
    on_behalf_of: uuid.UUID | None = None,
    **facts: Any,
) -> Event:
    """Say in this transaction what it does. `subject` must have its id; `facts` are JSON: codes, numbers, ids."""
    origin = logs.this_request()
    kind = str(getattr(type(subject), "__tablename__", "unknown"))
    event = Event(
        happened_at=at,
        act=act,
        unit_id=unit_id,
        person_id=by,
        on_behalf_of=on_behalf_of,
        subject_kind=kind,
        subject_id=subject.id,
        before=before,
        after=after,
        facts=facts,
        origin=origin,
    )
    session.add(event)
    return event
