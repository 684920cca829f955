"""Servers that stand still or die under load: how long people wait for an answer, and how soon all is well again."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.bench import generated
from tests.bench.figures import report_most
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import RunningHouse, running
from tests.services.machinery import Server
from tests.services.postgres import OWNER, Postgres
from tests.services.waiting import until

ASKING, AWAY, BEFORE = 8, 10.0, 2.0  # people; seconds
WORKS = 10_000
LONG = 60.0  # seconds: who waits so long hangs


class Heard(NamedTuple):
    """One answer: when it was asked for, what it was, seconds until it came."""

    asked_at: float
    status: int
    seconds: float
    degraded: bool


def main() -> None:
    """The database and the index, each standing still and killed."""
    with tempfile.TemporaryDirectory() as folder:
        database(Path(folder))
        index(Path(folder))


def database(folder: Path) -> None:
    """PostgreSQL: everybody hears 503 soon, and all is well soon after its return."""
    with Postgres() as server:
        settings = {"HOCLIEU_DATABASE": server.database("away"), "HOCLIEU_DATABASE_OWNER": server.url("away", OWNER)}
        with running(folder / "far", **settings) as house:
            with house.administrator() as client:
                cookies = dict(client.cookies)
            for way, away, back in ways(server):
                heard, returned = under_load(house, "/api/v1/me", cookies, away, back)
                refused = [one for one in heard if one.status == 503]
                assert refused and not {one.status for one in heard} - {200, 503}
                report_most(
                    f"PostgreSQL {way}: longest wait for any answer", max(one.seconds for one in heard), 2, " s"
                )
                report_most(
                    f"PostgreSQL {way}: last 503 after its return",
                    max(0.0, *(one.asked_at + one.seconds - returned for one in refused)),
                    10,
                    " s",
                )


def index(folder: Path) -> None:
    """Elasticsearch: titles from the catalogue in its place."""
    with Elasticsearch() as server:
        with running(folder / "near"):
            pass
        generated.fill(folder / "near", WORKS, each=1)
        with running(folder / "near", HOCLIEU_INDEX=f"{server.address}/away") as house:
            until(lambda: house.command("index", "status").returncode == 0, seconds=600)
            for way, away, back in ways(server):
                heard, returned = under_load(house, "/api/v1/search?q=sach+so+77", {}, away, back)
                instead = [one.seconds for one in heard if one.degraded and one.asked_at < returned]
                assert instead and not {one.status for one in heard} - {200}
                report_most(
                    f"Elasticsearch {way}: longest wait, with titles from a catalogue of {WORKS:,} works",
                    max(one.seconds for one in heard),
                    1,
                    " s",
                )


def ways(server: Server) -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    """How a server goes away and comes back."""
    return [("standing still", server.pause, server.resume), ("killed", server.kill, server.start)]


def under_load(
    house: RunningHouse, path: str, cookies: dict[str, str], away: Callable[[], object], back: Callable[[], object]
) -> tuple[list[Heard], float]:
    """Everything that people heard who asked without a pause while the server was away for ten seconds, and when it was
    back.
    """
    heard: list[Heard] = []
    with asking(house, path, cookies, heard):
        time.sleep(BEFORE)
        away()
        gone = time.monotonic()
        time.sleep(AWAY)
        returned = time.monotonic()
        back()
        while not any(one.status == 200 and not one.degraded and one.asked_at > returned for one in list(heard)):
            assert time.monotonic() < returned + LONG
            time.sleep(0.05)
    return [one for one in heard if one.asked_at + one.seconds > gone], returned


@contextmanager
def asking(house: RunningHouse, path: str, cookies: dict[str, str], heard: list[Heard]) -> Iterator[None]:
    """Eight people, each with one request at a time."""
    ending = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=house.address, cookies=cookies, timeout=LONG) as client:
            while not ending.wait(0.05):
                began = time.monotonic()
                answer = client.get(path)
                degraded = answer.status_code == 200 and bool(answer.json().get("degraded"))
                heard.append(Heard(began, answer.status_code, time.monotonic() - began, degraded))

    with ThreadPoolExecutor(ASKING) as people:
        jobs = [people.submit(ask) for _ in range(ASKING)]
        try:
            yield
        finally:
            ending.set()
        for job in jobs:
            job.result()  # who hangs or breaks is heard of


if __name__ == "__main__":
    main()
