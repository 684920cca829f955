"""Sign-in and the person who is signed in, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.web.schemas import Code, Line, Sent, Wish

# as it was typed, outer spaces too
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=1000), Field(repr=False)]


class SignIn(Wish):
    """Name and password."""

    login: str = Field(min_length=1, max_length=200)
    password: Password
    shared: bool = False  # a computer that many use: the sign-in ends when nobody uses it


class RoleChoice(Wish):
    """The role to use from now on."""

    role_id: Code


class PasswordChoice(Wish):
    """The old password and the new one (10 characters or more, nothing that is easy to guess)."""

    old: Password
    new: Password


class Invitation(Sent):
    """What a one-time link is for."""

    purpose: str  # administrator | password
    name: str | None
    login: str | None


class Acceptance(Wish):
    """The answer to a one-time link: who I am and the password I choose (10 characters or more, nothing that is easy to
    guess).
    """

    name: Line = Field(min_length=1, max_length=200)
    login: str = Field(min_length=3, max_length=60, pattern=r"^[\w.@-]+$")
    password: Password
    shared: bool = False  # a computer that many use, as at signing in


class Notice(Sent):
    """One thing I have been told, in words."""

    id: str
    kind: str
    line: str
    more: str
    path: str  # the page to go to, without the language prefix
    created_at: datetime
    read: bool


class Notices(Sent):
    """What I have been told, newest first; many of one kind stand in one line."""

    unread: int
    notices: list[Notice]
