"""Who is at the door: the address that tries are counted for, and the browser, with what it has kept."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from api.web.dependencies import cookie_name
from library.people import known_browsers
from library.people.known_browsers import Browser
from library.people.sign_in import Actor

COOKIE = "hoclieu-browser"


@dataclass(frozen=True)
class Caller:
    """Somebody at the door."""

    address: str
    browser: Browser


@dataclass(frozen=True)
class Claim:
    """Whom somebody says to be, and what that is measured by. `device`: the browser in which this person is known."""

    login: str
    password_hash: str | None
    address: str
    device: str | None


async def caller_of(request: Request) -> Caller:
    """Who is at the door."""
    return Caller(request.client.host if request.client else "unknown", browser_of(request))


def browser_of(request: Request) -> Browser:
    """The browser behind a request."""
    return known_browsers.from_cookie(request.cookies.get(cookie_name(request, COOKIE)))


def remember(response: Response, request: Request, actor: Actor) -> None:
    """The browser keeps that this person has signed in here; scripts cannot read it, and signing out does not end
    it.
    """
    if actor.person is None or actor.person.password_hash is None:
        return
    kept = browser_of(request).keeping(actor.person.password_hash).kept()
    age, secure = int(known_browsers.LASTS.total_seconds()), request.app.state.house.settings.secure
    response.set_cookie(
        cookie_name(request, COOKIE), kept, max_age=age, path="/", secure=secure, httponly=True, samesite="lax"
    )


Calling = Annotated[Caller, Depends(caller_of)]
