"""PostgreSQL: an engine with limits, and connections that notice when the server has stopped answering.

A server that is down refuses at once; one that hangs (stopped machine, dead network) keeps its connections open and
says nothing. So whoever has waited half a second asks, on a line of its own, whether the server is there at all. If it
is, waiting goes on until the statement's own limit; if it is not, the wait ends as if the server had gone.
"""

import threading
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg import conninfo, generators, waiting
from psycopg.adapt import Dumper
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from library.database.limits import CONNECT_SECONDS, Limits

# seconds: of silence before we ask, and that an answer holds; with the limit of an answer in sum under two
SILENCE, HOLDS = 0.5, 0.3
LOOK = 0.1  # seconds between two looks at the clock while waiting
Result = TypeVar("Result")
Dsn = tuple[tuple[str, Any], ...]


def open_postgres(url: str, limits: Limits) -> Engine:
    """An engine whose pool never waits: the gate has counted the places before."""
    patience = max(CONNECT_SECONDS, round(limits.answer_seconds))
    told = {"connect_timeout": patience, "application_name": "hoclieu", "options": limits.options()}
    pool: dict[str, Any] = {
        "pool_size": limits.connections,
        "max_overflow": 2,
        "pool_timeout": limits.answer_seconds,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
    }
    engine = create_engine(url, connect_args=told, hide_parameters=True, **pool)
    pulse = Pulse(make_url(url), limits.answer_seconds)
    event.listen(engine, "do_connect", lambda _dialect, _record, _words, told: pulse.connect(told))
    return engine


class Pulse:
    """Whether the server answers, asked by one for all who wait."""

    def __init__(self, url: URL, patience: float) -> None:
        told: dict[str, Any] = {
            "host": url.host,
            "port": url.port,
            "user": url.username,
            "password": url.password,
            "dbname": url.database,
            **url.query,
        }
        self.told = {name: value for name, value in told.items() if value is not None}
        self.lock, self.patience = threading.Lock(), patience
        self.asked_at = float("-inf")
        self.beat = False

    def connect(self, told: dict[str, Any]) -> psycopg.Connection[Any]:
        """A connection that feels this pulse; libpq by itself would wait twice as long for a server that says
        nothing.
        """
        if not self.beats():
            raise psycopg.OperationalError("the database does not answer")
        made = Watched.connect(**told)
        made.pulse = self
        made.adapters.register_dumper(str, WithoutNul)
        return made

    def beats(self) -> bool:
        """Ask, unless somebody just has."""
        with self.lock:
            if time.monotonic() - self.asked_at > HOLDS:
                self.beat = self._ask()
                self.asked_at = time.monotonic()
            return self.beat

    def _ask(self) -> bool:
        try:
            asking = generators.connect(conninfo.make_conninfo("", **self.told))
            waiting.wait_conn(asking, interval=LOOK, timeout=self.patience).finish()
        except psycopg.Error:
            return False
        return True


class WithoutNul(Dumper):
    """Text for PostgreSQL, which keeps no NUL: a replacement character stands for it, so that such a word equals
    nothing and breaks nothing.
    """

    def dump(self, obj: str) -> bytes:
        return obj.replace("\0", "\ufffd").encode()


class Watched(psycopg.Connection[Any]):
    """A connection whose waits end when the server is gone."""

    pulse: Pulse | None = None

    def wait(self, gen: Generator[Any, Any, Result], interval: float = LOOK, timeout: float | None = None) -> Result:
        if self.pulse is None:
            return super().wait(gen, interval, timeout)
        return super().wait(watched(gen, self._refuse_silence), interval, timeout)

    def _refuse_silence(self) -> None:
        if self.pulse is not None and not self.pulse.beats():
            self.pgconn.finish()
            raise psycopg.OperationalError("the database has stopped answering")


def watched(gen: Generator[Any, Any, Result], look: Callable[[], None]) -> Generator[Any, Any, Result]:
    """The same steps, with a look around once nothing has come for a while."""
    silent_since = time.monotonic()
    try:
        wish = next(gen)
        while True:
            ready = yield wish
            if ready:
                silent_since = time.monotonic()
            elif time.monotonic() - silent_since > SILENCE:
                look()
            wish = gen.send(ready)
    except StopIteration as end:
        result: Result = end.value
        return result
