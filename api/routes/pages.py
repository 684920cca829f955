"""The pages people see: each asks the same functions as the API and fills a template. Forms work without script."""

import gzip
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import describing
from api.counting import note
from api.dependencies import GateNow, HouseNow, IndexNow, Language, Token, cookie_name
from api.errors import NotFound, NotValid, status_of
from api.first_screen import guiding
from api.first_screen.rendering import render
from api.gate import Gate
from api.routes import deposits, home, keeping, people, reader, search, works
from api.schemas import people as people_schemas
from library.catalogue import cataloguing, publishing, queries
from library.catalogue.models import Work
from library.clock import now
from library.errors import Refusal
from library.notices import inbox
from library.people import sign_in
from library.people.sign_in import Actor, PasswordToChoose, SignInNeeded
from library.reviews import queries as reviews
from library.reviews import reviewing
from library.usage import READS, VIEWS

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SWAP = "Hoclieu-Swap"  # sent by the router, which has the styles already
OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")  # browsers read a backslash as a slash and skip control characters
Text = Annotated[str, Form()]
Values = search.Values
Look = Callable[[Session, Actor], Mapping[str, BaseModel | Any]]


def shown(request: Request, name: str, actor: Actor, data: Mapping[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A filled page. Pages of people who are signed in are kept by nobody, not even for the browser's Back."""
    language = "en" if request.url.path == "/en" or request.url.path.startswith("/en/") else "vi"
    path = (request.url.path.removeprefix("/en") if language == "en" else request.url.path) or "/"
    dumped = {key: value.model_dump() if isinstance(value, BaseModel) else value for key, value in data.items()}
    html = render(
        name,
        language=language,
        path=path,
        query=dict(request.query_params),
        me=people.me_of(actor, language).model_dump(),
        name=request.app.state.house.settings.library_name,
        data=dumped,
        swapped=SWAP in request.headers,
        demo=request.app.state.house.settings.demo,
    )
    caching = "no-store" if actor.person else "private, no-cache"  # Back after signing out shows nothing
    kept = {"Cache-Control": caching, "Vary": f"Cookie, Accept-Encoding, {SWAP}", **(headers or {})}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, status, headers=kept)
    return HTMLResponse(gzip.compress(html.encode(), 5, mtime=0), status, headers={**kept, "Content-Encoding": "gzip"})


async def answer(request: Request, gate: Gate, token: str | None, name: str, look: Look) -> Response:
    """Look things up with a reading session and show them."""

    def read(session: Session) -> tuple[Actor, Mapping[str, Any] | None]:
        actor = sign_in.actor_of(session, token, at=now())
        choosing = actor.person is not None and actor.person.first_password and name != "choose-password"
        return actor, None if choosing else {"unread": unread_of(session, actor), **look(session, actor)}

    actor, data = await gate.read(read)
    if data is None:
        return RedirectResponse(f"{prefix_of_path(request)}/doi-mat-khau", 303)
    return shown(request, name, actor, data)


def unread_of(session: Session, actor: Actor) -> int:
    """What the bell says."""
    return inbox.unread(session, actor.person.id) if actor.person else 0


def problem_page(request: Request, refusal: Refusal, status: int, headers: dict[str, str]) -> Response:
    """A refusal as a page; without sign-in because the database may be the one that is missing."""
    if isinstance(refusal, SignInNeeded):
        return RedirectResponse(f"{prefix_of_path(request)}/dang-nhap?next={quote(request.url.path)}", 303)
    if isinstance(refusal, PasswordToChoose):
        return RedirectResponse(f"{prefix_of_path(request)}/doi-mat-khau", 303)
    language = "en" if request.url.path.startswith("/en") else "vi"
    request_id = structlog.contextvars.get_contextvars().get("request_id") if status >= 500 else None
    data = {"sentence": refusal.sentence(language), "request_id": request_id}
    return shown(request, "problem", sign_in.VISITING, data, status=status, headers=headers)


@page.get("/")
async def home_page(request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow) -> Response:
    """Home."""
    name = house.settings.library_name
    return await answer(request, gate, token, "home", lambda s, a: {"home": home.home_of(s, a, language, name, at=now())})


@page.get("/tim")
async def search_page(
    request: Request, gate: GateNow, token: Token, language: Language, index: IndexNow,
    mon: Values = [], lop: Values = [], loai: Values = [], truong: Values = [], q: str = "", trang: int = 1,  # noqa: B006
) -> Response:  # fmt: skip
    """Search."""
    filters = search.filters_of(mon, lop, loai, truong)
    number = min(max(trang, 1), search.LAST_PAGE)
    return await answer(
        request, gate, token, "search",
        lambda s, a: {"found": search.found(s, index, q, filters, a.sight, number, language, at=now())},
    )  # fmt: skip


@page.get("/tl/{work_id}")
async def material_page(work_id: str, request: Request, gate: GateNow, token: Token, language: Language) -> Response:
    """One material; for those who look after it with its history and its figures."""
    kept: list[tuple[Work, Actor]] = []

    def look(session: Session, actor: Actor) -> Mapping[str, Any]:
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        note(request, VIEWS, work, actor)
        beside = keeping.for_keepers(session, work, actor, language, at=now())
        if beside["history"]:
            kept.append((work, actor))
        return {"work": works.sent(session, work, actor, language), **beside}

    response = await answer(request, gate, token, "material", look)
    for work, actor in kept:
        await keeping.tell_reading(gate, work, actor)
    return response


@page.get("/doc/{work_id}")
async def reader_page(work_id: str, request: Request, gate: GateNow, token: Token, language: Language, p: str = "1", q: str = "") -> Response:
    """The reader, on one page."""

    def look(session: Session, actor: Actor) -> Mapping[str, Any]:
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        count = (work.version.page_count if work.version else 0) or 0
        if not count:
            raise queries.UnknownPage
        note(request, READS, work, actor)
        number = min(max(int(p) if p.isdecimal() and p.isascii() and len(p) < 6 else 1, 1), count)
        sent = works.sent(session, work, actor, language)
        heading = next((one.title for one in reversed(sent.contents) if one.page <= number), "")
        found = reader.page_of(session, work, number, q, actor.sight)
        if request.headers.get("save-data", "").lower() == "on":
            found.image_800 = found.image_400  # the reader has asked for few bytes
        return {"work": sent, "shown": found, "hits": reader.hits_of(session, work, q, actor.sight), "heading": heading}

    return await answer(request, gate, token, "reader", look)


@page.get("/tro-giup")
async def help_page(request: Request, gate: GateNow, token: Token, cho: str = "") -> Response:
    """The guide of the role in use, or of another one."""

    def look(_session: Session, actor: Actor) -> Mapping[str, Any]:
        name = cho if cho in guiding.GUIDES else guiding.guide_for(actor.current.role if actor.current else "")
        return {"guides": guiding.GUIDES, "guide_name": name, "guide": guiding.guide(name)}

    return await answer(request, gate, token, "help", look)


@page.get("/tro-giup/hinh/{name}")
async def guide_picture(name: str) -> Response:
    """A picture of a guide."""
    found = guiding.picture(name)
    if found is None:
        raise NotFound
    return Response(found, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@page.get("/gui")
async def upload_page(request: Request, gate: GateNow, token: Token, language: Language, bai: str = "") -> Response:
    """The upload form; `bai`: for a new version of that work."""
    return await answer(request, gate, token, "upload", lambda s, a: {"problem": None, "changed": changed_of(s, a, bai, language)})


def changed_of(session: Session, actor: Actor, work_id: str, language: str) -> Mapping[str, Any] | None:
    """The work that gets a new version, with what became of the last one. Raises SignInNeeded, UnknownWork."""
    actor.required()
    if not work_id:
        return None
    work = queries.visible_work(session, work_id, actor.sight, at=now())
    if not cataloguing.may_edit(work, actor):
        raise cataloguing.UnknownWork
    last = next(iter(reviews.history_of(session, work.id)), None)
    brief = describing.review_of(last, language).model_dump() if last else None
    return {"id": str(work.id), "title": work.title, "state": work.state, "review": brief, "sight": last.sight if last else work.sight}


@page.post("/gui")
async def upload(
    request: Request, gate: GateNow, house: HouseNow, token: Token, language: Language,
    file: Annotated[UploadFile, File()], sight: Text = "public", approve: Text = "", review: Text = "", work: Text = "",
) -> Response:  # fmt: skip
    """A file by the plain form."""
    try:
        await deposits.take_form(gate, house, token, file, deposits.Choices(sight, approve == "true", review == "true", work))
    except SignInNeeded:
        raise
    except Refusal as refusal:
        actor = await gate.read(lambda session: sign_in.actor_of(session, token, at=now()))
        return shown(request, "upload", actor, {"problem": refusal.sentence(language), "changed": None}, status=status_of(refusal))
    return RedirectResponse(f"{prefix_of(language)}/bai-cua-toi", 303)


@page.get("/bai-cua-toi")
async def my_uploads_page(request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow) -> Response:
    """My uploads."""
    return await answer(request, gate, token, "my-uploads", lambda s, a: {"deposits": deposits.deposits_of(s, a, house, language)})


@page.post("/bai-cua-toi/{deposit_id}/bo")
async def forget(deposit_id: str, gate: GateNow, house: HouseNow, token: Token, language: Language) -> Response:
    """Remove a refused upload from the list."""
    await deposits.cancel(gate, house, deposits.id_of(deposit_id), token)
    return RedirectResponse(f"{prefix_of(language)}/bai-cua-toi", 303)


@page.post("/tl/{work_id}/duyet")
async def approve_form(work_id: str, gate: GateNow, token: Token, language: Language, version_id: Text, digest: Text, sight: Text = "public") -> Response:
    """Approve by the plain form."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        work = queries.visible_work(session, work_id, actor.sight, at=now())
        publishing.publish(session, work, queries.work_id_of(version_id), digest, publishing.Readers(sight), by=actor, at=now())
        reviewing.overruled(session, work, by=actor, at=now())

    await gate.write(act)
    return RedirectResponse(f"{prefix_of(language)}/tl/{work_id}", 303)


@page.post("/tl/{work_id}/thu-hoi")
async def withdraw_form(work_id: str, gate: GateNow, token: Token, language: Language) -> Response:
    """Withdraw by the plain form."""

    def act(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        actor.required()
        work = publishing.withdraw(session, queries.visible_work(session, work_id, actor.sight, at=now()), by=actor, at=now())
        reviewing.overruled(session, work, by=actor, at=now())

    await gate.write(act)
    return RedirectResponse(f"{prefix_of(language)}/tl/{work_id}", 303)


@page.get("/dang-nhap")
async def sign_in_page(request: Request, gate: GateNow, token: Token, next: str = "/") -> Response:
    """Sign in."""
    return await answer(request, gate, token, "sign-in", lambda _s, _a: {"next": next, "problem": None, "login": ""})


@page.post("/dang-nhap")
async def sign_in_form(
    request: Request, gate: GateNow, house: HouseNow, language: Language, before: Token,
    login: Text, password: Text, next: Text = "/", shared: Text = "",
) -> Response:  # fmt: skip
    """Sign in by the plain form."""
    try:
        token, _ = await people.enter(gate, login[:200], password[:200], people.address_of(request), shared=shared == "true", before=before)
    except Refusal as refusal:
        data = {"next": next, "problem": refusal.sentence(language), "login": login[:200]}
        return shown(request, "sign-in", sign_in.VISITING, data, status=status_of(refusal))
    response = RedirectResponse(inside(next, language), 303)
    people.set_cookie(response, request, house.settings, token, shared=shared == "true")
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
async def accept_form(link: str, request: Request, gate: GateNow, house: HouseNow, language: Language, name: Text, login: Text, password: Text) -> Response:
    """Use a one-time link by the plain form."""
    try:
        wish = people_schemas.Acceptance(name=name, login=login, password=password)
        token, _ = await people.take_link(gate, link, wish)
    except ValidationError as error:
        fields = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
        return await invitation(request, gate, link, NotValid(fields=fields), {"name": name, "login": login})
    except Refusal as refusal:
        return await invitation(request, gate, link, refusal, {"name": name, "login": login})
    response = RedirectResponse(f"{prefix_of(language)}/", 303)
    people.set_cookie(response, request, house.settings, token)
    return response


async def invitation(request: Request, gate: Gate, link: str, refusal: Refusal | None, given: dict[str, str]) -> Response:
    """The form behind a one-time link, with what was wrong."""
    language = "en" if request.url.path.startswith("/en/") else "vi"
    found = await gate.read(lambda session: people.invitation(link, session, now()))
    data = {"invitation": found, "problem": refusal.sentence(language) if refusal else None, "given": given}
    return shown(request, "invitation", sign_in.VISITING, data, status=status_of(refusal) if refusal else 200)


def inside(target: str, language: str) -> str:
    """An address of this house only; anything else leads home."""
    return target if OURS.fullmatch(target) else f"{prefix_of(language)}/"


def prefix_of_path(request: Request) -> str:
    """The prefix of the language that is being read."""
    return "/en" if request.url.path == "/en" or request.url.path.startswith("/en/") else ""


def prefix_of(language: str) -> str:
    """The prefix of English pages."""
    return "/en" if language == "en" else ""


router = APIRouter()
router.add_api_route("/en", lambda: RedirectResponse("/en/", 303), include_in_schema=False)
router.include_router(page)
router.include_router(page, prefix="/en")
