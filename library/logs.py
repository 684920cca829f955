"""Logs: one JSON object a line on stderr, in UTC, with the request id from the proxy down to the parser child."""

import logging
import os
import re
import sys
import uuid

import structlog

REQUEST_ID = "HOCLIEU_REQUEST_ID"
DETAIL = re.compile(r"DETAIL:.*?(?=\n\n|\n\[SQL|\Z)", re.DOTALL)  # where PostgreSQL tells the row that it refused


def set_up(process: str) -> None:
    """Send every log line of this process, ours and the libraries', to stderr as JSON."""

    def named(_logger: object, _level: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**line, "process": process}  # in every thread, where context variables begin empty

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        discreet,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared)
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    if inherited := os.environ.get(REQUEST_ID):
        structlog.contextvars.bind_contextvars(request_id=inherited)


def discreet(_logger: object, _level: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out the rows in a database's errors: the values may be names of people."""
    return {
        name: DETAIL.sub("DETAIL: …", value) if isinstance(value, str) and "DETAIL:" in value else value
        for name, value in line.items()
    }


def this_request() -> str | None:
    """The id of the request or job that is being served."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id") or None
    return found


def new_request_id() -> str:
    """A short id that names one request or job in all logs."""
    return uuid.uuid4().hex[:16]
