"""Signing in and out, who I am, one-time links."""

import asyncio
import uuid
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import metrics
from api.dependencies import GateNow, HouseNow, Language, Now, Reader, Reading, Token, cookie_name
from api.describing import unit_named
from api.gate import Gate
from api.schemas import people as schemas
from library.clock import now
from library.errors import Wrong
from library.notices import telling
from library.people import inviting, sign_in, throttling
from library.people.models import ADMINISTRATOR, Person
from library.people.roles import name_of
from library.people.sign_in import Actor, RoleNotHeld, SignInNeeded, WrongPassword
from library.reviews import queries as reviews
from library.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["people"])
FORGET = '"cache", "storage"'  # what a browser forgets of this site when somebody signs out
hashing = asyncio.Semaphore(2)  # argon2id is meant to be slow: two at a time, the others wait outside


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


def me_of(actor: Actor, language: str = "vi") -> schemas.Me:
    """Who is asking."""
    roles = [
        schemas.Role(id=str(one.id), role=one.role, name=name_of(one.role, language), unit=unit_named(one.unit), current=one is actor.current)
        for one in actor.memberships
    ]
    return schemas.Me(
        signed_in=actor.person is not None,
        name=actor.person.name if actor.person else None,
        login=actor.person.login if actor.person else None,
        roles=roles,
        role=actor.current.role if actor.current else None,
        password_to_choose=bool(actor.person and actor.person.first_password),
        may_administer=actor.has_role(ADMINISTRATOR),
        may_upload=actor.may_upload,
        may_publish=actor.may_publish,
        may_review=reviews.is_reviewer(actor),
    )


@router.get("/me", response_model=schemas.Me)
def me(actor: Reader, language: Language) -> schemas.Me:
    """Who is signed in here."""
    return me_of(actor, language)


@router.put("/me/role", response_model=schemas.Me)
async def switch_role(wish: schemas.RoleChoice, gate: GateNow, token: Token, language: Language) -> schemas.Me:
    """Use another of my roles from now on."""
    return me_of(await gate.write(lambda session: switched(session, token, wish.role_id)), language)


@router.put("/me/password", response_model=schemas.Me)
async def change_password(
    wish: schemas.PasswordChoice, request: Request, response: Response, gate: GateNow, token: Token, house: HouseNow, language: Language
) -> schemas.Me:
    """Choose another password; every other browser is signed out."""
    opened = await choose(gate, token, wish, address_of(request))
    set_cookie(response, request, house.settings, opened)
    return me_of(opened.actor, language)


@router.post("/sign-in", response_model=schemas.Me)
async def sign_in_route(wish: schemas.SignIn, request: Request, response: Response, gate: GateNow, house: HouseNow, before: Token) -> schemas.Me:
    """Sign in with name and password."""
    opened = await enter(gate, wish.login, wish.password, address_of(request), shared=wish.shared, before=before)
    set_cookie(response, request, house.settings, opened)
    return me_of(opened.actor)


@router.post("/sign-out", status_code=204)
async def sign_out(request: Request, response: Response, gate: GateNow, token: Token) -> None:
    """Sign out this browser."""
    await leave(gate, token)
    response.headers["Clear-Site-Data"] = FORGET
    response.delete_cookie(cookie_name(request), path="/")


@router.get("/invitations/{token}", response_model=schemas.Invitation)
def invitation(token: str, session: Reading, at: Now) -> schemas.Invitation:
    """What a one-time link is for."""
    found = inviting.open_invitation(session, token, at=at)
    person = found.person
    return schemas.Invitation(purpose=found.purpose, name=person.name if person else None, login=person.login if person else None)


@router.post("/invitations/{token}", response_model=schemas.Me)
async def accept(token: str, wish: schemas.Acceptance, request: Request, response: Response, gate: GateNow, house: HouseNow, before: Token) -> schemas.Me:
    """Use a one-time link; signed in afterwards."""
    opened = await take_link(gate, token, wish, before=before)
    set_cookie(response, request, house.settings, opened)
    return me_of(opened.actor)


async def enter(gate: Gate, login: str, password: str, address: str, *, shared: bool = False, before: str | None = None) -> Opened:
    """Check the password outside of any transaction, then open the sign-in. `before`: the browser's last token, which ends.

    Raises TooManyTries, WrongPassword.
    """
    folded = sign_in.folded_login(login)
    tried = await check(gate, folded, password, address)

    def act(session: Session) -> Opened:
        throttling.forget_try(session, tried)
        if before:
            sign_in.close_sign_in(session, before, at=now())
        return _open(session, inviting.person_by_login(session, folded), shared=shared)

    return await gate.write(act)


async def check(gate: Gate, folded: str, password: str, address: str) -> uuid.UUID:
    """Whether the password is right; returns the try, to be forgotten in the transaction that follows. Raises TooManyTries, WrongPassword."""
    await gate.read(lambda session: throttling.throttle(session, folded, address, at=now()))
    async with hashing:
        tried = await gate.write(lambda session: throttling.begin_try(session, folded, address, at=now()))
        known = await gate.read(lambda session: sign_in.hash_of(session, folded))
        right = await run_in_threadpool(sign_in.is_right, known, password)
    metrics.SIGN_INS.labels("ok" if right else "failed").inc()
    if not right:
        raise WrongPassword
    return tried


async def choose(gate: Gate, token: str | None, wish: schemas.PasswordChoice, address: str) -> Opened:
    """Change the password of whoever is signed in; a short sign-in stays one.

    Raises SignInNeeded, TooManyTries, WrongPassword, SamePassword, PrintEnded.
    """
    actor = await gate.read(lambda session: sign_in.actor_of(session, token, at=now()))
    if actor.person is None:
        raise SignInNeeded
    tried = await check(gate, actor.person.login, wish.old, address)
    if wish.old == wish.new:
        await gate.write(lambda session: throttling.forget_try(session, tried))
        raise SamePassword
    async with hashing:
        hashed = await run_in_threadpool(sign_in.passwords.hash, wish.new)

    def act(session: Session) -> Opened:
        person = sign_in.actor_of(session, token, at=now()).person
        if person is None or token is None:
            raise SignInNeeded
        inviting.refuse_ended_print(session, person, at=now())
        if person.first_password:
            welcome(session, person)
        throttling.forget_try(session, tried)
        shared = sign_in.is_shared(session, token)
        inviting.choose_password(session, person, hashed, at=now())
        return _open(session, person, shared=shared)

    return await gate.write(act)


def switched(session: Session, token: str | None, role_id: str) -> Actor:
    """Switch to another role. Raises SignInNeeded, RoleNotHeld."""
    actor = sign_in.actor_of(session, token, at=now())
    actor.required()
    held = next((one for one in actor.memberships if str(one.id) == role_id), None)
    if held is None or token is None:
        raise RoleNotHeld
    sign_in.switch_role(session, token, held.id, by=actor, at=now())
    return sign_in.actor_of(session, token, at=now())


async def leave(gate: Gate, token: str | None) -> None:
    """Forget the sign-in of this browser."""
    if token:
        await gate.write(lambda session: sign_in.close_sign_in(session, token, at=now()))


async def take_link(gate: Gate, token: str, wish: schemas.Acceptance, *, before: str | None = None) -> Opened:
    """Accept a one-time link and sign in. `before`: the browser's last token, which ends."""
    await gate.read(lambda session: inviting.open_invitation(session, token, at=now()))
    async with hashing:
        hashed = await run_in_threadpool(sign_in.passwords.hash, wish.password)

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
    telling.tell(session, [person.id], "welcome", at=now())


def set_cookie(response: Response, request: Request, settings: Settings, opened: Opened) -> None:
    """The opaque sign-in as a cookie that scripts cannot read; on a shared computer it dies with the browser."""
    age = None if opened.shared else int(sign_in.SIGN_IN_LASTS.total_seconds())
    response.set_cookie(cookie_name(request), opened.token, max_age=age, path="/", secure=settings.secure, httponly=True, samesite="lax")


def address_of(request: Request) -> str:
    """The address that failures are counted for."""
    return request.client.host if request.client else "unknown"


def _open(session: Session, person: Person, *, shared: bool) -> Opened:
    at = now()
    return Opened(sign_in.open_sign_in(session, person, at=at, shared=shared), sign_in.actor_for(session, person, at=at), shared)
