"""What every file store behind the port must do alike: on the local disk, on MinIO and on SeaweedFS."""

import hashlib
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from library.files.keys import StoreAway, WrongContent
from library.files.s3 import PART
from library.files.store import FileStore, is_whole, open_store
from tests.conftest import PROJECT
from tests.services.machinery import free_port
from tests.services.minio import Minio
from tests.services.seaweedfs import Seaweedfs
from tests.services.waiting import until

SERVERS: dict[str, type[Minio] | type[Seaweedfs]] = {"minio": Minio, "seaweedfs": Seaweedfs}
NAME = "Đề cương ôn tập – lớp 8 “bản cuối”.pdf"
MB = 1024 * 1024


@pytest.fixture(scope="module", params=["local", *SERVERS])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "local":
        yield f"file://{tmp_path_factory.mktemp('files')}"
        return
    with SERVERS[request.param]() as server:
        yield server.url("kho-hoc-lieu")


@pytest.fixture
def store(url: str) -> FileStore:
    made = open_store(url, public_url=f"http://{url.rpartition('@')[2].partition('/')[0]}" if url.startswith("s3:") else "")
    made.prepare()
    made.prepare()
    return made


def file_of(folder: Path, data: bytes) -> tuple[str, Path]:
    """A file and its key."""
    path = folder / "nguon"
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest(), path


def read(store: FileStore, key: str, **part: int) -> bytes:
    with store.open(key, **part) as stored:
        return stored.read()


def test_what_is_put_twice_is_there_once_and_reads_the_same(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"noi dung" * 1000)
    before = datetime.now(UTC) - timedelta(seconds=5)
    assert [store.put(key, path, "text/plain"), store.put(key, path, "text/plain")] == [True, False]
    stat = store.stat(key)
    assert stat is not None and stat.size == 8000 and before <= stat.kept_at <= datetime.now(UTC) + timedelta(seconds=5)
    assert read(store, key) == path.read_bytes()
    assert [found for found, _ in store.keys(key[:3]) if found == key] == [key]
    assert [found for found, _ in store.keys(key[:9])] == [key]
    assert path.read_bytes() == b"noi dung" * 1000, "the source is left as it was"


def test_bytes_that_hash_to_something_else_are_refused_and_leave_nothing(store: FileStore, tmp_path: Path) -> None:
    _, path = file_of(tmp_path, b"khac")
    with pytest.raises(WrongContent):
        store.put("0" * 64, path, "text/plain")
    assert store.stat("0" * 64) is None
    with pytest.raises(ValueError, match="not a key"):
        store.stat("../../etc/passwd")


def test_any_part_of_a_file_can_be_read(store: FileStore, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    key, path = file_of(tmp_path, data)
    store.put(key, path, "application/octet-stream")
    for start, length in [(0, 1), (0, None), (5, 10), (len(data) - 1, 1), (len(data) - 1, 50), (len(data), None), (len(data) + 7, None), (9, 0)]:
        part = {"start": start} | ({} if length is None else {"length": length})
        assert read(store, key, **part) == data[start : None if length is None else start + length], (start, length)


def test_what_is_not_there_is_said_to_be_absent(store: FileStore) -> None:
    key = hashlib.sha256(b"chua co").hexdigest()
    assert store.stat(key) is None
    for part in ({}, {"start": 3}, {"length": 0}):
        with pytest.raises(FileNotFoundError):
            read(store, key, **part)
    assert list(store.keys(key[:8])) == []


def test_deleting_twice_is_harmless_and_the_same_bytes_may_come_again(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"tam thoi")
    store.put(key, path, "text/plain")
    store.delete(key)
    store.delete(key)
    assert store.stat(key) is None
    assert store.put(key, path, "text/plain")
    assert read(store, key) == b"tam thoi"


def test_an_empty_file_is_a_file(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"")
    store.put(key, path, "text/plain")
    stat = store.stat(key)
    assert (read(store, key), stat and stat.size) == (b"", 0)


def test_a_file_of_many_parts_arrives_whole(store: FileStore, tmp_path: Path) -> None:
    data = os.urandom(MB) * 64 + b"duoi"
    key, path = file_of(tmp_path, data)
    assert store.put(key, path, "video/mp4", hashed=True)
    stat = store.stat(key)
    assert stat and stat.size == len(data)
    assert read(store, key, start=PART - 2, length=4) == data[PART - 2 : PART + 2]
    assert is_whole(store, key)


def test_damage_behind_the_stores_back_is_found_on_demand(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"dung")
    path.write_bytes(b"sai!")
    store.put(key, path, "text/plain", hashed=True)  # as if the disk had turned the bytes afterwards
    assert not is_whole(store, key)
    store.delete(key)


def test_many_who_put_the_same_file_at_once_do_not_disturb_each_other(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, os.urandom(300_000))
    start = threading.Barrier(8)

    def put(_hand: int) -> None:
        start.wait(30)
        store.put(key, path, "text/plain")
        assert read(store, key) == path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(8)))
    assert is_whole(store, key)


def test_a_process_killed_in_the_middle_of_a_put_leaves_nothing_to_see(store: FileStore, url: str, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, os.urandom(MB) * 96)
    program = "import sys, pathlib; from library.files.store import open_store; store = open_store(sys.argv[1]); print('!', flush=True)"
    program += "; store.put(sys.argv[2], pathlib.Path(sys.argv[3]), 'a/b', hashed=True)"
    for delay in (0.0, 0.02, 0.05, 0.15):
        with subprocess.Popen([sys.executable, "-c", program, url, key, str(path)], stdout=subprocess.PIPE, cwd=PROJECT) as putting:
            assert putting.stdout and putting.stdout.readline()
            time.sleep(delay)
            putting.kill()
        stat = store.stat(key)
        if stat is not None:  # it was faster
            assert stat.size == path.stat().st_size and is_whole(store, key)
            store.delete(key)
    assert store.put(key, path, "a/b", hashed=True)
    assert is_whole(store, key)


def fetch(link: str) -> tuple[int, bytes, dict[str, str]]:
    """What a browser gets that has only the link."""
    try:
        with urllib.request.urlopen(link, timeout=10) as answer:
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, b"", {}


def test_attack_20_a_signed_link_opens_one_object_as_a_download_and_nothing_else(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"<script>alert(1)</script>")
    other, other_path = file_of(tmp_path, b"khac han")
    store.put(other, other_path, "text/plain")
    path.write_bytes(b"<script>alert(1)</script>")
    store.put(key, path, "text/html")
    link = store.url(key, seconds=30, name=NAME, media_type="application/octet-stream")
    if link is None:
        return  # the local disk has no address of its own
    status, data, headers = fetch(link)
    assert (status, data) == (200, path.read_bytes())
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''%C4%90%E1%BB%81%20c")
    assert fetch(link.replace(key, other).replace(f"{key[:2]}/{key[2:4]}", f"{other[:2]}/{other[2:4]}"))[0] == 403
    assert fetch(link.replace("attachment", "inline"))[0] == 403
    assert fetch(re.sub(r"Expires=\d+", "Expires=604800", link))[0] == 403
    assert fetch(link.partition("?")[0])[0] == 403
    assert "Expires=300&" in (store.url(key, seconds=86_400, name=NAME, media_type="a/b") or "")


def test_attack_20_a_signed_link_dies(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"chong het han")
    store.put(key, path, "text/plain")
    link = store.url(key, seconds=1, name=NAME, media_type="text/plain")
    if link is None:
        return
    until(lambda: fetch(link)[0] == 403, otherwise="the link did not die")


def test_a_store_that_is_away_is_said_to_be_away_and_is_found_again(tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"con day")
    with Minio() as server:
        store = open_store(server.url())
        with pytest.raises(StoreAway, match="NoSuchBucket"):
            store.put(key, path, "text/plain")
        store.prepare()
        store.put(key, path, "text/plain")
        server.kill()
        for act in (lambda: store.stat(key), lambda: store.open(key), lambda: store.delete(key), lambda: list(store.keys("ab")), store.prepare):
            with pytest.raises(StoreAway):
                act()
        server.start()
        assert read(store, key) == b"con day"


def test_while_one_asks_a_store_that_swallows_everything_the_others_hear_at_once(tmp_path: Path) -> None:
    key, _ = file_of(tmp_path, b"x")
    with Minio() as server:
        store = open_store(server.url())
        store.prepare()
        server.pause()
        try:
            with pytest.raises(StoreAway, match="Timeout"):
                store.stat(key)
            with ThreadPoolExecutor(12) as pool:
                said = list(pool.map(lambda _n: away(store, key), range(12)))
        finally:
            server.resume()
        assert sum("a moment ago" in one for one in said) >= 11 - said.count("")
        assert store.stat(key) is None


def away(store: FileStore, key: str) -> str:
    """What is said of a store that is away."""
    try:
        store.stat(key)
    except StoreAway as error:
        return str(error)
    return ""


def test_wrong_credentials_are_an_absence_with_its_reason(tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"x")
    with Minio() as server, pytest.raises(StoreAway, match=r"InvalidAccessKeyId|AccessDenied"):
        open_store(server.url().replace("thu-vien", "ke-la")).put(key, path, "text/plain")
    with pytest.raises(StoreAway):
        open_store(f"s3://a:b@127.0.0.1:{free_port()}/kho?secure=false").stat(key)
