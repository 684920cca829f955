"""The whole way with files in an S3 store: upload, read, look, download; and signed links."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from library import migrations
from library.clock import now
from library.files.s3 import S3Store
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.minio import Minio
from tests.stage import makers

PAGES = 3


@pytest.fixture(scope="module")
def distant(minio: Minio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house whose files lie in the store, which browsers may reach too."""
    home = tmp_path_factory.mktemp("distant") / "var"
    with running(home, **minio.settings(), HOCLIEU_FILES_PUBLIC_URL=f"http://127.0.0.1:{minio.port}") as house:
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
        assert [
            work["id"] for work in pupil.get("/api/v1/search", params={"q": "luyen tap chung"}).json()["works"]
        ] == [opened["work_id"]]
        image = pupil.get(f"/api/v1/works/{opened['work_id']}/pages/2/image")
        assert (image.status_code, image.headers["content-type"], image.content[8:12]) == (200, "image/webp", b"WEBP")
        assert pupil.get(f"/api/v1/works/{opened['work_id']}/thumbnail").content[8:12] == b"WEBP"


def test_what_everybody_may_read_is_fetched_from_the_store_by_a_link_of_one_minute(
    distant: RunningHouse, opened: dict[str, Any], book: Path
) -> None:
    with distant.client() as pupil:
        answer = pupil.get(f"/api/v1/works/{opened['work_id']}/file")
        assert (answer.status_code, answer.headers["cache-control"], answer.headers["referrer-policy"]) == (
            307,
            "no-store",
            "no-referrer",
        )
        assert "Expires=60&" in answer.headers["location"]
        whole = httpx.get(answer.headers["location"])
        assert whole.content == book.read_bytes()
        assert whole.headers["content-disposition"].startswith("attachment; filename*=UTF-8''To%C3%A1n%208%20%E2%80%93")
        assert (
            httpx.get(answer.headers["location"], headers={"Range": "bytes=10-19"}).content == book.read_bytes()[10:20]
        )


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


def test_a_link_is_not_given_for_longer_than_the_work_is_open(distant: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "het-han.pdf", 1, title="Sắp hết hạn")
    with distant.administrator() as client, distant.client() as pupil:
        row = wait_for(client, upload(client, path))
        wish = {
            "version_id": row["version_id"],
            "digest": row["digest"],
            "sight": "public",
            "closes_at": (now() + timedelta(seconds=55)).isoformat(),
        }
        client.post(f"/api/v1/works/{row['work_id']}/publication", json=wish).raise_for_status()
        answer = pupil.get(f"/api/v1/works/{row['work_id']}/file")
        assert (answer.status_code, answer.content) == (200, path.read_bytes()), "a link of one minute would outlive it"


def test_a_house_that_does_not_open_its_store_to_browsers_serves_everything_itself(
    minio: Minio, book: Path, tmp_path: Path
) -> None:
    with running(tmp_path / "var", HOCLIEU_FILES=minio.url("kho-kin")) as house, house.administrator() as client:
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
