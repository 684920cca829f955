"""Attack 17: rights outlive a change of role, the end of a membership, or the closing of an account."""

import socket
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from library.clock import now
from library.database import open_engine, transaction
from library.people.models import Person
from library.people.sign_in import open_sign_in
from tests.services.people import enter, person
from tests.stage.town import OWN, ROOT, Town

BODY = 4_000_000


def disabled(town: Town, person_id: str, _membership: str) -> None:
    town.clients[ROOT].put(f"/api/v1/people/{person_id}/disabled").raise_for_status()


def role_ended(town: Town, _person_id: str, membership: str) -> None:
    town.clients[ROOT].delete(f"/api/v1/memberships/{membership}").raise_for_status()


def newcomer(town: Town, role: str) -> tuple[httpx.Client, str, str]:
    """Somebody new of school A, their id and their membership."""
    root, login = town.clients[ROOT], f"nguoi.{uuid.uuid4().hex[:10]}"
    person_id = person(root, "AA", login, role)
    members = root.get("/api/v1/units/AA/members").json()["members"]
    return (
        enter(town.house, login),
        person_id,
        next(one["membership_id"] for one in members if one["person_id"] == person_id),
    )


@pytest.mark.parametrize("end", [disabled, role_ended])
def test_attack_17_the_next_request_is_denied(town: Town, end: Callable[[Town, str, str], None]) -> None:
    client, person_id, membership = newcomer(town, "teacher")
    upload = (
        client.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"})
        .raise_for_status()
        .headers["Location"]
    )
    work = f"/api/v1/works/{town.works[OWN]}"
    shown = [work, f"{work}/file", f"{work}/pages/1/image", f"{work}/thumbnail", f"/doc/{town.works[OWN]}"]
    assert {client.get(one).status_code for one in shown} == {200}
    end(town, person_id, membership)
    assert {client.get(one).status_code for one in shown} == {404}
    assert client.patch(upload, content=b"0123456789", headers={"Upload-Offset": "0"}).status_code in (401, 403, 404)
    assert client.post("/api/v1/uploads", headers={"Upload-Length": "10"}).status_code in (401, 403)
    client.close()


@pytest.mark.parametrize("end", [disabled, role_ended])
def test_attack_17_an_upload_that_is_running_stops(town: Town, end: Callable[[Town, str, str], None]) -> None:
    client, person_id, membership = newcomer(town, "teacher")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(BODY)}
    upload = client.post("/api/v1/uploads", headers=headers).raise_for_status().headers["Location"]
    address = urlsplit(town.house.address)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as line:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        head = f"PATCH {upload} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\nUpload-Offset: 0\r\n"
        line.sendall(
            f"{head}Content-Type: application/offset+octet-stream\r\nContent-Length: {BODY}\r\n\r\n".encode()
            + b"x" * 1000
        )
        end(town, person_id, membership)
        assert answered(line) in (b"401", b"403", b"404"), (
            "the bytes trickle on, and the house says no long before they are all there"
        )
    client.close()


def test_attack_17_a_sign_in_that_opened_while_the_account_was_closing_is_a_visitors(town: Town) -> None:
    client, person_id, membership = newcomer(town, "teacher")
    disabled(town, person_id, membership)
    engine = open_engine(town.house.database)
    with transaction(engine) as session:  # its password was right a moment before
        token = open_sign_in(session, session.get_one(Person, uuid.UUID(person_id)), at=now())
    engine.dispose()
    client.cookies.clear()
    client.cookies.set("hoclieu", token)
    assert client.get(f"/api/v1/works/{town.works[OWN]}").status_code == 404
    client.close()


def answered(line: socket.socket) -> bytes:
    """Send a little at a time until there is an answer; its status."""
    line.settimeout(0.1)
    end, sent = time.monotonic() + 60, 1000
    while time.monotonic() < end and sent < BODY - 1000:
        try:
            return line.recv(4096).split(b" ")[1]
        except TimeoutError:
            sent += line.send(b"x" * 100)
    raise AssertionError("the upload went on")


def test_attack_17_another_school_is_another_right(town: Town) -> None:
    client, person_id, membership = newcomer(town, "pupil")
    own: Any = client.get(f"/api/v1/works/{town.works[OWN]}")
    assert own.status_code == 200
    town.clients[ROOT].post(
        f"/api/v1/people/{person_id}/roles", json={"unit": "BB", "role": "pupil"}
    ).raise_for_status()
    role_ended(town, person_id, membership)
    assert client.get(f"/api/v1/works/{town.works[OWN]}").status_code == 404
    assert client.get(f"/api/v1/works/{town.works['other']}").status_code == 200
    client.close()
