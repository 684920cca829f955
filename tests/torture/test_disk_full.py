"""A full disk: a clear sentence on every door, what arrived is kept, reading goes on, and it recovers by itself."""

import contextlib
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.house import PASSWORD, RunningHouse, upload, wait_for
from tests.services.waiting import until
from tests.stage import makers

SIZE = 36 * 1024**2
PART = 9 * 1024**2
TOLD = (507, "disk-full")
BROWSER = {"Accept": "text/html"}


def small_disk(home: Path) -> list[str]:
    """Run what follows on a disk of 36 MB of its own."""
    home.mkdir()
    words = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs -o size={SIZE} tmpfs "{home}" && exec "$@"', "sh"]
    probe = subprocess.run([*words, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"this machine gives no mount namespace: {probe.stderr.decode().strip()}")
    return words


@contextmanager
def on_small_disk(tmp_path: Path, **settings: str) -> Iterator[RunningHouse]:
    """A house that runs there."""
    house = RunningHouse(tmp_path / "var", **settings)
    house.under = small_disk(tmp_path / "var")
    house.start()
    try:
        yield house
    finally:
        house.stop()


def begin(client: httpx.Client, size: int) -> httpx.Response:
    return client.post(
        "/api/v1/uploads",
        headers={"Upload-Length": str(size), "Upload-Metadata": f"filename {b64encode(b'a.bin').decode()}"},
    )


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def in_pieces(data: bytes) -> Iterator[bytes]:
    """So that the client does not tell how much comes."""
    for start in range(0, len(data), 65536):
        yield data[start : start + 65536]


def test_bytes_that_were_announced_have_their_room_and_a_full_disk_refuses_the_rest(tmp_path: Path) -> None:
    with on_small_disk(tmp_path) as house, house.administrator() as client:
        assert told(begin(client, SIZE)) == TOLD
        first, second = begin(client, PART * 2), begin(client, PART)
        assert (first.status_code, second.status_code) == (201, 201)
        assert told(begin(client, PART)) == TOLD, "the room was promised twice"
        assert (
            client.patch(first.headers["Location"], content=b"a" * PART, headers={"Upload-Offset": "0"}).status_code
            == 204
        )
        assert told(begin(client, PART)) == TOLD, "what the first may still send was forgotten"
        assert client.delete(second.headers["Location"]).status_code == 204
        third = begin(client, PART)
        assert third.status_code == 201
        with ballast(house, leaving=PART // 2):  # something else has taken the room
            place = first.headers["Location"]
            for body in (b"b" * PART, in_pieces(b"b" * PART)):
                assert told(client.patch(place, content=body, headers={"Upload-Offset": str(PART)})) == TOLD
                assert int(client.head(place).headers["Upload-Offset"]) - PART <= PART // 2 - SIZE // 20, (
                    "the last of the disk belongs to the database"
                )
            assert client.get("/").status_code == 200
        kept = int(client.head(place).headers["Upload-Offset"])
        rest = client.patch(place, content=b"b" * (2 * PART - kept), headers={"Upload-Offset": str(kept)})
        assert (rest.status_code, rest.headers["Upload-Offset"]) == (204, str(2 * PART))


def test_a_disk_without_a_byte_left_is_told_on_every_door_while_reading_goes_on_and_it_recovers_by_itself(
    tmp_path: Path,
) -> None:
    book = makers.textbook(tmp_path / "toan-8.pdf", 3)
    with on_small_disk(tmp_path, HOCLIEU_DISK_RESERVE="0") as house, house.administrator() as client:
        row = wait_for(client, upload(client, book, approve="true"))
        with ballast(house):
            # the room of its own log is used first
            until(lambda: unit(client, "AB").status_code == 507, otherwise="the database still had room")
            wish = {"login": "quan.tri", "password": PASSWORD}
            for answer in (
                unit(client, "AC"),
                client.post("/api/v1/sign-in", json=wish),
                begin(client, 1000),
                form(client, book),
            ):
                assert told(answer) == TOLD
            page = client.post("/gui", files={"file": ("b.pdf", book.read_bytes(), "application/pdf")}, headers=BROWSER)
            assert (page.status_code, "hết chỗ chứa" in page.text) == (507, True)
            said = inside(house, "import", str(book), "--json")
            assert (said.returncode, '"disk-full"' in said.stdout, "Traceback" in said.stderr) == (2, True, False), (
                said.stderr
            )
            assert "disk: full" in inside(house, "doctor").stdout
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["parts"]["disk"]) == (503, "full")
            for path in (
                "/",
                f"/tl/{row['work_id']}",
                f"/api/v1/works/{row['work_id']}/file",
                "/api/v1/me",
                "/api/v1/deposits",
            ):
                assert client.get(path).status_code == 200, path
            assert client.get("/api/v1/search", params={"q": "tam giac"}).json()["works"]
        assert client.get("/readyz").status_code == 200
        assert unit(client, "AC").status_code == 201
        again = wait_for(client, upload(client, makers.textbook(tmp_path / "toan-9.pdf", 2), approve="true"))
        assert (again["state"], again["searchable"]) == ("ready", True)


def unit(client: httpx.Client, code: str) -> httpx.Response:
    return client.post(
        "/api/v1/units", json={"kind": "school", "code": code, "name": f"THCS {code} " + "dài " * 40, "place": "tinh"}
    )


def form(client: httpx.Client, book: Path) -> httpx.Response:
    return client.post("/api/v1/deposits", files={"file": ("b.pdf", book.read_bytes(), "application/pdf")})


@contextmanager
def ballast(house: RunningHouse, *, leaving: int = 0) -> Iterator[None]:
    """Something else fills the disk for a while, but for so many bytes."""
    assert house.process is not None
    path = Path(f"/proc/{house.process.pid}/root{house.home}/ballast")
    free = os.statvfs(path.parent)
    try:
        with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            left = free.f_bavail * free.f_frsize - leaving
            while left > 0 or not leaving:
                left -= file.write(b"0" * min(65536, left if leaving else 65536))
        yield
    finally:
        path.unlink(missing_ok=True)


def inside(house: RunningHouse, *words: str) -> subprocess.CompletedProcess[Any]:
    """A command on the same disk."""
    assert house.process is not None
    entering = ["nsenter", "-t", str(house.process.pid), "-U", "-m", "--preserve-credentials", f"--wd={Path.cwd()}"]
    command = [*entering, sys.executable, "-m", "api.commands.main", *words]
    return subprocess.run(command, env=house.environment, capture_output=True, text=True, check=False)
