"""The gate: a request waits here, in the event loop, before it takes a thread or a connection.

Without it, waiting requests hold all threads and the server stops; with it hundreds in flight pass. On SQLite there is
one place for writers and some for readers, who wait as long as it takes. On PostgreSQL all share as many places as the
pool has connections; who waits while nobody at all is served hears "try again" instead of waiting for a server that may
be gone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from library.database import reading_session, writing_session
from library.database.row_security import NOBODY
from library.database.uniqueness import met_at
from library.errors import Busy, Clash
from library.space import full_told

READERS = 16  # on SQLite
Result = TypeVar("Result")


class TryAgain(Busy):
    code = "try-again"
    vi = "Máy chủ đang bận quá. Đợi vài giây rồi thử lại; chưa có gì bị mất."
    en = "The server is very busy. Try again in a few seconds; nothing is lost."


class SameMoment(Clash):
    code = "same-moment"
    vi = "Đúng lúc đó việc này vừa được ghi rồi. Mở lại trang, xem đã có chưa rồi hẵng làm tiếp."
    en = "The same was written at the very same moment. Open the page again and look before you repeat it."


@contextmanager
def one_of_two() -> Iterator[None]:
    """Two passed the friendly check, the database let one write: the other hears so, as from any refusal, and a form
    keeps what was typed.
    """
    try:
        yield
    except IntegrityError as error:
        index = met_at(error)
        if index is None:
            raise
        structlog.get_logger().warning("same-moment", index=index)
        raise SameMoment from error


class Places:
    """So many at once. Whoever waits gives up when for `patience` seconds nobody was served: a long queue that moves is
    no reason to.
    """

    def __init__(self, count: int, patience: float | None) -> None:
        self.free = asyncio.Semaphore(count)
        self.patience = patience
        self.served_at = 0.0  # when somebody last went away content

    async def __aenter__(self) -> None:
        if self.patience is None or not self.free.locked():
            await self.free.acquire()
        else:
            await self._queue(self.patience)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.served_at = time.monotonic()
        self.free.release()

    async def _queue(self, patience: float) -> None:
        """Wait for a place, keeping one's turn."""
        began, turn = time.monotonic(), asyncio.ensure_future(self.free.acquire())
        try:
            while not turn.done():
                left = max(began, self.served_at) + patience - time.monotonic()
                if left <= 0:
                    raise TryAgain
                await asyncio.wait({turn}, timeout=left)
        except BaseException:
            if not turn.cancel():  # it came in this very moment
                self.free.release()
            raise


class Gate:
    """The one way to a session for everything behind HTTP. Its sessions see people only once it is known who asks."""

    def __init__(self, engine: Engine, *, places: int = READERS, patience: float | None = None) -> None:
        self.engine = engine
        self.readers = Places(places, patience)
        self.writers = self.readers if engine.dialect.name == "postgresql" else Places(1, None)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A reading session; given back before the response leaves."""
        async with self.readers:
            session = reading_session(self.engine, within=NOBODY)
            try:
                yield session
            finally:
                await run_in_threadpool(session.close)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """One transaction, committed at the end or rolled back by an error."""
        async with self.writers:
            session = writing_session(self.engine, within=NOBODY)
            try:
                with one_of_two(), full_told():
                    yield session
                    await run_in_threadpool(session.commit)
            finally:
                await run_in_threadpool(session.close)

    async def read(self, act: Callable[[Session], Result]) -> Result:
        """`act` in a thread, with a reading session; there and back once."""

        def reading() -> Result:
            with reading_session(self.engine, within=NOBODY) as session:
                return act(session)

        async with self.readers:
            return await run_in_threadpool(reading)

    async def write(self, act: Callable[[Session], Result]) -> Result:
        """`act` in a thread, as one transaction; committed when this returns."""

        def writing() -> Result:
            with one_of_two(), full_told(), writing_session(self.engine, within=NOBODY) as session:
                result = act(session)
                session.commit()
                return result

        async with self.writers:
            return await run_in_threadpool(writing)


def gate_for(engine: Engine, *, connections: int, patience: float) -> Gate:
    """The gate that fits the database."""
    return Gate(engine, places=connections, patience=patience) if engine.dialect.name == "postgresql" else Gate(engine)
