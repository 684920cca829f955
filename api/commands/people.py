"""`hoclieu user add`, `hoclieu user reset` and `hoclieu user let-try`."""

from typing import Annotated

import typer

from api.commands.telling import Json, opened, tell
from library import logs
from library.clock import now
from library.database import transaction
from library.house import House
from library.people import inviting, throttling
from library.people.roles import Role

app = typer.Typer(no_args_is_help=True, help="People who can sign in.")


def link_of(house: House, token: str) -> str:
    """The address of a one-time link."""
    settings = house.settings
    return f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/moi/{token}"


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="User name.")],
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    role: Annotated[str, typer.Option(help="administrator, teacher, librarian, reviewer or pupil.")] = Role.TEACHER,
    unit: Annotated[str | None, typer.Option(help="Code of the school; made when it is new.")] = None,
    as_json: Json = False,
) -> None:
    """Add a person and print the one-time link with which they choose a password (3 days)."""
    logs.set_up("command")
    with opened(as_json=as_json) as house:
        with transaction(house.engine) as session:
            owner = inviting.ensure_school(session, unit, at=now()) if unit else inviting.province(session)
            person = inviting.add_person(session, login, name or login, role, owner, at=now())
            token = inviting.invite_to_new_password(session, person, at=now())
        row = {"login": person.login, "name": person.name, "role": role, "unit": unit, "link": link_of(house, token)}
        tell(row, f"{person.login}: {row['link']}", as_json=as_json)


@app.command()
def reset(login: Annotated[str, typer.Argument(help="User name.")], as_json: Json = False) -> None:
    """Print a fresh one-time link for a new password; the old password works until it is used."""
    logs.set_up("command")
    with opened(as_json=as_json) as house:
        with transaction(house.engine) as session:
            person = inviting.standing_person(session, login)
            token = inviting.invite_to_new_password(session, person, at=now())
        tell(
            {"login": person.login, "link": link_of(house, token)},
            f"{person.login}: {link_of(house, token)}",
            as_json=as_json,
        )


@app.command("let-try")
def let_try(login: Annotated[str, typer.Argument(help="User name.")], as_json: Json = False) -> None:
    """Let somebody sign in again at once who has to wait after many wrong passwords, their own or another's."""
    logs.set_up("command")
    with opened(as_json=as_json) as house:
        with transaction(house.engine) as session:
            person = inviting.standing_person(session, login)
            throttling.lift(session, person, by=None, at=now())
        tell({"login": person.login, "waits_minutes": 0}, f"{person.login} may try again now.", as_json=as_json)
