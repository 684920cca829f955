"""Units, members and classes on the wire, for those who look after them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.web.schemas import Code, Line, Named, Sent, Wish
from library.people.models import UnitKind
from library.people.roles import Role


class UnitName(Sent):
    """What a unit was called, and when."""

    name: str
    from_at: datetime
    until_at: datetime | None


class Unit(Sent):
    """A unit in somebody's care."""

    id: str
    code: str
    kind: UnitKind
    name: str
    place: Named | None
    authority: Named | None
    hub: Named | None
    closed_at: datetime | None


class Units(Sent):
    """All units in somebody's care."""

    units: list[Unit]


class UnitOpening(Wish):
    """A new unit."""

    kind: Literal[UnitKind.COMMUNE, UnitKind.SCHOOL, UnitKind.DEPARTMENT]
    code: str = Field(min_length=2, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
    name: Line = Field(min_length=1, max_length=200)
    place: str = Field(min_length=1, max_length=40)  # code of the unit it lies in
    authority: str | None = Field(default=None, max_length=40)  # code of who manages it; by default its place


class UnitChange(Wish):
    """Another name, managing authority or hub; what is left out stays. An empty hub means none."""

    name: Line | None = Field(default=None, min_length=1, max_length=200)
    authority: str | None = Field(default=None, min_length=1, max_length=40)
    hub: str | None = Field(default=None, max_length=40)


class Succession(Wish):
    """What a unit goes into: one (a merger) or several (a split)."""

    into: list[Code] = Field(min_length=1, max_length=20)


class Member(Sent):
    """A role that somebody holds in a unit."""

    membership_id: str
    person_id: str
    login: str
    name: str
    role: Role
    role_name: str
    unit: Named
    disabled: bool
    has_password: bool
    waits_minutes: int  # after wrong passwords, before the next try in some browser; 0: need not wait


class Members(Sent):
    """The people of a unit and the units below it."""

    members: list[Member]


class WayIn(Sent):
    """How a new person gets in: a one-time link, or a first password to print. Shown once, kept nowhere."""

    person_id: str
    login: str
    link: str | None
    password: str | None


class NewMember(Wish):
    """A new person with one role."""

    login: str = Field(min_length=3, max_length=60, pattern=r"^[\w.@-]+$")
    name: Line = Field(min_length=1, max_length=200)
    role: str = Field(max_length=40)
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s.]+(\.[^@\s.]+)*@[^@\s.]+(\.[^@\s.]+)*$")
    way: str = Field(default="link", pattern="^(link|password)$")


class NewWayIn(Wish):
    """A fresh link or printed password for somebody who cannot get in."""

    way: str = Field(default="link", pattern="^(link|password)$")


class NewRole(Wish):
    """One more role of a person, in a unit."""

    unit: str = Field(min_length=1, max_length=40)
    role: str = Field(max_length=40)


class SchoolClass(Sent):
    """A class of one school year."""

    id: str
    name: str
    school_year: str
    grade: int | None
    pupils: int


class Classes(Sent):
    """The classes of a school in a school year."""

    school_year: str
    classes: list[SchoolClass]


class NewClass(Wish):
    """A class of this school year."""

    name: Line = Field(min_length=1, max_length=40)
    grade: int | None = Field(default=None, ge=1, le=12)


class Pupils(Wish):
    """Pupils for a class."""

    person_ids: list[Code] = Field(min_length=1, max_length=100)
