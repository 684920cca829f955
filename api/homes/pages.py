"""The pages for everybody: home, search, help. Each asks the same functions as the API and fills a template."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.homes import guiding, home
from api.search import routes as search
from api.web.dependencies import (
    Asked,
    GateNow,
    HouseNow,
    IndexNow,
    Language,
    OverviewsNow,
    Token,
    Values,
    Words,
    number_in,
)
from api.web.errors import NotFound
from api.web.pages import answer, in_both_languages
from library.clock import now
from library.people.sign_in import Actor

page = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@page.get("/")
async def home_page(
    request: Request, gate: GateNow, token: Token, language: Language, house: HouseNow, overviews: OverviewsNow
) -> Response:
    """Home."""
    return await answer(
        request, gate, token, "home", lambda s, a: {"home": home.home_of(s, a, language, house, overviews, at=now())}
    )


@page.get("/tim")
async def search_page(
    request: Request,
    gate: GateNow,
    token: Token,
    language: Language,
    index: IndexNow,
    mon: Values = [],  # noqa: B006
    lop: Values = [],  # noqa: B006
    loai: Values = [],  # noqa: B006
    truong: Values = [],  # noqa: B006
    q: Words = "",
    trang: Asked = "1",
) -> Response:
    """Search."""
    filters = search.filters_of(mon, lop, loai, truong)
    number = number_in(trang, search.LAST_PAGE)
    return await answer(
        request,
        gate,
        token,
        "search",
        lambda s, a: {"found": search.found(s, index, q, filters, a.sight, number, language, at=now())},
    )


@page.get("/tro-giup")
async def help_page(request: Request, gate: GateNow, token: Token, cho: Asked = "") -> Response:
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


router = in_both_languages(page)
router.add_api_route("/en", lambda: RedirectResponse("/en/", 303), include_in_schema=False)
