"""The pages of homes: the first page, the home of the role in use, a school, help."""

from starlette.responses import RedirectResponse, Response

from api.homes import guiding, of_roles, shown, shown_school
from api.people import entering
from api.web.dependencies import Asked, Grade
from api.web.doors import Door, Room, Shown
from api.web.errors import NotFound
from api.web.pages import Text

room = Room()


@room.page("/", "home")
def home_page(door: Door) -> Shown:
    """Home."""
    overviews = door.request.app.state.overviews
    return {"home": shown.home_of(door.session, door.actor, door.language, door.house, overviews, at=door.at)}


@room.page("/toi", "me")
def my_home(door: Door) -> Shown:
    """The home of the role in use."""
    return of_roles.home_of(door.session, door.actor, door.request.app.state.watch, door.language, at=door.at)


@room.form("/toi/vai-tro", back="/toi", again=my_home)
def switch_role(door: Door, role_id: Text) -> None:
    """Switch to another role."""
    entering.switched(door.session, door.way.token, role_id, by=door.actor, at=door.at)


@room.page("/truong/{code}", "school")
def school_page(door: Door, code: str, mon: Asked = "", lop: Grade = "") -> Shown:
    """A school."""
    found = shown_school.school_of(door.session, code, door.actor, door.language, mon, lop, at=door.at)
    return {"school": found}


@room.page("/tro-giup", "help")
def help_page(door: Door, cho: Asked = "") -> Shown:
    """The guide of the role in use, or of another one."""
    role = door.actor.current.role if door.actor.current else ""
    name = cho if cho in guiding.GUIDES else guiding.guide_for(role)
    return {"guides": guiding.GUIDES, "guide_name": name, "guide": guiding.guide(name)}


@room.file("/tro-giup/hinh/{name}")
async def guide_picture(name: str) -> Response:
    """A picture of a guide."""
    found = guiding.picture(name)
    if found is None:
        raise NotFound
    return Response(found, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@room.file("/en", in_both=False)
async def english() -> Response:
    """The first page in English."""
    return RedirectResponse("/en/", 303)
