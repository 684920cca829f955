"""`python -m tests.bench.beside CHECKOUT [ACT …]`: this build beside another one (made ready with `make setup` there),
in alternating rounds on equal houses; all acts, or those named.

Both houses run all the time, one is asked while the other rests, and each round asks both, the first of them in turn.
What is printed: the medians, their ratio (below 1: this build is quicker), the noise: how far the middle half of the
other build's rounds lies apart; and the memory of both houses at rest.
"""

import hashlib
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from tests.bench.bench_house import memory
from tests.bench.bench_people import furnish, scan
from tests.bench.figures import took_ms
from tests.services.house import PASSWORD, RunningHouse, upload, wait_for
from tests.services.people import enter
from tests.stage import makers

ROUNDS = 10
LOANS, SIGN_INS, SEARCHES, PAGES, SENT = 30, 8, 60, 40, 50_000_000  # a round; bytes
REST = 5  # seconds until a worker that was just started has loaded what it works with
WORDS = (
    "tam giac dong dang",
    "dinh li thales dao",
    "phuong trinh bac nhat",
    "duong trung binh",
    "xac suat thuc nghiem",
)


@dataclass
class Side:
    """One build with its house."""

    house: RunningHouse
    client: httpx.Client
    librarian: httpx.Client
    visitor: httpx.Client
    labels: Iterator[str]
    cards: Iterator[str]
    folder: Path
    took: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    """Both sides, round by round."""
    acts = sys.argv[2:] or list(ACTS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_now:
        book = makers.textbook(Path(folder) / "sach.pdf", 300)
        before, after = (
            opened(Path(folder) / name, checkout, book, open_now)
            for name, checkout in (("before", Path(sys.argv[1])), ("after", None))
        )
        for number in range(ROUNDS + 1):
            for side in (before, after) if number % 2 else (after, before):
                one_round(side, number, acts)
        for act in acts:
            told(act, before.took[act][1:], after.took[act][1:])  # the first warms both up
        time.sleep(REST)
        print(f"memory: before {memory(before.house):.0f} MB, after {memory(after.house):.0f} MB")


def opened(folder: Path, checkout: Path | None, book: Path, open_now: ExitStack) -> Side:
    """A house with people, copies and one book of 300 pages."""
    folder.mkdir()
    house = RunningHouse(folder / "var")
    house.checkout = checkout
    open_now.callback(house.stop)
    house.start()
    labels, cards = furnish(house)
    client = open_now.enter_context(house.administrator())
    wait_for(client, upload(client, book, approve="true", sight="public"))
    librarian = open_now.enter_context(enter(house, "thu.thu"))
    visitor = open_now.enter_context(house.client())
    return Side(house, client, librarian, visitor, itertools.cycle(labels), itertools.cycle(cards), folder)


def one_round(side: Side, number: int, acts: list[str]) -> None:
    """Each act once; its milliseconds."""
    for name in acts:
        side.took.setdefault(name, []).append(took_ms(partial(ACTS[name], side, number)))


def loans(side: Side, _number: int) -> None:
    """Copies lent to readers and taken back, as a desk does."""
    for _ in range(LOANS):
        label = next(side.labels)
        scan(side.librarian, label, next(side.cards))
        scan(side.librarian, label)


def starts(side: Side, _number: int) -> None:
    """The house is stopped and stands again."""
    side.house.stop()
    side.house.start()
    for client in (side.client, side.librarian, side.visitor):
        client.base_url = side.house.address


def sign_ins(side: Side, _number: int) -> None:
    """Sign-ins of one person."""
    with side.house.client() as door:
        for _ in range(SIGN_INS):
            door.post("/api/v1/sign-in", json={"login": "thu.thu", "password": PASSWORD}).raise_for_status()


def searches(side: Side, number: int) -> None:
    """Searches of a signed-in person."""
    for place in range(SEARCHES):
        side.client.get("/api/v1/search", params={"q": WORDS[(place + number) % len(WORDS)]}).raise_for_status()


def uploads(side: Side, number: int) -> None:
    """One large file of a kind that is kept and not read."""
    path = side.folder / "lon.bin"
    path.write_bytes(random.Random(number).randbytes(SENT))
    upload(side.client, path, chunk=16 * 1024**2)


def findable(side: Side, number: int) -> None:
    """A page that nobody has sent yet, from its first byte until it can be found."""
    path = makers.textbook(
        side.folder / "phieu.pdf",
        1,
        title=f"Phiếu {hashlib.sha256(str((number, time.time())).encode()).hexdigest()[:12]}",
    )
    wait_for(side.client, upload(side.client, path, approve="true"))


def homes(side: Side, _number: int) -> None:
    """The first page, by a visitor."""
    pages(side.visitor, "/")


def search_pages(side: Side, number: int) -> None:
    """The page of the search, by a visitor."""
    pages(side.visitor, f"/tim?q={WORDS[number % len(WORDS)].replace(' ', '+')}")


def desks(side: Side, _number: int) -> None:
    """The page of the desk, by its librarian."""
    pages(side.librarian, "/quay")


def pages(client: httpx.Client, path: str) -> None:
    """The same page many times, as browsers ask for it."""
    for _ in range(PAGES):
        client.get(path, headers={"Accept": "text/html"}).raise_for_status()


BY_NAME = (starts, loans, sign_ins, searches, uploads, findable, homes, search_pages, desks)
ACTS: dict[str, Callable[[Side, int], None]] = {act.__name__: act for act in BY_NAME}


def told(act: str, before: list[float], after: list[float]) -> None:
    """One line."""
    first, _, third = statistics.quantiles(before, n=4)
    old, new = statistics.median(before), statistics.median(after)
    print(
        (
            f"{act}: before {old:.1f} ms, after {new:.1f} ms, ratio {new / old:.3f}, noise ± "
            f"{(third - first) / 2 / old:.3f} ({len(after)} rounds)"
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
