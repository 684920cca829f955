"""A day to think again: a role that was ended and a unit that was merged or split come back as they were."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from library import audit
from library.errors import Gone
from library.people import care, units
from library.people.appointing import end_links
from library.people.models import Membership, Person, Unit, UnitName, UnitSuccession
from library.people.sign_in import Actor

LASTS = timedelta(days=1)


class TooLateToReopen(Gone):
    code = "too-late-to-reopen"
    vi = "Việc này đã quá một ngày, hoặc đã có người lấy lại, nên không hoàn tác được nữa."
    en = "This was more than a day ago, or somebody has taken it back already: it cannot be undone any more."


def roles_ended(session: Session, unit_ids: Collection[uuid.UUID], *, at: datetime) -> Sequence[Membership]:
    """The roles that ended in these units within the day, newest first; not those that a merger has carried on."""
    ended = (Membership.until_at > at - LASTS, Membership.until_at <= at, Membership.until_at > Membership.from_at)
    wanted = (
        select(Membership)
        .options(joinedload(Membership.person), joinedload(Membership.unit))
        .join(Person)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.unit_id.in_(unit_ids), Person.deleted_at.is_(None), Unit.closed_at.is_(None), *ended)
    )
    found = session.scalars(wanted.order_by(Membership.until_at.desc())).all()
    return [one for one in found if not _held(session, one) and _act_of_end(session, one) is not None]


def units_closed(session: Session, unit_ids: Collection[uuid.UUID], *, at: datetime) -> Sequence[Unit]:
    """The units that were closed within the day, newest first; those whose successors are among these, too."""
    lately = (Unit.id.in_(unit_ids), Unit.closed_at > at - LASTS)
    found = session.scalars(select(Unit).where(*lately).order_by(Unit.closed_at.desc())).all()
    return [one for one in found if {new.id for new in units.successors(session, one.id)} <= set(unit_ids)]


def give_back(session: Session, membership_id: uuid.UUID, *, by: Actor, at: datetime) -> Membership:
    """The role goes on as if it had not been ended, to its planned end if it has one. Raises SignInNeeded,
    UnknownMember, TooLateToReopen, UnitClosed.
    """
    by.required()
    found = session.get(Membership, membership_id, with_for_update=True, populate_existing=True)
    if found is None or found.unit_id not in care.administered(session, by):
        raise care.UnknownMember
    if session.get_one(Person, found.person_id).deleted_at is not None:
        raise care.UnknownMember
    units.refuse_closed(session.get_one(Unit, found.unit_id))
    if found.until_at is None or found.until_at <= at - LASTS or _held(session, found):
        raise TooLateToReopen
    ended = _act_of_end(session, found)
    planned = ended.facts.get("planned") if ended else None
    until = datetime.fromisoformat(planned) if planned else None
    if ended is None or (until is not None and until <= at):
        raise TooLateToReopen
    _go_on(session, found, until, by=by, at=at)
    session.flush()
    return found


def reopen(session: Session, code: str, *, by: Actor, at: datetime) -> Unit:
    """The unit stands as before it was merged or split, in it the people whom the merger brought along and who are
    still there. It takes them from the successors, so these must be in care, too. Raises SignInNeeded, NotAllowed,
    UnknownUnit, TooLateToReopen.
    """
    unit = care.unit_in_care(session, code, by=by)
    for new in units.successors(session, unit.id):
        care.refuse_foreign(session, new.id, by)
    session.refresh(unit, with_for_update=True)
    closed = unit.closed_at
    if closed is None or closed <= at - LASTS:
        raise TooLateToReopen
    _take_people_back(session, unit, closed, by=by, at=at)
    session.execute(delete(UnitSuccession).where(UnitSuccession.old_id == unit.id))
    last_name = (UnitName.unit_id == unit.id, UnitName.until_at == closed)
    session.execute(update(UnitName).where(*last_name).values(until_at=None))
    unit.closed_at = None
    session.flush()
    audit.tell(session, "unit-reopened", unit, unit_id=unit.id, by=by.person_id, at=at)
    return unit


def _take_people_back(session: Session, unit: Unit, closed: datetime, *, by: Actor, at: datetime) -> None:
    """What ended here with the unit goes on; what began elsewhere for it ends. Who has left there meanwhile stays gone,
    and who is deleted stays as they are.
    """
    ended = (Membership.unit_id == unit.id, Membership.until_at == closed, Person.deleted_at.is_(None))
    into = [one.id for one in units.successors(session, unit.id)]
    for one in session.scalars(select(Membership).join(Person).where(*ended)).all():
        same = (Membership.person_id == one.person_id, Membership.role == one.role, Membership.unit_id.in_(into))
        there = session.scalars(select(Membership).where(*same)).all()
        brought = [other for other in there if other.from_at == closed and other.until_at is None]
        if not brought and not any(other.from_at < closed and _lasted(other, closed) for other in there):
            continue
        for other in brought:
            other.until_at = at
            _tell(session, "role-ended", other, by=by, at=at)
        _go_on(session, one, None, by=by, at=at)
    session.flush()


def _lasted(one: Membership, moment: datetime) -> bool:
    return one.until_at is None or one.until_at > moment


def _go_on(session: Session, one: Membership, until: datetime | None, *, by: Actor, at: datetime) -> None:
    """The role is held again; a link that is open was made for somebody with fewer rights."""
    one.until_at = until
    end_links(session, one.person_id)
    _tell(session, "role-given-back", one, by=by, at=at)


def _act_of_end(session: Session, ended: Membership) -> audit.Event | None:
    """The line that tells who ended the role; none where it ended by itself, on the day that was planned."""
    told = (audit.Event.subject_kind == Membership.__tablename__, audit.Event.subject_id == ended.id)
    act = (audit.Event.act == "role-ended", audit.Event.happened_at == ended.until_at)
    return session.scalar(select(audit.Event).where(*told, *act).order_by(audit.Event.sequence.desc()).limit(1))


def _tell(session: Session, act: str, one: Membership, *, by: Actor, at: datetime) -> None:
    person, role = str(one.person_id), one.role
    audit.tell(session, act, one, unit_id=one.unit_id, by=by.person_id, at=at, person=person, role=role)


def _held(session: Session, ended: Membership) -> bool:
    """Whether the same role is held again."""
    same = (
        Membership.person_id == ended.person_id,
        Membership.unit_id == ended.unit_id,
        Membership.role == ended.role,
        Membership.until_at.is_(None),
    )
    return session.scalar(select(Membership.id).where(*same).limit(1)) is not None
