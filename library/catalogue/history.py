"""What happened to a work, read from the audit for those who look after it. Reading it is told in the audit, once a day
for each reader.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from library import audit
from library.audit import Event
from library.calendar import local_date
from library.catalogue import cataloguing
from library.catalogue.card_fields import NAMED
from library.catalogue.models import Deposit, Version, Work
from library.catalogue.wording import OPENED_TO
from library.database import row_security
from library.people.forgetting import REMOVED
from library.people.models import Person
from library.people.sign_in import Actor, NotAllowed

READ = "history-read"
SHOWN = 200
HOUSE = ("Hoclieu", "Hoclieu")


@dataclass(frozen=True)
class Line:
    """One thing that happened: who (None: the house itself, "" when the person is gone), what, when."""

    who: str | None
    act: str
    facts: Mapping[str, Any]
    happened_at: datetime


def of_work(session: Session, work: Work, *, by: Actor) -> list[Line]:
    """What happened to the work, newest first. `work.audience` must be loaded. Raises NotAllowed for whoever does not
    look after it.
    """
    if not cataloguing.may_edit(session, work, by):
        raise NotAllowed
    deposits = (
        select(Deposit.id)
        .join(Version, Version.id == Deposit.version_id)
        .where(Version.work_id == work.id)
        .scalar_subquery()
    )
    about = or_(
        and_(Event.subject_kind == Work.__tablename__, Event.subject_id == work.id),
        and_(Event.subject_kind == Deposit.__tablename__, Event.subject_id.in_(deposits)),
    )
    found = select(Event, Person.name).outerjoin(Person, Person.id == Event.person_id).where(about, Event.act != READ)
    with row_security.lifted(session):  # a name of another school, and nothing but the name
        rows = session.execute(found.order_by(Event.sequence.desc()).limit(SHOWN)).all()
    return [
        Line(None if line.person_id is None else name or "", line.act, line.facts, line.happened_at)
        for line, name in rows
    ]


def is_told(session: Session, work_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Whether the audit knows already that this person reads the work's history today."""
    mine = (
        Event.subject_kind == Work.__tablename__,
        Event.subject_id == work_id,
        Event.act == READ,
        Event.person_id == by.person_id,
    )
    last = session.scalar(select(Event.happened_at).where(*mine).order_by(Event.sequence.desc()).limit(1))
    return last is not None and local_date(last) == local_date(at)


def tell_reading(session: Session, work_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Say in the audit that somebody reads it."""
    if not is_told(session, work_id, by=by, at=at):
        work = session.get_one(Work, work_id)
        audit.tell(session, READ, work, unit_id=work.unit_id, by=by.person_id, at=at)
        session.flush()


def who_in_words(line: Line, language: str) -> str:
    """The name of who did it."""
    if line.who is None:
        return HOUSE[language == "en"]
    return REMOVED[language == "en"] if line.who in ("", REMOVED[0]) else line.who


def in_words(line: Line, language: str, acts: Mapping[str, tuple[str, str]]) -> str:
    """What happened, in the words of its act; an act without words of its own is named as it is."""
    place = language == "en"
    words = acts.get(line.act, (line.act.replace("-", " "),) * 2)[place]
    fields = ", ".join(NAMED.get(one, (one, one))[place] for one in _list(line.facts.get("fields")))
    return words.format(fields=fields, sight=OPENED_TO.get(str(line.facts.get("sight")), ("", ""))[place])


def _list(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list) else ()
