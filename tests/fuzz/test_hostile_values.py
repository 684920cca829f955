"""Every door, pages and forms too, with what no honest person types in each of its places: a sentence, never a server
error.
"""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute

from library.people.roles import Role
from tests.fuzz.told import wrong_with
from tests.stage.doors import all_routes, asked
from tests.stage.in_process import ROOT, VISITOR, Stage

pytestmark = pytest.mark.slow

VALUES: tuple[bytes, ...] = (
    b"",
    b"0",
    b"-1",
    b"9" * 5000,
    str(2**31).encode(),
    str(2**63).encode(),
    b"-" + str(2**63).encode(),
    b"1e400",
    b"NaN",
    "٣²".encode(),
    b"\x00",
    b"a\x00b",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"0000-00-00",
    b"9999-12-31T23:59:59-14:00",
    b"0001-01-01T00:00:00+14:00",
    b"x" * 3000,
    "ệ".encode() * 700,
    b"{x}%s%n",
    b"a\r\nSet-Cookie: a=b",
    b"../../etc/passwd",
    b"[" * 500,
    str(uuid.uuid4()).encode(),
)
BY = {
    "/quay": Role.LIBRARIAN,
    "/kho": Role.LIBRARIAN,
    "/duyet": Role.REVIEWER,
    "/gui": Role.TEACHER,
    "/bai-cua-toi": Role.TEACHER,
    "/dang-": VISITOR,
    "/moi": VISITOR,
}


def by_whom(path: str) -> str:
    """Who gets furthest at this door."""
    return next((actor for beginning, actor in BY.items() if path.startswith(beginning)), ROOT)


def escaped(value: bytes) -> str:
    return quote(value, safe="")


def address(stage: Stage, route: APIRoute, hostile: str = "", value: bytes = b"") -> str:
    """The path with what is there, but for the one hostile place."""
    path = route.path
    for name in route.param_convertors:
        sound = stage.known.get(name) or str(uuid.UUID(int=0))
        path = path.replace(f"{{{name}}}", escaped(value) if name == hostile else sound)
    return path


def form_of(fields: list[str], hostile: str, value: bytes) -> bytes:
    """The bytes of a plain form: every field has something, one is hostile."""
    return "&".join(f"{name}={escaped(value) if name == hostile else 'a'}" for name in fields).encode()


def hostile_requests(
    stage: Stage, route: APIRoute, values: Sequence[bytes]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(what is hostile, address, what is sent) for one page or form."""
    places: dict[str, list[str]] = {}
    for kind, one in asked(route.dependant):
        places.setdefault(kind, []).append(one.alias)
    fields = places.get("body_params", [])
    plain = (
        {"content": form_of(fields, "", b""), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        if fields
        else {}
    )
    for value in values:
        for name in route.param_convertors:
            yield f"{name}={value[:30]!r}", address(stage, route, name, value), plain
        for name in places.get("query_params", []):
            yield f"?{name}={value[:30]!r}", f"{address(stage, route)}?{name}={escaped(value)}", plain
        for name in fields:
            yield f"{name}: {value[:30]!r}", address(stage, route), {**plain, "content": form_of(fields, name, value)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_and_no_form_breaks_on_hostile_values(stage: Stage, tmp_path: Path) -> None:
    found = broken(stage, tmp_path, step=8)
    assert not found, "\n".join(found)


@pytest.mark.full
def test_no_page_and_no_form_breaks_on_any_hostile_value(stage: Stage, tmp_path: Path) -> None:
    found = broken(stage, tmp_path, step=1)
    assert not found, "\n".join(found)


def broken(stage: Stage, folder: Path, *, step: int) -> list[str]:
    """What broke. `step`: each door gets every so-manieth value, the next door those beside them."""
    found, turn = [], 0
    for route in all_routes(folder / "routes"):
        if route.include_in_schema or route.path.startswith("/en/"):
            continue
        turn += 1
        for what, where, sent in hostile_requests(stage, route, VALUES[turn % step :: step]):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                headers = {"Accept": "text/html", **sent.get("headers", {})}
                answer: httpx.Response = stage.ask(by_whom(route.path), method, where, **{**sent, "headers": headers})
                if problem := wrong_with(answer):
                    found.append(f"{method} {route.path} {what}: {problem}")
    assert turn > 40
    return found
