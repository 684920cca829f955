"""Counting what readers do: noted in memory during a request, written every few seconds and at the end
(`library/usage.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import lru_cache

import structlog
from counter_robots import is_robot_or_machine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from api.web.gate import Gate
from library import usage
from library.catalogue.models import Work
from library.clock import now
from library.errors import Busy
from library.people.models import UnitKind
from library.people.sign_in import Actor
from library.usage import Counting

SECONDS = 3.0  # between two writings: what a crash may lose


def note(request: Request, kind: str, work: Work, actor: Actor) -> None:
    """Count one more, unless it is somebody's work or a robot."""
    if actor.is_staff or is_robot(request.headers.get("user-agent", "")[:300]):
        return
    unit = actor.current.unit if actor.current else None
    counting: Counting = request.app.state.counting
    counting.note(kind, work.id, unit.id if unit is not None and unit.kind == UnitKind.SCHOOL else None, at=now())


@lru_cache(1000)
def is_robot(agent: str) -> bool:
    """Whether it is no browser, by the lists of the COUNTER project; who does not say what it is, is none."""
    return not agent or is_robot_or_machine(agent)


@contextlib.asynccontextmanager
async def writing_counts(gate: Gate, counting: Counting) -> AsyncIterator[None]:
    """While the application runs, its counts reach the database."""

    async def keep_writing() -> None:
        while True:
            await asyncio.sleep(SECONDS)
            await write(gate, counting)

    writing = asyncio.create_task(keep_writing())
    try:
        yield
    finally:
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        await write(gate, counting)


async def write(gate: Gate, counting: Counting) -> None:
    """Write what has been counted; when the database is busy, later."""
    cells = counting.take()
    if not cells:
        return
    try:
        await gate.write(lambda session: usage.add(session, cells))
    except (SQLAlchemyError, Busy):
        counting.put_back(cells)
        structlog.get_logger().exception("counts-not-written")
