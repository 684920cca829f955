"""From refusals to HTTP: the one table of statuses, and problems as RFC 9457 says."""

import re
from collections.abc import Iterable, Mapping, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.web.dependencies import language
from api.web.gate import TryAgain
from library.errors import Busy, Clash, Forbidden, Gone, Refusal, Unknown, Wrong
from library.files.keys import StoreAway
from library.space import DiskFull, tells_full

BY_KIND: Mapping[type[Refusal], int] = {Unknown: 404, Forbidden: 403, Clash: 409, Wrong: 422, Gone: 410, Busy: 503}
PROBLEM = "application/problem+json"
FIELD, FIELDS_TOLD = re.compile(r"[A-Za-z][\w-]{0,39}", re.ASCII), 12
STATUS = {  # what HTTP has a status of its own for
    "sign-in-needed": 401,
    "wrong-password": 401,
    "bad-request": 400,
    "foreign-host": 400,
    "metadata-broken": 400,
    "plain-body": 415,
    "address-too-long": 414,
    "wrong-checksum": 460,
    "upload-busy": 423,
    "file-too-large": 413,
    "form-too-large": 413,
    "too-many-tries": 429,
    "disk-full": 507,
    "internal-error": 500,
}


class NotFound(Unknown):
    code = "not-found"
    vi = "Trang này không có, hoặc đã chuyển chỗ."
    en = "This page does not exist, or it has moved."


class NotValid(Wrong):
    code = "not-valid"
    vi = "Có chỗ điền chưa đúng: {fields}."
    en = "Something is not filled in correctly: {fields}."


class FormTooLarge(Wrong):
    code = "form-too-large"
    vi = "Gửi kiểu này chỉ nhận tệp tới 8 MB. Tệp lớn hơn: mở trang Gửi học liệu bằng trình duyệt có bật JavaScript."
    en = "This form takes files up to 8 MB. For a larger one open the upload page in a browser with JavaScript."


class FilesAway(Busy):
    code = "files-away"
    vi = "Kho tệp đang tạm nghỉ. Tìm sách và xem thông tin vẫn được; tệp và trang sách chờ ít phút rồi mở lại."
    en = (
        "The file store is away for the moment. Search and catalogue work; open files and pages again in a few minutes."
    )


class Broken(Refusal):
    code = "internal-error"
    vi = "Trang bị trục trặc, không phải do bạn. Báo người quản trị mã {request_id}."
    en = "Something broke, and it was not you. Give the administrator the code {request_id}."


class NotAcceptable(Wrong):
    code = "bad-request"
    vi = "Yêu cầu này máy chủ không hiểu."
    en = "The server does not understand this request."


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status of a refusal: its own, or that of its kind."""
    refused = refusal if isinstance(refusal, type) else type(refusal)
    return STATUS.get(refused.code) or next(status for kind, status in BY_KIND.items() if issubclass(refused, kind))


def content(refusal: Refusal, in_language: str) -> dict[str, object]:
    """The problem document of a refusal."""
    sentence = refusal.sentence(in_language)
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {
        "type": f"https://hoclieu.invalid/problems/{refusal.code}",
        "title": sentence,
        "status": status_of(refusal),
        "code": refusal.code,
        "detail": sentence,
        "vi": refusal.sentence("vi"),
        "en": refusal.sentence("en"),
        "request_id": request_id,
    }


def retry_after(refusal: Refusal) -> dict[str, str]:
    """When it is worth trying again, for programs."""
    seconds = refusal.facts.get("retry_after", 5 if status_of(refusal) in (503, 507) else None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def problem(request: Request, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as the client asked for it: a page for browsers, a problem document for programs."""
    status = status_of(refusal)
    extra = {**retry_after(refusal), **(headers or {})}
    page = getattr(request.app.state, "problem_page", None)
    if (
        page is not None
        and not request.url.path.startswith(("/api/", "/static/"))
        and "text/html" in request.headers.get("accept", "")
    ):
        html: Response = page(request, refusal, status, extra)
        return html
    return JSONResponse(content(refusal, language(request)), status, media_type=PROBLEM, headers=extra)


def install(app: FastAPI) -> None:
    """Map everything that may go wrong."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreAway, _files_away)
    app.add_exception_handler(OSError, _out_of_space)
    for kind in (OperationalError, PoolTimeout):  # gone, silent or too slow; no connection free
        app.add_exception_handler(kind, _busy)
    app.add_exception_handler(InternalError, _ended)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(request, error)


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(request, not_valid([one["loc"] for one in error.errors()]))


def not_valid(places: Iterable[Sequence[int | str]]) -> NotValid:
    """The fields that do not fit, by their names. A client may name fields as it likes: only what could be one of ours
    is said again.
    """
    names = {
        next((part for part in reversed(place) if isinstance(part, str) and FIELD.fullmatch(part)), "?")
        for place in places
    }
    return NotValid(fields=", ".join(sorted(names)[:FIELDS_TOLD]))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if tells_full(error.__cause__):  # a form had no place to be laid down
        return problem(request, DiskFull())
    refusal = NotFound() if error.status_code in (404, 405) else NotAcceptable()
    response = problem(request, refusal, error.headers)
    response.status_code = error.status_code
    return response


def _busy(request: Request, error: Exception) -> Response:
    if tells_full(error):
        return problem(request, DiskFull())
    structlog.get_logger().error("database-busy", error=str(error))
    return problem(request, TryAgain())


def _ended(request: Request, error: Exception) -> Response:
    """PostgreSQL ends a transaction that stood idle for too long, and its connection with it; its driver calls that an
    error of the server.
    """
    assert isinstance(error, InternalError)
    if not error.connection_invalidated:
        raise error
    return _busy(request, error)


def _out_of_space(request: Request, error: Exception) -> Response:
    if not tells_full(error):
        raise error
    return problem(request, DiskFull())


def _files_away(request: Request, error: Exception) -> Response:
    structlog.get_logger().error("store-away", reason=str(error))
    return problem(request, FilesAway())


def broken(request: Request, error: Exception) -> Response:
    """Something nobody foresaw: the log gets everything, the person a code to name it by."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "-")
    structlog.get_logger().error("request-broken", exc_info=error)
    return problem(request, Broken(request_id=request_id))
