"""Whatever a client of the tests is refused stands in the document of its route: every test looks by the way."""

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import compile_path

from api.app import create_app
from api.web.problems import codes_in
from library.house import open_house
from library.settings import Settings


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this build."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Settings(home=Path(folder) / "var", database=""), migrate=False)
        try:
            return create_app(house).openapi()
        finally:
            house.engine.dispose()


@cache
def addresses() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """What each route looks like, in the order in which they are asked."""
    return [(compile_path(path)[0], operations) for path, operations in document()["paths"].items()]


def codes_of(operation: dict[str, Any], status: int) -> list[str]:
    """The codes that the document of a route names for a status."""
    told = operation["responses"].get(str(status), {})
    return codes_in(document()["components"]["responses"].get(told.get("$ref", "").rpartition("/")[2], told))


def undocumented(answer: httpx.Response) -> str:
    """What is wrong with it; empty when its document knows of it, or when it is no refusal of a route of the API."""
    if "problem+json" not in answer.headers.get("content-type", "") or answer.request.method == "HEAD":
        return ""
    method, path = answer.request.method.lower(), answer.request.url.path
    operation = next((found[method] for like, found in addresses() if like.match(path) and method in found), None)
    code = answer.json()["code"] if answer.read() else ""
    if operation is None or code in codes_of(operation, answer.status_code):
        return ""
    return f"{operation['operationId']} may not answer {answer.status_code} {code}: name it in its `problems`"


def listen(patch: pytest.MonkeyPatch) -> None:
    """Look at what every client is answered from now on."""
    send = httpx.Client.send

    def heard(client: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        answer = send(client, request, **more)
        wrong = undocumented(answer)
        assert not wrong, wrong
        return answer

    patch.setattr(httpx.Client, "send", heard)
