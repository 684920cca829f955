"""kill -9 at named places during upload, ingest and indexing: work goes on, nothing accepted is lost, nothing is
doubled.

On the embedded engines at three places in each run and at every place in the full tier; on those of a province at five
in the full tier, and at twenty in `make torture`.
"""

import os
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.load import stored
from tests.services.trio import Trio
from tests.services.waiting import until
from tests.stage import makers

PAGES = makers.KEY_PAGE + 1
IN_WORKER = [
    "identified-kept",
    "pages-read",
    "pages-read-kept",
    "pages-drawn",
    "pages-drawn-kept",
    "described",
    "completed",
    "index-written",
]
IN_SERVE = ["upload-complete", "upload-stored"]
MORE = [
    "identified",
    "index-committed",
    "pages-recognised",
    "pages-recognised-kept",
    "upload-accepted",
    "pages-recognised:2",
    "pages-recognised-kept:2",
]
LATER = ["pages-drawn:2", "pages-drawn-kept:2", "pages-drawn-kept:3"]  # not at the first arrival
FIRST = ("pages-read-kept", "upload-stored")
THEN = (*FIRST, "completed", "index-written", "upload-complete")
EMBEDDED, TRIO = "embedded", "trio"


def on_both(places: list[str], *later: str) -> list[Any]:
    """Each place on each kind of engines, the first of them in each run."""
    near = [pytest.param(EMBEDDED, place, marks=() if place in FIRST else pytest.mark.full) for place in places]
    return [*near, *(pytest.param(TRIO, place, marks=tier_of_trio(place)) for place in (*places, *later))]


def tier_of_trio(place: str) -> Any:
    """When this place is tried on the engines of a province."""
    return pytest.mark.full if place in THEN else pytest.mark.torture


@pytest.fixture
def settings(request: pytest.FixtureRequest, engines: str) -> dict[str, str]:
    """The settings of a house on these engines."""
    if engines == EMBEDDED:
        return {"HOCLIEU_LEASE_SECONDS": "2"}
    trio: Trio = request.getfixturevalue("trio")
    return {**trio.house(), "HOCLIEU_LEASE_SECONDS": "2"}


def rows(house: RunningHouse, query: str) -> int:
    return int(house.ask(query)[0][0])


def check_whole(house: RunningHouse, client: httpx.Client, deposit_id: str) -> None:
    """The work is there once, whole, and found on its page."""
    row = wait_for(client, deposit_id, seconds=300)
    assert (row["state"], row["pages_done"], row["work_state"]) == ("ready", PAGES, "published")
    assert [rows(house, f"SELECT count(*) FROM {table}") for table in ("work", "version", "deposit")] == [1, 1, 1]
    assert rows(house, "SELECT count(*) FROM page") == PAGES
    assert rows(house, "SELECT count(*) FROM rendition") == 2 * PAGES + 2
    found = client.get("/api/v1/search", params={"q": "dinh li thales dao"}).json()
    assert [(work["id"], [page["number"] for page in work["pages"]]) for work in found["works"]] == [
        (row["work_id"], [makers.KEY_PAGE])
    ]
    assert len(stored(house)) == rows(house, "SELECT count(DISTINCT key) FROM rendition")
    assert not list((house.home / "uploads").iterdir())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return makers.textbook(tmp_path_factory.mktemp("book") / "toan-8.pdf", PAGES)


@pytest.mark.parametrize(("engines", "place"), on_both(IN_WORKER, *LATER))
def test_a_worker_killed_in_the_middle_is_followed_by_another(
    settings: dict[str, str], place: str, book: Path, tmp_path: Path
) -> None:
    once = tmp_path / "killed"
    with (
        running(tmp_path / "var", HOCLIEU_FAILPOINT=f"{place}@{once}", **settings) as house,
        house.administrator() as client,
    ):
        check_whole(house, client, upload(client, book, approve="true"))
    assert once.exists(), "the worker never came to this place"


@pytest.mark.parametrize(("engines", "place"), on_both(IN_SERVE))
def test_serve_killed_at_the_end_of_an_upload_loses_nothing(
    settings: dict[str, str], place: str, book: Path, tmp_path: Path
) -> None:
    once = tmp_path / "killed"
    house = RunningHouse(tmp_path / "var", HOCLIEU_FAILPOINT=f"{place}@{once}", **settings).start()
    try:
        client = house.administrator()
        with pytest.raises(httpx.HTTPError):
            upload(client, book, chunk=10**9, approve="true")
        house.kill()
        house.start()
        with house.administrator() as again:
            (deposit,) = again.get("/api/v1/deposits").json()["deposits"]
            location = f"/api/v1/uploads/{deposit['id']}"
            assert again.head(location).headers["Upload-Offset"] == str(book.stat().st_size)
            check_whole(house, again, deposit["id"])
    finally:
        house.stop()
    assert once.exists()


def test_serve_killed_during_ingest_takes_its_worker_with_it_and_its_successor_goes_on(
    book: Path, tmp_path: Path
) -> None:
    house = RunningHouse(tmp_path / "var", HOCLIEU_LEASE_SECONDS="2").start()
    try:
        with house.administrator() as client:
            deposit_id = upload(client, book, approve="true")
            while client.get(f"/api/v1/deposits/{deposit_id}").json()["state"] != "working":
                time.sleep(0.02)
        workers = children(house.process.pid) if house.process else []
        assert workers
        house.kill()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), otherwise="the worker outlived serve")
        house.start()
        with house.administrator() as client:
            check_whole(house, client, deposit_id)
    finally:
        house.stop()


@pytest.mark.full
def test_a_lost_index_is_filled_again(book: Path, tmp_path: Path) -> None:
    house = RunningHouse(tmp_path / "var", HOCLIEU_LEASE_SECONDS="2").start()
    try:
        with house.administrator() as client:
            deposit_id = upload(client, book, approve="true")
            wait_for(client, deposit_id)
        house.stop()
        shutil.rmtree(house.home / "index")
        house.start()
        with house.administrator() as client:
            until(
                lambda: client.get("/api/v1/search", params={"q": "dinh li thales dao"}).json()["works"],
                otherwise="the index was not filled again",
            )
            check_whole(house, client, deposit_id)
    finally:
        house.stop()


@pytest.mark.torture
@pytest.mark.parametrize(("engines", "place"), on_both(MORE))
def test_more_places(settings: dict[str, str], place: str, book: Path, tmp_path: Path) -> None:
    scan = makers.scanned(book, tmp_path / "scan.pdf", range(1, 10))
    once = tmp_path / "killed"
    house = RunningHouse(tmp_path / "var", HOCLIEU_FAILPOINT=f"{place}@{once}", **settings).start()
    try:
        with house.administrator() as client:
            try:
                upload(client, scan, approve="true")
            except httpx.HTTPError:
                house.kill()
                house.start()
        with house.administrator() as client:
            (deposit,) = client.get("/api/v1/deposits").json()["deposits"]
            row = wait_for(client, deposit["id"], seconds=300)
            assert (
                row["state"],
                rows(house, "SELECT count(*) FROM page"),
                rows(house, "SELECT count(*) FROM work"),
            ) == ("ready", 9, 1)
    finally:
        house.stop()
    assert once.exists()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    assert os.getpid() != pid
    return found
