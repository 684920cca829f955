"""What wraps every request: an id for the logs, the check that writes come from our own pages, and the headers of every
response.
"""

import re
import time
from functools import cache
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web import errors, metrics
from api.web.hosts import PROBES, ForeignHost, is_foreign
from api.web.rendering import styles_hash
from library.errors import Forbidden, Refusal, Wrong
from library.logs import new_request_id

log = structlog.get_logger()
BODY_LIMIT = 9 * 1024 * 1024  # bytes of any request but a resumable upload
PATH_LIMIT, QUERY_LIMIT = 400, 8000  # characters of an address; none of ours is longer
UPLOADS = "/api/v1/uploads"
SECRET = re.compile(r"(/moi/|/invitations/)[^/]+")
SAFE = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@cache
def headers_of_all() -> dict[str, str]:
    """The headers of every response; no inline script, and only the styles that we wrote ourselves."""
    policy = (
        f"default-src 'self'; style-src 'self' {styles_hash()}; img-src 'self' data:; object-src 'none'; base-uri "
        "'none'"
    )
    return {**HEADERS, "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; form-action 'self'"}


class ForeignOrigin(Forbidden):
    code = "foreign-origin"
    vi = "Yêu cầu này đến từ một trang khác nên đã dừng lại. Mở trang thư viện rồi làm lại giúp nhé."
    en = "This request came from another site and was stopped. Open the library's own page and try again."


class PlainBody(Wrong):
    code = "plain-body"
    vi = "Yêu cầu này gửi sai kiểu nên đã dừng lại."
    en = "This request was sent as plain text and was stopped."


class AddressTooLong(Wrong):
    code = "address-too-long"
    vi = "Địa chỉ này dài quá, máy chủ không nhận. Gõ ngắn lại giúp nhé."
    en = "This address is too long for the server. Please make it shorter."


class Wrapping:
    """Request id, host and origin check, response headers, one log line a request. Query strings are personal and never
    logged.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _given_id(headers) or new_request_id()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = MutableHeaders(scope=message)
                sent["X-Request-Id"] = request_id
                for name, value in headers_of_all().items():
                    sent.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    sent.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            refusal = refused(headers, scope)
            if refusal is not None:
                await errors.problem(Request(scope), refusal)(scope, receive, answer)
            else:
                await self.app(scope, receive, answer)
        except Exception as error:
            if status:
                raise
            await errors.broken(Request(scope), error)(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - began
            took = round(seconds * 1000, 1)
            metrics.count_request(scope, status, seconds)
            level = log.info if status < 500 else log.error
            level("request", method=scope["method"], path=SECRET.sub(r"\1…", scope["path"]), status=status, ms=took)
            structlog.contextvars.unbind_contextvars("request_id")


def refused(headers: Headers, scope: Scope) -> Refusal | None:
    """What speaks against a request before anybody looks at what it wants."""
    if scope["path"] not in PROBES and is_foreign(scope["app"].state.house.settings, headers.get("host")):
        return ForeignHost()
    if len(scope["path"]) > PATH_LIMIT or len(scope["query_string"]) > QUERY_LIMIT:
        return AddressTooLong()
    if "\x00" in scope["path"]:  # no name of ours has one
        return errors.NotFound()
    if scope["method"] not in SAFE:
        if foreign(headers):
            return ForeignOrigin()
        # no form and no program of ours sends it, but other sites can
        if headers.get("content-type", "").lower().startswith("text/plain"):
            return PlainBody()
    return errors.FormTooLarge() if too_large(headers, scope) else None


def foreign(headers: Headers) -> bool:
    """Whether a browser says that a write comes from another site. Programs without a browser send neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def too_large(headers: Headers, scope: Scope) -> bool:
    """Whether a body is larger than any form of ours, or hides its size; resumable uploads have limits of their own."""
    if scope["path"].startswith(UPLOADS):
        return False
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdecimal() or len(length) > 18 or int(length) > BODY_LIMIT


def _given_id(headers: Headers) -> str | None:
    """The proxy's id, when it is harmless to write into a log."""
    given = headers.get("x-request-id", "")
    return given if 0 < len(given) <= 64 and given.replace("-", "").isalnum() and given.isascii() else None
