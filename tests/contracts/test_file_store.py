"""What every file store behind the port must do alike: on the local disk, on MinIO and on SeaweedFS."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from library.files.keys import WrongContent
from library.files.s3 import PART
from library.files.store import FileStore, is_whole
from tests.contracts.stores import file_of, read
from tests.stage.project import PROJECT

MB = 1024 * 1024


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
    for start, length in [
        (0, 1),
        (0, None),
        (5, 10),
        (len(data) - 1, 1),
        (len(data) - 1, 50),
        (len(data), None),
        (len(data) + 7, None),
        (9, 0),
    ]:
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


@pytest.mark.slow
def test_a_process_killed_in_the_middle_of_a_put_leaves_nothing_to_see(
    store: FileStore, store_url: str, tmp_path: Path
) -> None:
    key, path = file_of(tmp_path, os.urandom(MB) * 96)
    program = (
        "import sys, pathlib; from library.files.store import open_store; store = open_store(sys.argv[1]); print('!', "
        "flush=True)"
    )
    program += "; store.put(sys.argv[2], pathlib.Path(sys.argv[3]), 'a/b', hashed=True)"
    for delay in (0.0, 0.02, 0.05, 0.15):
        with subprocess.Popen(
            [sys.executable, "-c", program, store_url, key, str(path)], stdout=subprocess.PIPE, cwd=PROJECT
        ) as putting:
            assert putting.stdout and putting.stdout.readline()
            time.sleep(delay)
            putting.kill()
        stat = store.stat(key)
        if stat is not None:  # it was faster
            assert stat.size == path.stat().st_size and is_whole(store, key)
            store.delete(key)
    assert store.put(key, path, "a/b", hashed=True)
    assert is_whole(store, key)
