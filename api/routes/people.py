"""Signing in and out, who I am, one-time links."""

import asyncio

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.dependencies import GateNow, HouseNow, Now, Reader, Reading, Token, cookie_name
from api.describing import unit_named
from api.gate import Gate
from api.schemas import people as schemas
from library.clock import now
from library.people import inviting, sign_in
from library.people.models import Person
from library.people.sign_in import Actor, WrongPassword
from library.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["people"])
hashing = asyncio.Semaphore(2)  # argon2id is meant to be slow: two at a time, the others wait outside


def me_of(actor: Actor) -> schemas.Me:
    """Who is asking."""
    roles = [schemas.Role(role=one.role, unit=unit_named(one.unit)) for one in actor.memberships]
    return schemas.Me(
        signed_in=actor.person is not None,
        name=actor.person.name if actor.person else None,
        login=actor.person.login if actor.person else None,
        roles=roles,
        may_upload=actor.may_upload,
        may_publish=actor.may_publish,
    )


@router.get("/me", response_model=schemas.Me)
def me(actor: Reader) -> schemas.Me:
    """Who is signed in here."""
    return me_of(actor)


@router.post("/sign-in", response_model=schemas.Me)
async def sign_in_route(wish: schemas.SignIn, request: Request, response: Response, gate: GateNow, house: HouseNow) -> schemas.Me:
    """Sign in with name and password."""
    token, actor = await enter(gate, wish.login, wish.password, address_of(request))
    set_cookie(response, request, house.settings, token)
    return me_of(actor)


@router.post("/sign-out", status_code=204)
async def sign_out(request: Request, response: Response, gate: GateNow, token: Token) -> None:
    """Sign out this browser."""
    await leave(gate, token)
    response.delete_cookie(cookie_name(request), path="/")


@router.get("/invitations/{token}", response_model=schemas.Invitation)
def invitation(token: str, session: Reading, at: Now) -> schemas.Invitation:
    """What a one-time link is for."""
    found = inviting.open_invitation(session, token, at=at)
    person = found.person
    return schemas.Invitation(purpose=found.purpose, name=person.name if person else None, login=person.login if person else None)


@router.post("/invitations/{token}", response_model=schemas.Me)
async def accept(token: str, wish: schemas.Acceptance, request: Request, response: Response, gate: GateNow, house: HouseNow) -> schemas.Me:
    """Use a one-time link; signed in afterwards."""
    opened, actor = await take_link(gate, token, wish)
    set_cookie(response, request, house.settings, opened)
    return me_of(actor)


async def enter(gate: Gate, login: str, password: str, address: str) -> tuple[str, Actor]:
    """Check the password outside of any transaction, then open the sign-in. Raises TooManyTries, WrongPassword."""
    folded = sign_in.folded_login(login)
    await gate.read(lambda session: sign_in.throttle(session, folded, address, at=now()))
    known = await gate.read(lambda session: sign_in.hash_of(session, folded))
    async with hashing:
        right = await run_in_threadpool(sign_in.is_right, known, password)
    if not right:
        await gate.write(lambda session: sign_in.note_failure(session, folded, address, at=now()))
        raise WrongPassword
    return await gate.write(lambda session: _open(session, inviting.person_by_login(session, folded)))


async def leave(gate: Gate, token: str | None) -> None:
    """Forget the sign-in of this browser."""
    if token:
        await gate.write(lambda session: sign_in.close_sign_in(session, token))


async def take_link(gate: Gate, token: str, wish: schemas.Acceptance) -> tuple[str, Actor]:
    """Accept a one-time link and sign in."""
    await gate.read(lambda session: inviting.open_invitation(session, token, at=now()))
    async with hashing:
        hashed = await run_in_threadpool(sign_in.passwords.hash, wish.password)

    def take(session: Session) -> tuple[str, Actor]:
        person = inviting.accept(session, token, name=wish.name, login=wish.login, password_hash=hashed, at=now())
        return _open(session, person)

    return await gate.write(take)


def set_cookie(response: Response, request: Request, settings: Settings, token: str) -> None:
    """The opaque sign-in as a cookie that scripts cannot read."""
    age = int(sign_in.SIGN_IN_LASTS.total_seconds())
    response.set_cookie(cookie_name(request), token, max_age=age, path="/", secure=settings.secure, httponly=True, samesite="lax")


def address_of(request: Request) -> str:
    """The address that failures are counted for."""
    return request.client.host if request.client else "unknown"


def _open(session: Session, person: Person) -> tuple[str, Actor]:
    at = now()
    return sign_in.open_sign_in(session, person, at=at), sign_in.actor_for(session, person, at=at)
