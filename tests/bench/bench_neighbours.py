"""A small file while a large one is read: how long until its words are found, beside the time on an idle house, in
alternating rounds.
"""

import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.figures import report, report_most
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.stage import makers

ROUNDS = 7
BOOK, SCAN = 2300, 60  # pages
SMALL = 4


def main() -> None:
    """Both large files, one after the other; each round measures the idle house and the busy one."""
    with (
        tempfile.TemporaryDirectory() as name,
        running(Path(name) / "var", HOCLIEU_LEASE_SECONDS="60") as house,
        house.administrator() as client,
    ):
        folder = Path(name)
        found(client, folder, "am")  # the first file warms the house
        book = makers.thick(folder / "sach.pdf", BOOK)
        scan = makers.scanned(makers.textbook(folder / "goc.pdf", SCAN), folder / "quet.pdf", range(1, SCAN + 1))
        idle, busy = rounds(house, client, folder, book, "sach")
        report(
            f"a small PDF while a book of {BOOK} pages is read, until it is found",
            busy,
            idle,
            2.0,
            least=False,
            unit=" s",
        )
        idle, busy = rounds(house, client, folder, scan, "quet")
        report_most(
            f"a small PDF behind a scan of {SCAN} pages: seconds more than on an idle house", busy - idle, 10, " s"
        )


def rounds(house: RunningHouse, client: httpx.Client, folder: Path, large: Path, name: str) -> tuple[float, float]:
    """Medians of seconds on the idle house and beside the large file."""
    idle, busy = list[float](), list[float]()
    for number in range(ROUNDS):
        idle.append(found(client, folder, f"{name}-ranh-{number}"))
        deposit_id = upload(client, different(large, folder / f"{name}-{number}.pdf"))
        in_work(client, deposit_id)
        busy.append(found(client, folder, f"{name}-ban-{number}"))
        client.post(f"/api/v1/deposits/{deposit_id}/stop").raise_for_status()
        wait_for(client, deposit_id)
    return statistics.median(idle), statistics.median(busy)


def in_work(client: httpx.Client, deposit_id: str) -> None:
    """Its first pages are kept."""
    while not client.get(f"/api/v1/deposits/{deposit_id}").json()["pages_done"]:
        time.sleep(0.05)


def found(client: httpx.Client, folder: Path, title: str) -> float:
    """Seconds from the first byte sent until the words of a new small PDF are found."""
    path = makers.textbook(folder / f"{title}.pdf", SMALL, title=title)
    began = time.monotonic()
    row = wait_for(client, upload(client, path, approve="true"))
    took = time.monotonic() - began
    assert row["state"] == "ready", row
    return took


def different(large: Path, path: Path) -> Path:
    """The same pages in other bytes: what is known already is no work."""
    path.write_bytes(large.read_bytes() + f"\n% {path.name}\n".encode())
    return path


if __name__ == "__main__":
    main()
