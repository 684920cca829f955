"""The one door of pages. A page is a plain function of its `Door` and of what stands in its address; a form is one of
its `Door` and its fields.

    room = Room()

    @room.page("/da-xoa", "deleted")
    def deleted(door: Door) -> Shown: ...

    @room.form("/da-xoa/{deletion_id}/lay-lai", back="/da-xoa", again=deleted)
    def bring_back(door: Door, deletion_id: uuid.UUID) -> None: ...

The door opens the session, asks once who is there and what time it is, and sends those away who must sign in or choose
a password first. After a refusal everything is rolled back and `again` is shown with the sentence, its status and all
that was typed or chosen (`given`).
"""

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from api.web import errors
from api.web.dependencies import cookie_name, language
from api.web.errors import retry_after, status_of
from api.web.gate import Gate
from api.web.pages import prefix_of, rendered
from library.clock import now
from library.errors import Refusal
from library.house import House
from library.notices import inbox
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded
from library.space import DiskFull

Shown = Mapping[str, Any]  # what a template is filled with
Look = Callable[..., Shown | str]
Done = Response | Shown | str | None
PREFIXES = ("", "/en")
NOT_PAGES = ("/api/", "/static/")
CHOSEN = "hoclieu.page"  # in a scope: the page that its address means


class Doorway:
    """A request for a page, before a session is open: what a form of several transactions gets."""

    def __init__(self, request: Request) -> None:
        self.request, self.at, self.language = request, now(), language(request)

    @property
    def gate(self) -> Gate:
        gate: Gate = self.request.app.state.gate
        return gate

    @property
    def house(self) -> House:
        house: House = self.request.app.state.house
        return house

    @property
    def token(self) -> str | None:
        """The opaque sign-in token of the browser."""
        return self.request.cookies.get(cookie_name(self.request))

    def address(self, path: str) -> str:
        """A page of ours in the language that is being read."""
        return prefix_of(self.language) + path


@dataclass(frozen=True)
class Door:
    """Who is there, when, within one session. `given`: the fields of a form that was refused with `problem`."""

    way: Doorway
    session: Session
    actor: Actor
    given: Mapping[str, Any] = field(default_factory=dict)
    problem: Refusal | None = None
    later: list[tuple[Callable[[Session], None], Shown]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """The moment of the request, asked once."""
        return self.way.at

    @property
    def language(self) -> str:
        """`en` or `vi`."""
        return self.way.language

    @property
    def house(self) -> House:
        return self.way.house

    @property
    def request(self) -> Request:
        return self.way.request

    def afterwards(self, act: Callable[[Session], None], *, otherwise: Shown) -> None:
        """That the page was looked at is to be written before it leaves; on a full disk it shows `otherwise`."""
        self.later.append((act, otherwise))


class Page:
    """A page of a room. `look` gives what the template is filled with, or the address that is to be opened instead."""

    def __init__(self, template: str, look: Look, *, writing: bool, choosing: bool) -> None:
        self.template, self.look, self.writing, self.choosing = template, look, writing, choosing
        self.names = frozenset(inspect.signature(look).parameters)

    async def answer(
        self,
        way: Doorway,
        asked: Mapping[str, Any],
        *,
        given: Mapping[str, Any] | None = None,
        problem: Refusal | None = None,
        more: Shown | None = None,
    ) -> Response:
        """The filled page; `asked`: what stood in the address or in the form that led here, `given`: what was typed
        there, if that is more.
        """
        wanted = {name: value for name, value in asked.items() if name in self.names}

        def act(session: Session) -> tuple[Door, Shown | str]:
            typed = given if given is not None else asked
            door = entered(way, session, given=typed if problem else {}, problem=problem)
            if door.actor.person is not None and door.actor.person.first_password and not self.choosing:
                return door, "/doi-mat-khau"
            found = self.look(door, **wanted)
            return door, found if isinstance(found, str) else {"unread": unread_of(door), **found}

        door, found = await (way.gate.write if self.writing else way.gate.read)(act)
        if isinstance(found, str):
            return RedirectResponse(way.address(found), 303)
        told = {"problem": problem.sentence(way.language) if problem else None, "given": door.given}
        told |= {**found, **(more or {}), **await written(door)}
        status, headers = (status_of(problem), retry_after(problem)) if problem else (200, {})
        return rendered(way.request, self.template, door.actor, told, status=status, headers=headers)


def entered(way: Doorway, session: Session, **more: Any) -> Door:
    """Whoever holds the token, within this session."""
    return Door(way, session, sign_in.actor_of(session, way.token, at=way.at), **more)


async def written(door: Door) -> Shown:
    """Write what looking has left to be written; what a page shows instead where there is no room for it."""
    instead: dict[str, Any] = {}
    for act, otherwise in door.later:
        try:
            await door.way.gate.write(act)
        except DiskFull:
            instead |= otherwise
    return instead


def unread_of(door: Door) -> int:
    """What the bell says."""
    return inbox.unread(door.session, door.actor.person.id) if door.actor.person else 0


class Room:
    """The pages of one room, each in both languages, matched only where an address may be a page."""

    def __init__(self) -> None:
        self.router = APIRouter()

    def page(
        self, path: str, template: str, *, writing: bool = False, choosing: bool = False
    ) -> Callable[[Look], Page]:
        """Show `template` at `path`. `writing`: to look changes something; `choosing`: also for who has a password to
        choose first.
        """

        def made(look: Look) -> Page:
            shown = Page(template, look, writing=writing, choosing=choosing)

            async def endpoint(request: Request, **asked: Any) -> Response:
                return await shown.answer(Doorway(request), asked)

            self._add("GET", path, taking(look, endpoint), APIRoute)
            return shown

        return made

    def form(self, path: str, *, back: str, again: Page) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Do what the form at `path` wishes, by whoever is signed in, as one transaction; a coroutine gets the
        `Doorway` and makes its own. It returns nothing (then `back` is opened, with the fields that it names), another
        address, a whole answer, or what `again` shows besides.
        """

        def made(act: Callable[..., Any]) -> Callable[..., Any]:
            async def endpoint(request: Request, **fields: Any) -> Response:
                way = Doorway(request)
                try:
                    done = await _done(act, way, fields)
                except (SignInNeeded, PasswordToChoose):
                    raise
                except Refusal as refusal:
                    return await again.answer(way, fields, problem=refusal)
                if isinstance(done, Mapping):  # looked at as it is now: to do it may have taken a while
                    return await again.answer(Doorway(request), fields, more=done)
                if isinstance(done, Response):
                    return done
                return RedirectResponse(way.address(done if done is not None else back.format(**fields)), 303)

            self._add("POST", path, taking(act, endpoint), form_route(again, act))
            return act

        return made

    def file(self, path: str, *, in_both: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """What stands at a page's address and is none. `in_both`: under the prefix of English, too."""

        def made(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            self._add("GET", path, endpoint, APIRoute, PREFIXES if in_both else PREFIXES[:1])
            return endpoint

        return made

    def _add(
        self,
        method: str,
        path: str,
        endpoint: Callable[..., Any],
        kind: type[APIRoute],
        prefixes: tuple[str, ...] = PREFIXES,
    ) -> None:
        for prefix in prefixes:
            self.router.add_api_route(
                prefix + path,
                endpoint,
                methods=[method],
                include_in_schema=False,
                response_class=HTMLResponse,
                response_model=None,
                route_class_override=kind,
            )


async def _done(act: Callable[..., Any], way: Doorway, fields: Mapping[str, Any]) -> Done:
    """Do it, in the transaction of the door or, a coroutine, in its own."""
    if inspect.iscoroutinefunction(act):
        found: Awaitable[Done] = act(way, **fields)
        return await found

    def within(session: Session) -> Done:
        door = entered(way, session)
        door.actor.required()
        done: Done = act(door, **fields)
        return done

    return await way.gate.write(within)


def taking(function: Callable[..., Any], endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """`endpoint`, with the parameters of `function` after its first for FastAPI to read."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    taken = [request, *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own)]
    endpoint.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    endpoint.__name__, endpoint.__doc__ = function.__name__, function.__doc__
    return endpoint


def form_route(again: Page, act: Callable[..., Any]) -> type[APIRoute]:
    """The route of a form whose fields may not fit: too long, none of the kind. What was typed comes back then, too;
    the page itself is asked only with what it could have been asked with.
    """
    own = inspect.signature(act, eval_str=True).parameters
    lists = frozenset(name for name, parameter in own.items() if "list[" in str(parameter.annotation))

    class FormRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            handle = super().get_route_handler()

            async def handled(request: Request) -> Response:
                try:
                    return await handle(request)
                except RequestValidationError as error:
                    typed = error.body
                    if not isinstance(typed, FormData) or any(one["loc"][0] != "body" for one in error.errors()):
                        raise
                    given = {**dict(_typed(typed, lists)), **request.path_params}
                    asked = {name: value for name, value in given.items() if _short(value)}
                    problem = errors.not_valid([one["loc"] for one in error.errors()])
                    return await again.answer(Doorway(request), asked, given=given, problem=problem)

            return handled

    return FormRoute


def _typed(form: FormData, lists: Collection[str]) -> Iterator[tuple[str, Any]]:
    """What was typed; of a name in `lists` all of it, of any other the last."""
    for name in form:
        texts = [one for one in form.getlist(name) if isinstance(one, str)]
        if texts:
            yield name, texts if name in lists else texts[-1]


def _short(value: object) -> bool:
    """Whether an address might hold it."""
    return isinstance(value, str) and len(value) <= 300 and "\x00" not in value


class Pages(BaseRoute):
    """All pages as one route: an address of the API passes them by at once."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self.routes = routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The page of this address, if there is one."""
        if scope["type"] != "http" or scope["path"].startswith(NOT_PAGES):
            return Match.NONE, {}
        near: tuple[Match, Scope] = (Match.NONE, {})
        for route in self.routes:
            match, found = route.matches(scope)
            if match == Match.FULL:
                return match, {**found, CHOSEN: route}
            if match == Match.PARTIAL and near[0] == Match.NONE:
                near = match, {**found, CHOSEN: route}
        return near

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As that page does."""
        await scope[CHOSEN].handle(scope, receive, send)
