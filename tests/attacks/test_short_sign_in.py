"""Attack: the next one at a shared computer finds a sign-in that has grown from half an hour to fourteen days."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from library.clock import now
from tests.services.house import PASSWORD
from tests.stage.town import ROOT, Town

HTML = {"Accept": "text/html"}
SHORT = """
    SELECT count(*) FROM sign_in JOIN person ON person.id = sign_in.person_id
    WHERE login = :login AND idle_minutes = 30 AND expires_at < :tonight
"""
numbers = itertools.count(1)
Way = Callable[[httpx.Client, str, str], httpx.Response]


def newcomer(town: Town, way: str) -> tuple[str, str]:
    """A new pupil's login, and the printed password or the token of the link."""
    login = f"em.chung.{next(numbers)}"
    made = (
        town.clients[ROOT]
        .post("/api/v1/units/AA/members", json={"login": login, "name": "Em", "role": "pupil", "way": way})
        .raise_for_status()
        .json()
    )
    return login, made["password"] or made["link"].rsplit("/", 1)[-1]


def is_short(town: Town, login: str, answer: httpx.Response) -> bool:
    """In the database and in the browser, which must say the same."""
    assert answer.status_code in (200, 303)
    tonight = f"{now() + timedelta(hours=13):%Y-%m-%d %H:%M:%S}"  # as every database reads it
    short = bool(town.house.ask(SHORT, login=login, tonight=tonight)[0][0])
    (cookie,) = (one.lower() for one in answer.headers.get_list("set-cookie") if one.startswith("hoclieu="))
    assert short == ("max-age" not in cookie), "a short sign-in dies with the browser, too"
    return short


def chosen_by_json(client: httpx.Client, old: str, new: str) -> httpx.Response:
    return client.put("/api/v1/me/password", json={"old": old, "new": new})


def chosen_by_form(client: httpx.Client, old: str, new: str) -> httpx.Response:
    return client.post("/doi-mat-khau", data={"old": old, "new": new})


@pytest.mark.parametrize("choose", [chosen_by_json, chosen_by_form])
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
def test_attack_choosing_a_password_makes_no_long_sign_in_of_a_short_one(town: Town, choose: Way, shared: bool) -> None:
    login, printed = newcomer(town, "password")
    with town.house.client() as pupil:
        pupil.post("/api/v1/sign-in", json={"login": login, "password": printed, "shared": shared}).raise_for_status()
        assert is_short(town, login, choose(pupil, printed, PASSWORD)) is shared
        assert is_short(town, login, choose(pupil, PASSWORD, PASSWORD + "!")) is shared, (
            "nor does choosing another one later"
        )


def used_by_json(client: httpx.Client, token: str, login: str) -> httpx.Response:
    return client.post(
        f"/api/v1/invitations/{token}", json={"name": "Em", "login": login, "password": PASSWORD, "shared": True}
    )


def used_by_form(client: httpx.Client, token: str, login: str) -> httpx.Response:
    return client.post(f"/moi/{token}", data={"name": "Em", "login": login, "password": PASSWORD, "shared": "true"})


@pytest.mark.parametrize("use", [used_by_json, used_by_form])
def test_attack_a_link_opened_at_a_shared_computer_opens_no_long_sign_in(town: Town, use: Way) -> None:
    login, token = newcomer(town, "link")
    with town.house.client() as pupil:
        assert "Máy dùng chung" in pupil.get(f"/moi/{token}", headers=HTML).text
        assert is_short(town, login, use(pupil, token, login))


def test_attack_a_link_used_in_somebody_elses_browser_ends_their_sign_in(town: Town) -> None:
    (first, first_token), (second, second_token) = newcomer(town, "link"), newcomer(town, "link")
    with town.house.client() as browser:
        used_by_json(browser, first_token, first)
        kept = dict(browser.cookies)
        used_by_json(browser, second_token, second)
        assert browser.get("/api/v1/me").json()["login"] == second
    with town.house.client(cookies=kept) as thief:
        assert thief.get("/api/v1/me").json()["signed_in"] is False


def test_the_tick_of_a_shared_computer_stays_when_something_else_was_wrong(town: Town) -> None:
    login, token = newcomer(town, "link")
    with town.house.client() as pupil:
        for path, form in (
            ("/dang-nhap", {"password": "sai rồi"}),
            (f"/moi/{token}", {"name": "Em", "password": "ngắn"}),
        ):
            for shared, ticked in (("true", True), ("", False)):
                page = pupil.post(path, data={"login": login, "shared": shared, **form}, headers=HTML)
                assert page.status_code >= 400 and ('value="true" checked' in page.text) is ticked
