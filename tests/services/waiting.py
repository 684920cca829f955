"""Waiting for what happens by itself: for the condition, never for a while."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


def until(true: Callable[[], object], *, seconds: float = 240, otherwise: str = "it did not come about") -> None:
    """Until it is true. The limit is generous: a slow machine proves nothing."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


@contextmanager
def at_work(jobs: Iterable[Callable[[], object]], ending: threading.Event) -> Iterator[None]:
    """People who work at the same time, until the end is told and each of them has heard it."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()
