"""Sign-in and the person who is signed in, on the wire."""

from pydantic import Field

from api.schemas.base import Named, Sent, Wish


class SignIn(Wish):
    """Name and password."""

    login: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=200)


class Role(Sent):
    """A role in a unit."""

    role: str  # administrator | teacher | pupil | ...
    unit: Named


class Me(Sent):
    """Who is asking; `name` is empty for a visitor without sign-in."""

    signed_in: bool
    name: str | None
    login: str | None
    roles: list[Role]
    may_upload: bool
    may_publish: bool


class Invitation(Sent):
    """What a one-time link is for."""

    purpose: str  # administrator | password
    name: str | None
    login: str | None


class Acceptance(Wish):
    """The answer to a one-time link: who I am and the password I choose (8 characters or more)."""

    name: str = Field(min_length=1, max_length=200)
    login: str = Field(min_length=3, max_length=60, pattern=r"^[\w.@-]+$")
    password: str = Field(min_length=8, max_length=200)
