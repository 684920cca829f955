"""The first way into an account, for a new person and for one who has lost theirs: a link, or a password to print."""

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.people import roster_schemas as schemas
from api.people.entering import hashing_known
from api.web.gate import Gate
from library.clock import now
from library.people import care, inviting, passwords, sign_in
from library.people.models import Person
from library.people.sign_in import Actor


async def add_member(gate: Gate, token: str | None, code: str, wish: schemas.NewMember, root: str) -> schemas.WayIn:
    """A new person of a unit with one role, and how they get in. `root`: where links begin. Raises SignInNeeded,
    NotAllowed, UnknownUnit, LoginTaken, UnknownRole.
    """
    printed, hashed = await _printed(
        gate, token, wish.way, lambda session, actor: care.unit_in_care(session, code, by=actor)
    )

    def act(session: Session) -> schemas.WayIn:
        at = now()
        actor = sign_in.actor_of(session, token, at=at)
        unit = care.unit_in_care(session, code, by=actor)
        person = inviting.add_person(
            session, wish.login, wish.name, wish.role, unit, email=wish.email, at=at, by=actor.person_id
        )
        return _let_in(session, person, printed, hashed, root, by=actor, at=at)

    return await gate.write(act)


async def way_in(
    gate: Gate, token: str | None, person_id: uuid.UUID, wish: schemas.NewWayIn, root: str
) -> schemas.WayIn:
    """A fresh link or printed password; the old way in dies. Raises SignInNeeded, UnknownMember, NotAllowed."""

    def whose(session: Session, actor: Actor) -> Person:
        actor.required()
        return care.person_in_full_care(session, person_id, by=actor, at=now())

    printed, hashed = await _printed(gate, token, wish.way, whose)

    def act(session: Session) -> schemas.WayIn:
        at = now()
        actor = sign_in.actor_of(session, token, at=at)
        return _let_in(session, whose(session, actor), printed, hashed, root, by=actor, at=at)

    return await gate.write(act)


def _let_in(
    session: Session, person: Person, printed: str | None, hashed: str | None, root: str, *, by: Actor, at: datetime
) -> schemas.WayIn:
    """Open the way in: the printed password, or a one-time link."""
    if hashed is not None:
        inviting.set_first_password(session, person, hashed, by=by.person_id, at=at)
        return schemas.WayIn(person_id=str(person.id), login=person.login, link=None, password=printed)
    token = inviting.invite_to_new_password(session, person, at=at, by=by.person_id)
    return schemas.WayIn(person_id=str(person.id), login=person.login, link=f"{root}/moi/{token}", password=None)


async def _printed(
    gate: Gate, token: str | None, way: str, asked: Callable[[Session, Actor], object]
) -> tuple[str | None, str | None]:
    """A first password and its hash. That is slow, so who may not have one made (`asked` raises) hears it before."""
    if way != "password":
        return None, None
    await gate.read(lambda session: asked(session, sign_in.actor_of(session, token, at=now())))
    password = inviting.first_password()
    async with hashing_known:
        return password, await run_in_threadpool(passwords.hash_of, password)
