"""What only a store behind the network has: links that are signed, and absences."""

import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from library.files.keys import StoreAway
from library.files.store import FileStore, open_store
from tests.contracts.stores import SERVERS, file_of, read
from tests.services.machinery import free_port
from tests.services.minio import Minio
from tests.services.waiting import until

NAME = "Đề cương ôn tập – lớp 8 “bản cuối”.pdf"
BEHIND_THE_NETWORK = pytest.mark.parametrize("store_url", [*SERVERS], indirect=True)


def fetch(link: str) -> tuple[int, bytes, dict[str, str]]:
    """What a browser gets that has only the link."""
    try:
        with urllib.request.urlopen(link, timeout=10) as answer:
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, b"", {}


@BEHIND_THE_NETWORK
def test_attack_20_a_signed_link_opens_one_object_as_a_download_and_nothing_else(
    store: FileStore, tmp_path: Path
) -> None:
    key, path = file_of(tmp_path, b"<script>alert(1)</script>")
    other, other_path = file_of(tmp_path, b"khac han")
    store.put(other, other_path, "text/plain")
    path.write_bytes(b"<script>alert(1)</script>")
    store.put(key, path, "text/html")
    link = store.url(key, seconds=30, name=NAME, media_type="application/octet-stream")
    assert link is not None
    status, data, headers = fetch(link)
    assert (status, data) == (200, path.read_bytes())
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''%C4%90%E1%BB%81%20c")
    assert fetch(link.replace(key, other).replace(f"{key[:2]}/{key[2:4]}", f"{other[:2]}/{other[2:4]}"))[0] == 403
    assert fetch(link.replace("attachment", "inline"))[0] == 403
    assert fetch(re.sub(r"Expires=\d+", "Expires=604800", link))[0] == 403
    assert fetch(link.partition("?")[0])[0] == 403
    assert "Expires=300&" in (store.url(key, seconds=86_400, name=NAME, media_type="a/b") or "")


@BEHIND_THE_NETWORK
def test_attack_20_a_signed_link_dies(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"chong het han")
    store.put(key, path, "text/plain")
    link = store.url(key, seconds=1, name=NAME, media_type="text/plain")
    assert link is not None
    until(lambda: fetch(link)[0] == 403, otherwise="the link did not die")


@pytest.mark.parametrize("store_url", ["local"], indirect=True)
def test_the_local_disk_has_no_address_that_a_link_could_name(store: FileStore, tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"tren dia")
    store.put(key, path, "text/plain")
    assert store.url(key, seconds=30, name=NAME, media_type="text/plain") is None


@BEHIND_THE_NETWORK
def test_a_store_whose_address_browsers_are_not_told_gives_no_link(
    store_url: str, store: FileStore, tmp_path: Path
) -> None:
    key, path = file_of(tmp_path, b"sau nha")
    store.put(key, path, "text/plain")
    assert open_store(store_url).url(key, seconds=30, name=NAME, media_type="text/plain") is None


def test_a_store_that_is_away_is_said_to_be_away_and_is_found_again(tmp_path: Path) -> None:
    key, path = file_of(tmp_path, b"con day")
    with Minio() as server:
        store = open_store(server.url())
        with pytest.raises(StoreAway, match="NoSuchBucket"):
            store.put(key, path, "text/plain")
        store.prepare()
        store.put(key, path, "text/plain")
        server.kill()
        for act in (
            lambda: store.stat(key),
            lambda: store.open(key),
            lambda: store.delete(key),
            lambda: list(store.keys("ab")),
            store.prepare,
        ):
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
