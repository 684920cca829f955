"""The request of a row or a page of the matrix, and what its answer tells."""

from typing import Any

import httpx

from tests.stage.pages import Page
from tests.stage.rows import Row
from tests.stage.town import Town

HTML = {"Accept": "text/html"}
PASSING = {"x-request-id", "date"}


def ask(town: Town, operation: str, row: Row, actor: str, thing: str) -> httpx.Response:
    """The row's request, as this actor, about this thing."""
    method, path = operation.split(" ")
    for name, kind in row.parameters.items():
        path = path.replace(f"{{{name}}}", getattr(town, kind)[thing] if hasattr(town, kind) else kind)
    body = row.body(town, thing)
    sent: dict[str, Any] = {"files": body} if body and "file" in body else {"json": body}
    if operation.startswith("POST /api/v1/sign-out"):
        return httpx.post(f"{town.house.address}{path}")  # the clients stay signed in
    return town.clients[actor].request(method, path, params=row.query, headers=row.headers, **sent)


def ask_page(town: Town, page: Page, actor: str, thing: str, prefix: str = "") -> httpx.Response:
    """The request of a page, as this actor, about this thing."""
    method, path = page.operation.split(" ")
    for name, kind in page.parameters.items():
        path = path.replace(f"{{{name}}}", named(town, kind, thing))
    query = {name: named(town, kind, thing) for name, kind in page.query.items()}
    files = {"file": ("a.txt", b"mot hai ba")} if page.file else None
    sent = {"data": page.form(town, thing), "files": files} if method == "POST" else {}
    return town.clients[actor].request(method, prefix + path, params=query, headers=HTML, **sent)


def named(town: Town, kind: str, thing: str) -> str:
    """What the town calls it, or the word itself."""
    things: dict[str, str] = getattr(town, kind, {})
    return things.get(thing, kind)


def told(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """All that an answer gives away."""
    is_json = "json" in answer.headers.get("content-type", "")
    body = (
        {key: value for key, value in answer.json().items() if key != "request_id"}
        if is_json and answer.content
        else answer.content
    )
    return answer.status_code, body, {key: value for key, value in answer.headers.items() if key not in PASSING}
