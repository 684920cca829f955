"""The pages at the door: sign in, sign out, use a one-time link, choose a password."""

from starlette.responses import RedirectResponse, Response

from api.people import entering, schemas
from api.web.callers import caller_of
from api.web.dependencies import Asked, cookie_name
from api.web.doors import Door, Doorway, Room, Shown
from api.web.pages import Text, inside, wished
from library.people.sign_in import SignInNeeded

room = Room()
SHARED = "true"  # a tick of a form


@room.page("/dang-nhap", "sign-in", choosing=True)
def sign_in_page(door: Door, next: Asked = "/") -> Shown:
    """Sign in."""
    return {"next": next}


@room.form("/dang-nhap", back="/", again=sign_in_page)
async def sign_in_form(doorway: Doorway, login: Text, password: Text, next: Text = "/", shared: Text = "") -> Response:
    """Sign in by the plain form."""
    opened = await entering.enter(
        doorway.gate,
        login[:200],
        password[:1000],
        await caller_of(doorway.request),
        shared=shared == SHARED,
        before=doorway.token,
    )
    return let_in(doorway, opened, inside(next, doorway.language))


@room.form("/dang-xuat", back="/", again=sign_in_page)
async def sign_out_form(doorway: Doorway) -> Response:
    """Sign out; the browser forgets what it kept of this site."""
    await entering.leave(doorway.gate, doorway.token)
    response = RedirectResponse(doorway.address("/"), 303, headers={"Clear-Site-Data": entering.FORGET})
    response.delete_cookie(cookie_name(doorway.request), path="/")
    return response


@room.page("/moi/{link}", "invitation", choosing=True)
def invitation_page(door: Door, link: str) -> Shown:
    """A one-time link."""
    return {"invitation": entering.invitation_of(door.session, link, at=door.at)}


@room.form("/moi/{link}", back="/", again=invitation_page)
async def accept_form(
    doorway: Doorway, link: str, name: Text, login: Text, password: Text, shared: Text = ""
) -> Response:
    """Use a one-time link by the plain form."""
    wish = wished(schemas.Acceptance, name=name, login=login, password=password, shared=shared == SHARED)
    library = doorway.house.settings.library_name
    opened = await entering.take_link(doorway.gate, link, wish, library=library, before=doorway.token)
    return let_in(doorway, opened, doorway.address("/"))


@room.page("/doi-mat-khau", "choose-password", choosing=True)
def password_page(door: Door) -> Shown:
    """The form for another password."""
    if door.actor.person is None:
        raise SignInNeeded
    return {"first": door.actor.person.first_password}


@room.form("/doi-mat-khau", back="/toi", again=password_page)
async def password_form(doorway: Doorway, old: Text, new: Text) -> Response:
    """Choose another password by the plain form."""
    wish = wished(schemas.PasswordChoice, old=old, new=new)
    library = doorway.house.settings.library_name
    opened = await entering.choose(doorway.gate, doorway.token, wish, await caller_of(doorway.request), library=library)
    return let_in(doorway, opened, doorway.address("/toi"))


def let_in(doorway: Doorway, opened: entering.Opened, address: str) -> Response:
    """On to that page, signed in."""
    response = RedirectResponse(address, 303)
    entering.set_cookie(response, doorway.request, doorway.house.settings, opened)
    return response
