"""Who is asking, as every page and the API tell it."""

from api.web.schemas import Named, Sent
from library.people.models import Unit
from library.people.roles import Role, name_of
from library.people.sign_in import Actor
from library.reviews import queries as reviews


class HeldRole(Sent):
    """A role in a unit."""

    id: str
    role: Role
    name: str
    unit: Named
    current: bool  # the one in use


class Me(Sent):
    """Who is asking; `name` is empty for a visitor without sign-in."""

    signed_in: bool
    name: str | None
    login: str | None
    roles: list[HeldRole]
    role: Role | None  # in use
    password_to_choose: bool  # signed in with a printed password: nothing else works yet
    may_administer: bool
    may_upload: bool
    may_publish: bool
    may_review: bool


def unit_named(unit: Unit) -> Named:
    """A unit with its name."""
    return Named(code=unit.code, name=unit.name)


def me_of(actor: Actor, language: str = "vi") -> Me:
    """Who is asking."""
    roles = [
        HeldRole(
            id=str(one.id),
            role=one.role,
            name=name_of(one.role, language),
            unit=unit_named(one.unit),
            current=one is actor.current,
        )
        for one in actor.memberships
    ]
    return Me(
        signed_in=actor.person is not None,
        name=actor.person.name if actor.person else None,
        login=actor.person.login if actor.person else None,
        roles=roles,
        role=actor.current.role if actor.current else None,
        password_to_choose=bool(actor.person and actor.person.first_password),
        may_administer=actor.has_role(Role.ADMINISTRATOR),
        may_upload=actor.may_upload,
        may_publish=actor.may_publish,
        may_review=reviews.is_reviewer(actor),
    )
