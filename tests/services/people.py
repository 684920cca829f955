"""People for tests, made as an administrator makes them and signed in as they sign in."""

from collections.abc import Iterable

import httpx

from tests.services.house import PASSWORD, RunningHouse


def open_school(
    administrator: httpx.Client,
    code: str = "AA",
    name: str = "THCS Vĩnh Thuận",
    *,
    people: Iterable[tuple[str, str, str]] = (),
) -> None:
    """A school of the province; `people`: sign-in name, role and name of everybody in it."""
    administrator.post(
        "/api/v1/units", json={"kind": "school", "code": code, "name": name, "place": "tinh"}
    ).raise_for_status()
    for login, role, called in people:
        person(administrator, code, login, role, name=called)


def person(administrator: httpx.Client, unit: str, login: str, role: str, *, name: str = "") -> str:
    """A person of a unit who has used their link and chosen a password; returns their id."""
    made = (
        administrator.post(f"/api/v1/units/{unit}/members", json={"login": login, "name": name or login, "role": role})
        .raise_for_status()
        .json()
    )
    wish = {"name": name or login, "login": login, "password": PASSWORD}
    with httpx.Client(base_url=administrator.base_url, timeout=60) as door:
        door.post(f"/api/v1/invitations/{made['link'].rsplit('/', 1)[-1]}", json=wish).raise_for_status()
    return str(made["person_id"])


def enter(house: RunningHouse, login: str) -> httpx.Client:
    """Somebody, signed in."""
    with house.client() as door:
        door.post("/api/v1/sign-in", json={"login": login, "password": PASSWORD}).raise_for_status()
        return house.client(cookies=dict(door.cookies))
