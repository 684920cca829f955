"""Coming in and going out: acts of several transactions, because argon2id takes its time outside of any."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.people import schemas
from api.web import metrics
from api.web.callers import Caller, Claim, remember
from api.web.dependencies import cookie_name
from api.web.gate import Gate
from library.clock import now
from library.errors import Wrong
from library.notices import telling
from library.notices.welcoming import WELCOME
from library.people import inviting, passwords, sign_in, throttling
from library.people.models import Person
from library.people.sign_in import Actor, RoleNotHeld, SignInNeeded, WrongPassword
from library.settings import Settings

FORGET = '"cache", "storage"'  # what a browser forgets of this site when somebody signs out
hashing = asyncio.Semaphore(2)  # argon2id is meant to be slow: two at a time, the others wait outside
hashing_known = asyncio.Semaphore(2)  # a flood of strangers is no queue for those who have been here before


class SamePassword(Wrong):
    code = "same-password"
    vi = "Mật khẩu mới phải khác mật khẩu cũ."
    en = "The new password must differ from the old one."


@dataclass(frozen=True)
class Opened:
    """A sign-in that has just been opened; `token` is kept nowhere else."""

    token: str
    actor: Actor
    shared: bool  # on a computer that many use


@dataclass(frozen=True)
class Tried:
    """A right password: the note of its try, and the hash that it fits."""

    id: uuid.UUID
    password_hash: str | None


async def enter(
    gate: Gate, login: str, password: str, caller: Caller, *, shared: bool = False, before: str | None = None
) -> Opened:
    """Check the password outside of any transaction, then open the sign-in. `before`: the browser's last token, which
    ends.

    Raises TooManyTries, WrongPassword.
    """
    typed = login[: sign_in.LONGEST]

    def claim(session: Session) -> Claim:
        called, known = sign_in.known_as(session, typed)
        return Claim(called, known, caller.address, caller.browser.id if caller.browser.knows(known) else None)

    tried = await check(gate, claim, password)

    def act(session: Session) -> Opened:
        person = inviting.person_by_login(session, typed)
        if person.password_hash != tried.password_hash:  # chosen or printed anew while the old one was looked at
            raise WrongPassword
        throttling.forget_try(session, tried.id)
        if before:
            sign_in.close_sign_in(session, before, at=now())
        if person.first_password:
            inviting.use_first_password(session, person, at=now())
        return _open(session, person, shared=shared)

    return await gate.write(act)


async def check(gate: Gate, claimed: Callable[[Session], Claim], password: str) -> Tried:
    """Whether the password is right; returns the try, whose note is to be forgotten in the transaction that follows.
    Raises TooManyTries, WrongPassword.
    """

    def look(session: Session) -> Claim:
        claim = claimed(session)
        throttling.refuse_hasty(session, claim.login, claim.address, at=now(), device=claim.device)
        return claim

    def begin(session: Session) -> tuple[Claim, uuid.UUID]:
        claim = claimed(session)
        return claim, throttling.begin_try(session, claim.login, claim.address, at=now(), device=claim.device)

    known_here = (await gate.read(look)).device is not None
    async with hashing_known if known_here else hashing:
        claim, tried = await gate.write(begin)
        right = await run_in_threadpool(passwords.is_right, claim.password_hash, password)
    metrics.SIGN_INS.labels("ok" if right else "failed").inc()
    if not right:
        raise WrongPassword
    return Tried(tried, claim.password_hash)


async def choose(
    gate: Gate, token: str | None, wish: schemas.PasswordChoice, caller: Caller, *, library: str
) -> Opened:
    """Change the password of whoever is signed in; a short sign-in stays one.

    Raises SignInNeeded, SamePassword, what makes a password too weak, TooManyTries, WrongPassword, PrintEnded.
    """

    def holder(session: Session) -> Person:
        return signed_in(session, token)

    def claim(session: Session) -> Claim:  # who is in is known here
        return Claim(
            holder(session).login, holder(session).password_hash, caller.address, sign_in.token_hash(token or "")
        )

    names = await gate.read(lambda session: passwords.names_about(session, holder(session), library))
    if passwords.spelled(wish.old) == passwords.spelled(wish.new):
        raise SamePassword
    await run_in_threadpool(passwords.refuse_weak, wish.new, names)
    tried = await check(gate, claim, wish.old)
    async with hashing_known:
        hashed = await run_in_threadpool(passwords.hash_of, wish.new)

    def act(session: Session) -> Opened:
        person = holder(session)
        inviting.refuse_ended_print(session, person, at=now())
        if person.first_password:
            welcome(session, person)
        throttling.forget_try(session, tried.id)
        shared = sign_in.is_shared(session, token or "")
        inviting.choose_password(session, person, hashed, at=now())
        return _open(session, person, shared=shared)

    return await gate.write(act)


def signed_in(session: Session, token: str | None) -> Person:
    """Who holds this sign-in, also with a password still to choose. Raises SignInNeeded."""
    person = sign_in.actor_of(session, token, at=now()).person
    if person is None:
        raise SignInNeeded
    return person


def switched(session: Session, token: str | None, role_id: str, *, by: Actor, at: datetime) -> Actor:
    """Switch to another role. Raises SignInNeeded, RoleNotHeld."""
    by.required()
    held = next((one for one in by.memberships if str(one.id) == role_id), None)
    if held is None or token is None:
        raise RoleNotHeld
    sign_in.switch_role(session, token, held.id, by=by, at=at)
    return sign_in.actor_of(session, token, at=at)


def invitation_of(session: Session, token: str, *, at: datetime) -> schemas.Invitation:
    """What a one-time link is for. Raises LinkUsed."""
    found = inviting.open_invitation(session, token, at=at)
    person = found.person
    return schemas.Invitation(
        purpose=found.purpose, name=person.name if person else None, login=person.login if person else None
    )


async def leave(gate: Gate, token: str | None) -> None:
    """Forget the sign-in of this browser."""
    if token:
        await gate.write(lambda session: sign_in.close_sign_in(session, token, at=now()))


async def take_link(
    gate: Gate, token: str, wish: schemas.Acceptance, *, library: str, before: str | None = None
) -> Opened:
    """Accept a one-time link and sign in. `before`: the browser's last token, which ends. Raises LinkUsed, and what
    makes a password too weak.
    """

    def about(session: Session) -> tuple[str, ...]:
        person = inviting.open_invitation(session, token, at=now()).person
        return passwords.names_about(session, person, library, *(() if person else (wish.name, wish.login)))

    names = await gate.read(about)
    await run_in_threadpool(passwords.refuse_weak, wish.password, names)
    async with hashing_known:
        hashed = await run_in_threadpool(passwords.hash_of, wish.password)

    def take(session: Session) -> Opened:
        invited = inviting.open_invitation(session, token, at=now()).person
        fresh = invited is None or invited.password_hash is None
        if before:
            sign_in.close_sign_in(session, before, at=now())
        person = inviting.accept(session, token, name=wish.name, login=wish.login, password_hash=hashed, at=now())
        if fresh:
            welcome(session, person)
        return _open(session, person, shared=wish.shared)

    return await gate.write(take)


def welcome(session: Session, person: Person) -> None:
    """The first thing in everybody's inbox."""
    telling.tell(session, [person.id], WELCOME, at=now())


def set_cookie(response: Response, request: Request, settings: Settings, opened: Opened) -> None:
    """The opaque sign-in as a cookie that scripts cannot read; on a shared computer it dies with the browser. That the
    person was here stays known.
    """
    age = None if opened.shared else int(sign_in.SIGN_IN_LASTS.total_seconds())
    response.set_cookie(
        cookie_name(request), opened.token, max_age=age, path="/", secure=settings.secure, httponly=True, samesite="lax"
    )
    remember(response, request, opened.actor)


def _open(session: Session, person: Person, *, shared: bool) -> Opened:
    at = now()
    return Opened(
        sign_in.open_sign_in(session, person, at=at, shared=shared), sign_in.actor_for(session, person, at=at), shared
    )
