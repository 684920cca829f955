"""The pages at the door: sign in, sign out, use a one-time link."""

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.people import entrance as people
from api.people import schemas
from api.web.callers import Calling
from api.web.dependencies import Asked, GateNow, HouseNow, Language, Token, cookie_name
from api.web.errors import retry_after, status_of
from api.web.gate import Gate
from api.web.pages import Text, answer, in_both_languages, inside, not_valid, prefix_of, shown
from library.clock import now
from library.errors import Refusal
from library.people import sign_in

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/dang-nhap")
async def sign_in_page(request: Request, gate: GateNow, token: Token, next: Asked = "/") -> Response:
    """Sign in."""
    return await answer(
        request, gate, token, "sign-in", lambda _s, _a: {"next": next, "problem": None, "login": "", "shared": False}
    )


@page.post("/dang-nhap")
async def sign_in_form(
    request: Request,
    gate: GateNow,
    house: HouseNow,
    language: Language,
    before: Token,
    caller: Calling,
    login: Text,
    password: Text,
    next: Text = "/",
    shared: Text = "",
) -> Response:
    """Sign in by the plain form."""
    try:
        opened = await people.enter(gate, login[:200], password[:1000], caller, shared=shared == "true", before=before)
    except Refusal as refusal:
        data = {"next": next, "problem": refusal.sentence(language), "login": login[:200], "shared": shared == "true"}
        return shown(
            request, "sign-in", sign_in.VISITING, data, status=status_of(refusal), headers=retry_after(refusal)
        )
    response = RedirectResponse(inside(next, language), 303)
    people.set_cookie(response, request, house.settings, opened)
    return response


@page.post("/dang-xuat")
async def sign_out_form(request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """Sign out; the browser forgets what it kept of this site."""
    await people.leave(gate, token)
    response = RedirectResponse(f"{prefix_of(language)}/", 303, headers={"Clear-Site-Data": people.FORGET})
    response.delete_cookie(cookie_name(request), path="/")
    return response


@page.get("/moi/{link}")
async def invitation_page(link: str, request: Request, gate: GateNow) -> Response:
    """A one-time link."""
    return await invitation(request, gate, link, None, {})


@page.post("/moi/{link}")
async def accept_form(
    link: str,
    request: Request,
    gate: GateNow,
    house: HouseNow,
    language: Language,
    before: Token,
    name: Text,
    login: Text,
    password: Text,
    shared: Text = "",
) -> Response:
    """Use a one-time link by the plain form."""
    given = {"name": name, "login": login, "shared": shared}
    try:
        wish = schemas.Acceptance(name=name, login=login, password=password, shared=shared == "true")
        opened = await people.take_link(gate, link, wish, library=house.settings.library_name, before=before)
    except ValidationError as error:
        return await invitation(request, gate, link, not_valid(error), given)
    except Refusal as refusal:
        return await invitation(request, gate, link, refusal, given)
    response = RedirectResponse(f"{prefix_of(language)}/", 303)
    people.set_cookie(response, request, house.settings, opened)
    return response


async def invitation(
    request: Request, gate: Gate, link: str, refusal: Refusal | None, given: dict[str, str]
) -> Response:
    """The form behind a one-time link, with what was wrong."""
    language = "en" if request.url.path.startswith("/en/") else "vi"
    found = await gate.read(lambda session: people.invitation(link, session, now()))
    data = {"invitation": found, "problem": refusal.sentence(language) if refusal else None, "given": given}
    return shown(request, "invitation", sign_in.VISITING, data, status=status_of(refusal) if refusal else 200)


router = in_both_languages(page)
