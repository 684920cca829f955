"""Waiting before the gate of a house on PostgreSQL: a queue that moves is waited in, one that stands is not. Behind the
gate a full disk is told as one.
"""

import asyncio
import errno
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.web.gate import Gate, Places, TryAgain
from library.database import open_engine
from library.space import DiskFull

PATIENCE = 2.0  # far longer than a busy machine stands still


async def stay(places: Places, seconds: float, *, broken: bool = False) -> None:
    """One request; it may end in an error."""
    async with places:
        await asyncio.sleep(seconds)
        if broken:
            raise ConnectionError


async def queue(count: int, seconds: float, *, broken: bool) -> tuple[list[BaseException | None], bool]:
    """What so many hear who come at once to one place, and whether the place is free afterwards."""
    places = Places(1, PATIENCE)
    heard = await asyncio.gather(*(stay(places, seconds, broken=broken) for _ in range(count)), return_exceptions=True)
    return heard, not places.free.locked()


def test_who_waits_longer_than_patience_is_served_as_long_as_others_are() -> None:
    heard, free = asyncio.run(queue(6, PATIENCE / 4, broken=False))
    assert (heard, free) == ([None] * 6, True)


def test_when_nobody_is_served_all_who_wait_hear_it_after_their_patience() -> None:
    began = time.monotonic()
    heard, free = asyncio.run(queue(4, PATIENCE * 3, broken=False))
    assert [type(one) for one in heard] == [type(None), TryAgain, TryAgain, TryAgain]
    assert free and time.monotonic() - began < PATIENCE * 30


def test_requests_that_fail_let_nobody_wait_longer() -> None:
    heard, free = asyncio.run(queue(6, PATIENCE / 4, broken=True))
    assert TryAgain in map(type, heard) and None not in heard and free


def test_who_leaves_the_queue_takes_no_place_along() -> None:
    async def leaves() -> bool:
        places = Places(1, PATIENCE)
        async with places:
            waiting = asyncio.ensure_future(stay(places, 0))
            await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        return not places.free.locked()

    assert asyncio.run(leaves())


def no_space_for_a_file(_: Session) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def no_space_for_a_row(session: Session) -> None:
    session.execute(text("PRAGMA max_page_count = 1"))
    session.execute(text("CREATE TABLE one (name)"))


@pytest.mark.parametrize("act", [no_space_for_a_file, no_space_for_a_row])
def test_whatever_meets_a_full_disk_behind_the_gate_is_told_as_one(
    tmp_path: Path, act: Callable[[Session], None]
) -> None:
    gate = Gate(open_engine(f"sqlite:///{tmp_path}/h.db"))

    async def inside() -> None:
        async with gate.writing() as session:
            act(session)

    for way in (inside, lambda: gate.write(act)):
        with pytest.raises(DiskFull):
            asyncio.run(way())
    gate.engine.dispose()
