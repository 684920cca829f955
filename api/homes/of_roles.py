"""What the home of each role shows: at most five things, the one that matters first."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.catalogue.shown import card_of
from api.circulation import shown as desk_api
from api.deposits import shown as deposits
from api.reviews import shown as reviews
from api.web.me import unit_named
from ingest.worker.vitals import Watch
from library.announced import NOTICES
from library.calendar import local_date
from library.catalogue import depositing, queries
from library.catalogue.models import DepositState, WorkState
from library.circulation import desk
from library.circulation import queries as stock
from library.learning import reading as places
from library.notices import inbox
from library.people import rosters, units
from library.people.models import Membership, Unit, UnitKind
from library.people.roles import APPROVERS, AUTHORS, KEEPERS, Role
from library.people.sight import class_token, units_below
from library.people.sign_in import Actor
from library.reviews.announcing import WORK_RETURNED
from library.reviews.queries import is_reviewer

SHOWN = 3
IN_WORK_SHOWN = 20
SCHOOLS_SHOWN = 30
Look = Callable[[Session, Actor, Watch, str, datetime], Mapping[str, Any]]


def home_of(session: Session, actor: Actor, watch: Watch, language: str, *, at: datetime) -> Mapping[str, Any]:
    """What the role in use shows, and what everybody has: the school, what was begun, what is on loan."""
    actor.required()
    role = actor.current.role if actor.current else ""
    school = units.school_of(session, actor.current.unit_id) if actor.current else None
    found = {
        **NOTHING,
        "school": unit_named(school).model_dump() if school else None,
        "loans": desk_api.loans_of(session, actor, at=at).loans,
    }
    found["read_on"] = read_on(session, actor, language, at=at)
    for roles, look in LOOKS:
        if role in roles:
            found |= look(session, actor, watch, language, at)
    return found


def read_on(session: Session, actor: Actor, language: str, *, at: datetime) -> list[dict[str, Any]]:
    """The books that were begun, with the page."""
    begun = places.begun(session, actor.required().id, actor.sight, at=at, limit=SHOWN)
    loaded = queries.visible_works(session, [work_id for work_id, _ in begun], actor.sight, at=at)
    return [
        {**card_of(loaded[work_id], language).model_dump(), "place": place}
        for work_id, place in begun
        if work_id in loaded
    ]


def of_class(session: Session, actor: Actor, _watch: Watch, language: str, at: datetime) -> Mapping[str, Any]:
    """What was opened to my class; without any, the newest of my school."""
    tokens = [class_token(one.class_id) for one in actor.classes]
    chosen = queries.for_tokens(session, tokens, actor.sight, at=at, limit=SHOWN) if tokens else []
    within = {unit_id for one in actor.memberships for unit_id in units_below(session, [one.unit_id])}
    newest = (
        chosen
        or queries.newest(session, actor.sight, at=at, limit=SHOWN, unit_ids=within)
        or queries.newest(session, actor.sight, at=at, limit=SHOWN)
    )
    return {
        "classes": [one.school_class.name for one in actor.classes],
        "for_class": bool(chosen),
        "newest": [card_of(one, language) for one in newest],
    }


def of_author(session: Session, actor: Actor, _watch: Watch, language: str, _at: datetime) -> Mapping[str, Any]:
    """What came back, what is begun, what waits."""
    person = actor.required()
    mine = depositing.of_person(session, person.id, limit=50)
    drafts = queries.owned(session, person.id, (WorkState.DRAFT,), limit=SHOWN)
    told = inbox.lines(session, person.id, language, NOTICES)
    returned = [one for one in told if one.kind == WORK_RETURNED.code and not one.read]
    return {
        "drafts": [card_of(one, language) for one in drafts],
        "in_review": len(queries.owned(session, person.id, (WorkState.IN_REVIEW,), limit=50)),
        "returned": [{"id": str(one.id), "line": one.words.line, "more": one.words.more} for one in returned[:SHOWN]],
        "uploads": len(mine),
        "unfinished": sum(
            one.state in (DepositState.RECEIVING, DepositState.WAITING, DepositState.WORKING) for one in mine
        ),
        "refused": sum(one.state in (DepositState.REFUSED, DepositState.FAILED) for one in mine),
    }


def of_reviewer(session: Session, actor: Actor, _watch: Watch, language: str, at: datetime) -> Mapping[str, Any]:
    """What waits for a decision, oldest first."""
    return {"to_review": reviews.queue_of(session, actor, language, at=at).model_dump() if is_reviewer(actor) else None}


def of_teacher(session: Session, actor: Actor, _watch: Watch, _language: str, at: datetime) -> Mapping[str, Any]:
    """The classes I teach."""
    mine = [one.school_class for one in actor.classes if one.role == Role.TEACHER]
    return {"taught": [{"name": one.name, "pupils": len(rosters.roll(session, one.id, at=at))} for one in mine]}


def of_librarian(session: Session, actor: Actor, _watch: Watch, _language: str, at: datetime) -> Mapping[str, Any]:
    """The desk with what is due today and what is overdue, by name."""
    if not desk.keeps_one(session, actor):
        return {}
    school, today = desk.school_of(session, actor), local_date(at)
    out, late = stock.overdue_count(session, school.id, at=at)
    due = stock.due_by(session, school.id, first=today, last=today, limit=SHOWN)
    overdue = stock.due_by(session, school.id, first=None, last=today - timedelta(days=1), limit=5)
    told = {"due_today": due, "overdue": overdue}
    return {
        "desk": {"out": out, "late": late, "key": str(uuid.uuid4())}
        | {
            name: [{"title": loan.title, "borrower": who, "due_at": loan.due_at} for loan, who in rows]
            for name, rows in told.items()
        }
    }


def of_keeper(session: Session, actor: Actor, watch: Watch, _language: str, at: datetime) -> Mapping[str, Any]:
    """How the house is, how many people and schools are in care, and what is being read there."""
    found = watch.look(session, at=at)
    care = units_below(session, actor.units_as(Role.ADMINISTRATOR))
    counting = (
        select(func.count())
        .select_from(Unit)
        .where(Unit.id.in_(care), Unit.kind == UnitKind.SCHOOL, Unit.closed_at.is_(None))
    )
    people = select(func.count(Membership.person_id.distinct())).where(
        Membership.unit_id.in_(care), Membership.until_at.is_(None)
    )
    return {
        "vitals": {
            "troubles": found.troubles,
            "workers": found.workers,
            "waiting": found.waiting,
            "minutes": int(found.oldest.total_seconds() // 60),
            "aside": found.aside,
            "free": found.free,
        },
        "schools_in_care": session.scalar(counting) or 0,
        "people_in_care": session.scalar(people) or 0,
        "in_work": deposits.in_work_of(session, actor, limit=IN_WORK_SHOWN).deposits,
    }


def of_officer(session: Session, actor: Actor, _watch: Watch, _language: str, at: datetime) -> Mapping[str, Any]:
    """The schools of the commune, with what stands on their shelves."""
    within = units_below(session, [one.unit_id for one in actor.memberships if one.role == Role.COMMUNE_OFFICER])
    managed = select(Unit).where(
        (Unit.id.in_(within)) | (Unit.authority_id.in_(within)), Unit.kind == UnitKind.SCHOOL, Unit.closed_at.is_(None)
    )
    rows = session.scalars(managed.order_by(Unit.name).limit(SCHOOLS_SHOWN)).all()
    return {
        "schools": [
            {
                "code": one.code,
                "name": one.name,
                "works": queries.total_of(session, [one.id], actor.sight, at=at),
                "copies": stock.holdings(session, one.id)[1],
            }
            for one in rows
        ]
    }


NOTHING: dict[str, Any] = {
    "classes": [],
    "for_class": False,
    "newest": [],
    "drafts": [],
    "in_review": 0,
    "returned": [],
    "uploads": 0,
    "unfinished": 0,
    "refused": 0,
    "to_review": None,
    "taught": [],
    "desk": None,
    "vitals": None,
    "schools_in_care": 0,
    "people_in_care": 0,
    "in_work": [],
    "schools": [],
}
LOOKS: tuple[tuple[frozenset[str], Look], ...] = (
    (frozenset({Role.PUPIL, Role.PARENT, ""}), of_class),
    (AUTHORS - {Role.LIBRARIAN} - KEEPERS, of_author),
    (AUTHORS - {Role.LIBRARIAN} - KEEPERS, of_teacher),
    (APPROVERS, of_reviewer),
    (frozenset({Role.LIBRARIAN}), of_librarian),
    (KEEPERS, of_keeper),
    (frozenset({Role.COMMUNE_OFFICER}), of_officer),
)
