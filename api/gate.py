"""The gate: a request waits here, in the event loop, before it takes a thread or a connection.

Without it, waiting requests hold all threads and the server stops; with it hundreds in flight pass. On SQLite there is one place for
writers; readers have as many places as the pool has connections.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from library.database import reading_session, writing_session

READERS = 16
Result = TypeVar("Result")


class Gate:
    """The one way to a session for everything behind HTTP."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.writers = asyncio.Semaphore(1)
        self.readers = asyncio.Semaphore(READERS)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A reading session; given back before the response leaves."""
        async with self.readers:
            session = reading_session(self.engine)
            try:
                yield session
            finally:
                await run_in_threadpool(session.close)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """One transaction, committed at the end or rolled back by an error."""
        async with self.writers:
            session = writing_session(self.engine)
            try:
                yield session
                await run_in_threadpool(session.commit)
            finally:
                await run_in_threadpool(session.close)

    async def read(self, act: Callable[[Session], Result]) -> Result:
        """`act` in a thread, with a reading session; there and back once."""

        def reading() -> Result:
            with reading_session(self.engine) as session:
                return act(session)

        async with self.readers:
            return await run_in_threadpool(reading)

    async def write(self, act: Callable[[Session], Result]) -> Result:
        """`act` in a thread, as one transaction; committed when this returns."""

        def writing() -> Result:
            with writing_session(self.engine) as session:
                result = act(session)
                session.commit()
                return result

        async with self.writers:
            return await run_in_threadpool(writing)
