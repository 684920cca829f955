"""The whole way with files in an S3 store: upload, read, look, download; signed links; and what happens while the store is away."""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest import orphans, uploading
from ingest.house import House, open_house
from library import migrations
from library.catalogue import depositing, keeping
from library.catalogue.models import Deposit
from library.clock import now
from library.database import reading_session, transaction
from library.files.keys import hash_of
from library.files.s3 import S3Store
from library.files.store import FileStore
from library.people import inviting
from library.people.models import ADMINISTRATOR
from library.people.sign_in import actor_for
from library.settings import Settings
from tests import makers
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.minio import Minio

PAGES = 3


@pytest.fixture(scope="module")
def store() -> Iterator[Minio]:
    with Minio() as server:
        yield server


@pytest.fixture(scope="module")
def distant(store: Minio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house whose files lie in the store, which browsers may reach too."""
    home = tmp_path_factory.mktemp("distant") / "var"
    with running(home, **store.settings(), HOCLIEU_FILES_PUBLIC_URL=f"http://127.0.0.1:{store.port}") as house:
        yield house


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return makers.textbook(tmp_path_factory.mktemp("book") / "Toán 8 – đề cương.pdf", PAGES)


@pytest.fixture(scope="module")
def opened(distant: RunningHouse, book: Path) -> dict[str, Any]:
    """A book that everybody may read."""
    with distant.administrator() as client:
        return wait_for(client, upload(client, book, approve="true"))


def test_a_book_goes_the_whole_way_through_the_store(distant: RunningHouse, opened: dict[str, Any], book: Path) -> None:
    assert (opened["state"], opened["page_count"]) == ("ready", PAGES)
    assert not (distant.home / "files").exists(), "nothing lies on the house's own disk"
    assert not list((distant.home / "uploads").iterdir())
    with distant.client() as pupil:
        assert [work["id"] for work in pupil.get("/api/v1/search", params={"q": "luyen tap chung"}).json()["works"]] == [opened["work_id"]]
        image = pupil.get(f"/api/v1/works/{opened['work_id']}/pages/2/image")
        assert (image.status_code, image.headers["content-type"], image.content[8:12]) == (200, "image/webp", b"WEBP")
        assert pupil.get(f"/api/v1/works/{opened['work_id']}/thumbnail").content[8:12] == b"WEBP"


def test_what_everybody_may_read_is_fetched_from_the_store_by_a_link_of_one_minute(distant: RunningHouse, opened: dict[str, Any], book: Path) -> None:
    with distant.client() as pupil:
        answer = pupil.get(f"/api/v1/works/{opened['work_id']}/file")
        assert (answer.status_code, answer.headers["cache-control"], answer.headers["referrer-policy"]) == (307, "no-store", "no-referrer")
        assert "Expires=60&" in answer.headers["location"]
        whole = httpx.get(answer.headers["location"])
        assert whole.content == book.read_bytes()
        assert whole.headers["content-disposition"].startswith("attachment; filename*=UTF-8''To%C3%A1n%208%20%E2%80%93")
        assert httpx.get(answer.headers["location"], headers={"Range": "bytes=10-19"}).content == book.read_bytes()[10:20]


def test_what_not_everybody_may_read_always_goes_through_the_house(distant: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "de-thi.pdf", 1, title="Đề thi riêng")
    with distant.administrator() as client, distant.client() as pupil:
        draft = wait_for(client, upload(client, path))
        address = f"/api/v1/works/{draft['work_id']}/file"
        part = client.get(address, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, path.read_bytes()[100:200])
        assert client.get(address).content == path.read_bytes()
        assert client.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416
        assert pupil.get(address).status_code == 404


def test_attack_20_a_revoked_work_gives_no_new_link_and_no_log_holds_one(distant: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "thu-hoi.pdf", 1, title="Sẽ thu hồi")
    with distant.administrator() as client, distant.client() as pupil:
        row = wait_for(client, upload(client, path, approve="true"))
        address = f"/api/v1/works/{row['work_id']}/file"
        link = pupil.get(address).headers["location"]
        signature = link.rpartition("Signature=")[2]
        assert len(signature) == 64 and httpx.get(link).status_code == 200
        assert httpx.get(link.replace(signature, "0" * 64)).status_code == 403
        client.delete(f"/api/v1/works/{row['work_id']}/publication").raise_for_status()
        assert pupil.get(address).status_code == 404, "revoked: no new link"
        kept = client.get(address)
        assert (kept.status_code, kept.content) == (200, path.read_bytes()), "its keepers read it through the house"
    log = (distant.home.parent / f"{distant.home.name}.log").read_text()
    assert '"status": 307' in log
    assert signature not in log and "X-Amz" not in log


def test_a_house_that_does_not_open_its_store_to_browsers_serves_everything_itself(store: Minio, book: Path, tmp_path: Path) -> None:
    with running(tmp_path / "var", HOCLIEU_FILES=store.url("kho-kin")) as house, house.administrator() as client:
        row = wait_for(client, upload(client, book, approve="true"))
        with house.client() as pupil:
            answer = pupil.get(f"/api/v1/works/{row['work_id']}/file")
            assert (answer.status_code, answer.content) == (200, book.read_bytes())
            assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''To%C3%A1n")


def test_migrate_makes_schema_and_bucket_once_and_says_when_the_store_is_away(tmp_path: Path) -> None:
    with Minio() as store:
        house = RunningHouse(tmp_path / "var", HOCLIEU_FILES=store.url("kho-moi"))
        for _ in range(2):
            done = house.command("migrate", "--json")
            assert (done.returncode, json.loads(done.stdout)) == (0, {"revision": migrations.head(), "files": "ready"})
        assert S3Store(store.url("kho-moi")).reader.bucket_exists("kho-moi")
        store.kill()
        done = house.command("migrate")
        assert (done.returncode, "The file store is away" in done.stderr) == (2, True)


class Downloads:
    """Readers who fetch pages and files again and again, and what they were told."""

    def __init__(self, house: RunningHouse, work_id: str) -> None:
        self.paths = {"catalogue": f"/api/v1/works/{work_id}", "search": "/api/v1/search?q=luyen", "image": f"/api/v1/works/{work_id}/pages/1/image"}
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


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_while_the_store_is_away_the_catalogue_goes_on_and_nothing_accepted_is_lost(how: str, tmp_path: Path) -> None:
    with Minio() as store, running(tmp_path / "var", HOCLIEU_LEASE_SECONDS="4", **store.settings()) as house, house.administrator() as client:
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
            wait_until(lambda: all(len(told) > seen[kind] + 20 for kind, told in readers.told.items()))
            before = {kind: set(told[seen[kind] :]) for kind, told in readers.told.items()}
            store.start()
            wait_until(lambda: client.get("/readyz").status_code == 200)
            assert client.head(location).headers["Upload-Offset"] == str(len(late)), "goes on at the offset at which it stood"
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
                wait_until(lambda: "MaxRetryError" in str(work_row(house)[0]))
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


def wait_until(met: Callable[[], object], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.05)


@pytest.fixture(params=["local", "s3"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An opened house for orphans."""
    files = request.getfixturevalue("store").url("mo-coi") if request.param == "s3" else ""
    yield (found := open_house(Settings(home=tmp_path / "var", files=files)))
    found.engine.dispose()


def test_files_that_no_row_names_go_after_a_day_and_no_others(house: House, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mo coi" + str(tmp_path).encode())
    lost, named = hash_of(tmp_path / "a"), received(house, b"co chu" + str(tmp_path).encode())
    house.files.put(lost, tmp_path / "a", "text/plain")
    beginnings, moment = [lost[:3], named[:3]], datetime.now(UTC)
    assert orphans.collect(house, beginnings, at=moment + timedelta(hours=23)) == 0
    assert orphans.collect(house, beginnings, at=moment + timedelta(hours=25)) == 1
    assert (house.files.stat(lost), house.files.stat(named) is not None) == (None, True)
    assert orphans.collect(house, beginnings, at=moment + timedelta(hours=25)) == 0


def test_a_file_that_somebody_named_meanwhile_is_not_removed(house: House, tmp_path: Path) -> None:
    key = received(house, b"hai nguoi gui" + str(tmp_path).encode())
    with transaction(house.engine) as session:
        assert keeping.discard_unnamed(session, house.files, [key]) == 0
    assert house.files.stat(key) is not None


class SweptOnce:
    """The store of a house in which an orphan is swept away right after somebody found it there."""

    def __init__(self, store: FileStore) -> None:
        self.store, self.swept = store, 0

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> bool:
        new = self.store.put(key, path, media_type, hashed=hashed)
        if not new:
            self.store.delete(key)
            self.swept += 1
        return new

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def test_no_row_names_a_file_that_a_sweep_took_between_the_store_and_the_row(house: House, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"den lai" + str(tmp_path).encode())
    key = hash_of(tmp_path / "a")
    house.files.put(key, tmp_path / "a", "text/plain")
    sweeping = SweptOnce(house.files)
    assert received(replace(house, files=sweeping), (tmp_path / "a").read_bytes()) == key
    assert sweeping.swept == 1
    assert house.files.stat(key) is not None


def received(house: House, data: bytes) -> str:
    """A deposit with these bytes; its key."""
    with transaction(house.engine) as session:
        login = f"nguoi-{len(data)}-{data[:2].hex()}"
        actor = actor_for(session, inviting.add_person(session, login, "Lan", ADMINISTRATOR, inviting.province(session), at=now()), at=now())
        wish = {"name": "tep.bin", "size": len(data), "media_type": None, "sight": "public", "approve": False}
        deposit_id = depositing.begin(session, **wish, by=actor, at=now(), lasts=house.upload_lasts).id  # type: ignore[arg-type]
    uploading.staging_path(house, deposit_id).write_bytes(data)
    with uploading.locked(house, deposit_id):
        uploading.finish(house, deposit_id, at=now())
    with reading_session(house.engine) as session:
        return session.get_one(Deposit, deposit_id).key or ""


def test_all_keys_have_their_turn_within_a_day() -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    turns = {one for minute in range(24 * 60) for one in orphans.slices_of(start + timedelta(minutes=minute))}
    assert len(turns) == orphans.SLICES
