"""Several generators at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import Queue
from typing import TypeVar

from ingest.parsing.sandbox import Leash

Thing = TypeVar("Thing")


def beside(streams: Sequence[Callable[[], Iterator[Thing]]], hands: int, leash: Leash) -> Iterator[Thing]:
    """What they yield, as it comes; `hands` of them run at once. When nobody wants more, or one breaks, the leash of
    all is cut.
    """
    come: Queue[Thing | Future[None]] = Queue()

    def run(stream: Callable[[], Iterator[Thing]]) -> None:
        for thing in stream():
            come.put(thing)

    whole = False
    with ThreadPoolExecutor(hands) as pool:
        running = [pool.submit(copy_context().run, run, stream) for stream in streams]
        for one in running:
            one.add_done_callback(come.put)
        try:
            ended = 0
            while ended < len(running):
                thing = come.get()
                if isinstance(thing, Future):
                    thing.result()
                    ended += 1
                else:
                    yield thing
            whole = True
        finally:
            if not whole:
                leash.cut()
                pool.shutdown(wait=False, cancel_futures=True)
