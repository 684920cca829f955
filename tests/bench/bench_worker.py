"""The worker's memory over two thousand documents: real one-page files, each taken in, read, drawn, published and
indexed.
"""

import tempfile
import time
from pathlib import Path

from tests.bench.bench_house import family
from tests.bench.figures import report
from tests.services.house import RunningHouse, running, upload
from tests.stage import makers

DOCUMENTS, LEARNT, WAITING = 2_000, 400, 20  # how many; after how many the first look; how many may wait at once


def main() -> None:
    """Memory after four hundred documents and after two thousand."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "var") as house:
        early = after(house, Path(folder), LEARNT, sent=0)
        late = after(house, Path(folder), DOCUMENTS, sent=LEARNT)
    report(
        f"worker's memory after {DOCUMENTS:,} documents against after {LEARNT}, MB",
        late,
        early,
        1.1,
        least=False,
        unit=" MB",
    )


def after(house: RunningHouse, folder: Path, count: int, *, sent: int) -> float:
    """Resident MB of the `work` child when so many documents are ready; they come no faster than they are read."""
    with house.administrator() as client:
        for number in range(sent, count):
            upload(client, makers.textbook(folder / "phieu.pdf", 1, title=f"Phiếu học tập số {number}"), approve="true")
            while number - ready(house) > WAITING:
                time.sleep(0.1)
        while ready(house) < count:
            time.sleep(0.2)
    return worker_memory(house)


def ready(house: RunningHouse) -> int:
    """Documents that are read and in the index; none may have failed."""
    assert not house.ask("SELECT 1 FROM deposit WHERE state IN ('refused', 'failed')")
    return int(house.ask("SELECT count(*) FROM work WHERE indexed_revision >= revision")[0][0])


def worker_memory(house: RunningHouse) -> float:
    """Resident MB of the `work` child itself; its parser children are gone by then."""
    for pid in family(house.process.pid if house.process else 0):
        if b"--until-parent-dies" in Path(f"/proc/{pid}/cmdline").read_bytes():
            status = Path(f"/proc/{pid}/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0]) / 1000
    raise RuntimeError("there is no worker")


if __name__ == "__main__":
    main()
