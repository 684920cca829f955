"""Signing in and out, who I am, one-time links."""

from fastapi import APIRouter, Request, Response

from api.people import entering, schemas
from api.people.entering import SamePassword
from api.web.callers import Calling
from api.web.dependencies import GateNow, HouseNow, Language, Now, Reader, Reading, Token, Writer, Writing, cookie_name
from api.web.me import Me, me_of
from api.web.problems import SIGNED_IN, problems
from library.people.inviting import LinkUsed, LoginTaken, PrintEnded, UnknownPerson
from library.people.passwords import WEAK
from library.people.sign_in import RoleNotHeld, SignInNeeded, WrongPassword
from library.people.throttling import TooManyTries

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.get("/me", response_model=Me)
def me(actor: Reader, language: Language) -> Me:
    """Who is signed in here."""
    return me_of(actor, language)


@router.put("/me/role", response_model=Me, responses=problems(*SIGNED_IN, RoleNotHeld))
def switch_role(
    wish: schemas.RoleChoice, session: Writing, actor: Writer, token: Token, at: Now, language: Language
) -> Me:
    """Use another of my roles from now on."""
    return me_of(entering.switched(session, token, wish.role_id, by=actor, at=at), language)


@router.put(
    "/me/password",
    response_model=Me,
    responses=problems(SignInNeeded, SamePassword, *WEAK, WrongPassword, TooManyTries, PrintEnded),
)
async def change_password(
    wish: schemas.PasswordChoice,
    request: Request,
    response: Response,
    gate: GateNow,
    token: Token,
    house: HouseNow,
    language: Language,
    caller: Calling,
) -> Me:
    """Choose another password; every other browser is signed out."""
    opened = await entering.choose(gate, token, wish, caller, library=house.settings.library_name)
    entering.set_cookie(response, request, house.settings, opened)
    return me_of(opened.actor, language)


@router.post("/sign-in", response_model=Me, responses=problems(WrongPassword, TooManyTries, UnknownPerson))
async def sign_in_route(
    wish: schemas.SignIn,
    request: Request,
    response: Response,
    gate: GateNow,
    house: HouseNow,
    before: Token,
    caller: Calling,
) -> Me:
    """Sign in with name and password."""
    opened = await entering.enter(gate, wish.login, wish.password, caller, shared=wish.shared, before=before)
    entering.set_cookie(response, request, house.settings, opened)
    return me_of(opened.actor)


@router.post("/sign-out", status_code=204)
async def sign_out(request: Request, response: Response, gate: GateNow, token: Token) -> None:
    """Sign out this browser."""
    await entering.leave(gate, token)
    response.headers["Clear-Site-Data"] = entering.FORGET
    response.delete_cookie(cookie_name(request), path="/")


@router.get("/invitations/{token}", response_model=schemas.Invitation, responses=problems(LinkUsed))
def invitation(token: str, session: Reading, at: Now) -> schemas.Invitation:
    """What a one-time link is for."""
    return entering.invitation_of(session, token, at=at)


@router.post("/invitations/{token}", response_model=Me, responses=problems(LinkUsed, LoginTaken, *WEAK))
async def accept(
    token: str,
    wish: schemas.Acceptance,
    request: Request,
    response: Response,
    gate: GateNow,
    house: HouseNow,
    before: Token,
) -> Me:
    """Use a one-time link; signed in afterwards."""
    opened = await entering.take_link(gate, token, wish, library=house.settings.library_name, before=before)
    entering.set_cookie(response, request, house.settings, opened)
    return me_of(opened.actor)
