"""The store stops or dies while people read and send: the catalogue goes on, nothing accepted is lost, and work waits
for it.
"""

import json
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.minio import Minio
from tests.services.waiting import until
from tests.stage import makers


class Downloads:
    """Readers who fetch pages and files again and again, and what they were told."""

    def __init__(self, house: RunningHouse, work_id: str) -> None:
        self.paths = {
            "catalogue": f"/api/v1/works/{work_id}",
            "search": "/api/v1/search?q=luyen",
            "image": f"/api/v1/works/{work_id}/pages/1/image",
        }
        self.house, self.stop = house, threading.Event()
        self.told: dict[str, list[int]] = {kind: [] for kind in self.paths}
        self.answers: list[httpx.Response] = []

    def read(self, kind: str) -> None:
        with self.house.client() as client:
            while not self.stop.is_set():
                answer = client.get(self.paths[kind])
                self.told[kind].append(answer.status_code)
                if answer.status_code == 503:
                    self.answers.append(answer)


@pytest.mark.parametrize("how", [pytest.param("stopped", marks=pytest.mark.full), "killed"])
def test_while_the_store_is_away_the_catalogue_goes_on_and_nothing_accepted_is_lost(how: str, tmp_path: Path) -> None:
    with (
        Minio() as store,
        running(tmp_path / "var", HOCLIEU_LEASE_SECONDS="4", **store.settings()) as house,
        house.administrator() as client,
    ):
        first = wait_for(client, upload(client, makers.textbook(tmp_path / "a.pdf", 2), approve="true"))
        late = makers.textbook(tmp_path / "b.pdf", 2, title="Gửi lúc kho nghỉ").read_bytes()
        readers = Downloads(house, first["work_id"])
        with ThreadPoolExecutor(6) as pool:
            running_ones = [pool.submit(readers.read, kind) for kind in (*readers.paths, *readers.paths)]
            store.stop() if how == "stopped" else store.kill()
            location = begin(client, len(late))
            assert patch(client, location, 0, late[:1000]).headers["Upload-Offset"] == "1000"
            refused = patch(client, location, 1000, late[1000:])
            assert (refused.status_code, refused.json()["code"]) == (503, "files-away")
            assert int(refused.headers["retry-after"]) > 0
            assert client.head(location).status_code == 503, "not said to be complete before it is safe"
            assert (client.get("/livez").status_code, client.get("/readyz").status_code) == (200, 503)
            form = client.post("/api/v1/deposits", files={"file": ("c.pdf", late, "application/pdf")})
            assert (form.status_code, form.json()["code"]) == (503, "files-away")
            seen = {kind: len(told) for kind, told in readers.told.items()}
            until(lambda: all(len(told) > seen[kind] + 20 for kind, told in readers.told.items()))
            before = {kind: set(told[seen[kind] :]) for kind, told in readers.told.items()}
            store.start()
            until(lambda: client.get("/readyz").status_code == 200)
            assert client.head(location).headers["Upload-Offset"] == str(len(late)), (
                "goes on at the offset at which it stood"
            )
            readers.stop.set()
            for one in running_ones:
                one.result()
        assert before == {"catalogue": {200}, "search": {200}, "image": {503}}
        assert all(int(one.headers["retry-after"]) > 0 and one.json()["vi"] for one in readers.answers)
        row = wait_for(client, location.rsplit("/", 1)[-1])
        assert row["state"] == "ready"
        assert client.get(f"/api/v1/works/{row['work_id']}/file").content == late
        assert len(client.get("/api/v1/deposits").json()["deposits"]) == 2, "the form left nothing behind"
        missing = [one for one in doctor(house) if one["name"] == "files" and one["state"] != "ok"]
        assert missing == []


@pytest.mark.full
def test_work_in_hand_waits_for_the_store_and_is_never_set_aside(tmp_path: Path) -> None:
    with Minio() as store:
        house = RunningHouse(tmp_path / "var", **store.settings())
        house.more = ["--no-worker"]
        house.start()
        try:
            with house.administrator() as client:
                deposit_id = upload(client, makers.textbook(tmp_path / "a.pdf", 1))
            store.kill()
            worker = house.background("work")
            try:
                until(lambda: "MaxRetryError" in str(work_row(house)[0]))
                assert work_row(house)[1:] == (0, None)
                store.start()
                with house.administrator() as client:
                    assert wait_for(client, deposit_id, searchable=False)["state"] == "ready"
            finally:
                worker.terminate()
                worker.wait(30)
        finally:
            house.stop()


def work_row(house: RunningHouse) -> tuple[str | None, int, str | None]:
    """What the one deposit says of its work."""
    [(error, attempts, aside)] = house.ask("SELECT last_error, attempts, set_aside_at FROM deposit")
    return error, attempts, aside


def doctor(house: RunningHouse) -> list[dict[str, Any]]:
    """What the doctor finds."""
    return [json.loads(line) for line in house.command("doctor", "--json").stdout.splitlines()]


def begin(client: httpx.Client, size: int) -> str:
    headers = {"Upload-Length": str(size), "Upload-Metadata": f"filename {b64encode(b'tep.pdf').decode()}"}
    return str(client.post("/api/v1/uploads", headers=headers).raise_for_status().headers["Location"])


def patch(client: httpx.Client, location: str, offset: int, data: bytes) -> httpx.Response:
    return client.patch(location, content=data, headers={"Upload-Offset": str(offset)})
