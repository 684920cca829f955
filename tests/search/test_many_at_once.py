"""Many who search at once on an engine that is a server."""

import contextlib
import socket
import threading

import pytest

from library.people.sight import VISITOR
from search import tiers
from search.elastic.cluster import ASKING
from search.engines import open_index
from search.index import Index, IndexAway, Tuning
from search.query import parse
from tests.services.waiting import at_work, until

pytestmark = pytest.mark.slow


def test_no_question_waits_for_a_line_while_the_engine_is_silent() -> None:
    lines: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=4 * ASKING) as silent:
        index = open_index(f"http://127.0.0.1:{silent.getsockname()[1]}", tuning=Tuning(answer_seconds=240))
        threading.Thread(target=taking, args=(silent, lines), daemon=True).start()
        with at_work([lambda: give_up(index)] * ASKING, threading.Event()):
            try:
                until(lambda: len(lines) == 2 * ASKING, seconds=60)
            finally:
                for line in lines:
                    line.close()
                silent.shutdown(socket.SHUT_RDWR)
        index.close()


def taking(silent: socket.socket, lines: list[socket.socket]) -> None:
    """Pick up, and say nothing."""
    with contextlib.suppress(OSError):
        while True:
            lines.append(silent.accept()[0])


def give_up(index: Index) -> None:
    """Ask, and hear in the end that nobody answers."""
    with contextlib.suppress(IndexAway):
        index.search(tiers.main(parse("tam giác", VISITOR)), limit=10)
