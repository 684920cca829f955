"""A running house: start-up, memory, uploads, first-load script."""

import hashlib
import os
import random
import statistics
import tempfile
import time
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import httpx

from tests.bench.figures import report, report_most, took_ms
from tests.services.house import RunningHouse, running

PUBLIC_PAGES_JS = 45_000
UPLOAD, ROUNDS = 200_000_000, 5  # bytes
PART = 16 * 1024**2  # bytes


def main() -> None:
    """All figures of a running house."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        with running(home) as house:
            sending(house, Path(folder))
            house.stop()
            started = time.perf_counter()
            house.start()
            report_most("second start until ready", time.perf_counter() - started, 2.0, " s")
            time.sleep(3)
            report_most("memory of all processes at rest (PSS)", memory(house), 250, " MB")
            first_load(house)


def sending(house: RunningHouse, folder: Path) -> None:
    """MB per second of an accepted upload against copy + fsync + SHA-256 of the same file."""
    path = folder / "big.bin"
    path.write_bytes(random.Random(1).randbytes(UPLOAD))
    with house.administrator() as client:
        turns = [
            (
                took_ms(partial(send, client, fresh(path, turn))),
                took_ms(partial(copy, path, folder / f"copy-{turn}.bin")),
            )
            for turn in range(ROUNDS)
        ]
    ours, floor = (statistics.median(side) / 1000 for side in zip(*turns, strict=True))
    report("upload over HTTP against copy + SHA-256, MB/s", UPLOAD / 1e6 / ours, UPLOAD / 1e6 / floor, 0.5, least=True)


def fresh(path: Path, turn: int) -> Path:
    """The file with another beginning: bytes that are in the store already would not be written to the disk again."""
    with path.open("r+b") as file:
        file.write(turn.to_bytes(8))
    return path


def send(client: httpx.Client, path: Path) -> None:
    """Announce a file and send its bytes straight from the socket's own loop: httpx copies the rest of a long body for
    every piece it sends.
    """
    size = path.stat().st_size
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    created = client.post(
        "/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size)}
    ).raise_for_status()
    connection = HTTPConnection(client.base_url.netloc.decode())
    with path.open("rb") as source:
        for start in range(0, size, PART):
            data = source.read(PART)
            headers = {
                "Upload-Offset": str(start),
                "Content-Type": "application/offset+octet-stream",
                "Cookie": cookies,
            }
            connection.request("PATCH", created.headers["Location"], data, headers)
            answered = connection.getresponse()
            answered.read()
            assert answered.status == 204
    connection.close()


def copy(path: Path, target: Path) -> None:
    """Copy, hash, and wait for the disk."""
    digest = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as sink:
        while data := source.read(1024**2):
            digest.update(data)
            sink.write(data)
        os.fsync(sink.fileno())


def memory(house: RunningHouse) -> float:
    """Proportional set size of serve and everything it started, MB."""
    total = 0
    for pid in family(house.process.pid if house.process else 0):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def first_load(house: RunningHouse) -> None:
    """Script bytes that a public page loads at once, as sent."""
    with house.client(headers={"Accept-Encoding": "gzip"}) as client:
        text = client.get("/").text
        scripts = [part.split('"')[0] for part in text.split('src="')[1:] if part.split('"')[0].endswith(".js")]
        size = sum(int(client.get(one).headers["content-length"]) for one in scripts)
    report_most("first-load JavaScript of public pages, gzip", size / 1000, PUBLIC_PAGES_JS / 1000, " kB")


if __name__ == "__main__":
    main()
