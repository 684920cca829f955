"""Bytes on their way in: cuts, wrong offsets, wrong checksums, other people's uploads, bad files; nothing half-made
stays.
"""

import hashlib
import os
import socket
import time
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tusclient.client import TusClient

from api.deposits.tus import MOST_METADATA
from library.catalogue.card_fields import LONGEST, LONGEST_KEYWORD, MOST_KEYWORDS
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.waiting import until
from tests.stage import makers


def begin(client: httpx.Client, size: int, name: str = "tep.pdf") -> str:
    metadata = f"filename {b64encode(name.encode()).decode()}"
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata}
    return str(client.post("/api/v1/uploads", headers=headers).raise_for_status().headers["Location"])


def patch(client: httpx.Client, location: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
    return client.patch(
        location,
        content=data,
        headers={"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **headers},
    )


def test_an_upload_goes_on_where_the_line_was_cut(house: RunningHouse, tmp_path: Path) -> None:
    data = makers.textbook(tmp_path / "b.pdf", 3).read_bytes()
    with house.administrator() as client:
        location = begin(client, len(data))
        assert patch(client, location, 0, data[:1000]).headers["Upload-Offset"] == "1000"
        refused = patch(client, location, 500, data[500:])
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong-offset")
        assert client.head(location).headers["Upload-Offset"] == "1000"
        assert patch(client, location, 1000, data[1000:]).status_code == 204
        row = wait_for(client, location.rsplit("/", 1)[-1])
        assert (row["state"], row["page_count"], row["work_state"]) == ("ready", 3, "draft")
        stored = client.get(f"/api/v1/works/{row['work_id']}/file").content
        assert hashlib.sha256(stored).digest() == hashlib.sha256(data).digest()


def test_a_server_started_again_in_the_middle_goes_on_and_keeps_the_same_bytes(tmp_path: Path) -> None:
    data = makers.textbook(tmp_path / "b.pdf", 3).read_bytes()
    with running(tmp_path / "var") as house:
        with house.administrator() as client:
            location = begin(client, len(data))
            assert patch(client, location, 0, data[:1000]).status_code == 204
        house.kill()
        house.start()
        with house.administrator() as client:
            assert client.head(location).headers["Upload-Offset"] == "1000"
            assert patch(client, location, 1000, data[1000:2000]).status_code == 204
            assert patch(client, location, 2000, data[2000:]).status_code == 204
            wait_for(client, location.rsplit("/", 1)[-1])
        key = hashlib.sha256(data).hexdigest()
        assert (house.home / "files" / key[:2] / key[2:4] / key).read_bytes() == data


def test_a_part_sent_again_after_a_wrong_checksum_leaves_no_trace_in_what_is_kept(
    house: RunningHouse, tmp_path: Path
) -> None:
    data = makers.textbook(tmp_path / "b.pdf", 2, title="Sau lần gửi hỏng").read_bytes()
    with house.administrator() as client:
        location = begin(client, len(data))
        assert patch(client, location, 0, data[:500]).status_code == 204
        told = b64encode(hashlib.sha256(data[500:]).digest()).decode()
        assert (
            patch(client, location, 500, b"x" * (len(data) - 500), **{"Upload-Checksum": f"sha256 {told}"}).status_code
            == 460
        )
        assert patch(client, location, 500, data[500:], **{"Upload-Checksum": f"sha256 {told}"}).status_code == 204
        row = wait_for(client, location.rsplit("/", 1)[-1])
        assert client.get(f"/api/v1/works/{row['work_id']}/file").content == data


def test_what_arrived_before_a_line_was_cut_is_kept_and_hashed_right(house: RunningHouse, tmp_path: Path) -> None:
    data = makers.textbook(tmp_path / "b.pdf", 2, title="Đứt giữa chừng").read_bytes()
    with house.administrator() as client:
        location = begin(client, len(data))
        address = urlsplit(house.address)
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        length = f"Upload-Offset: 0\r\nContent-Length: {len(data)}\r\nExpect: 100-continue"
        head = f"PATCH {location} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\n{length}\r\n\r\n"
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as line:
            line.sendall(head.encode())
            # the server reads now: what comes from here on has arrived
            assert line.recv(100).startswith(b"HTTP/1.1 100")
            line.sendall(data[:5000])
        offset = settled_offset(client, location)
        assert offset == 5000
        assert patch(client, location, offset, data[offset:]).status_code == 204
        row = wait_for(client, location.rsplit("/", 1)[-1])
        assert client.get(f"/api/v1/works/{row['work_id']}/file").content == data


def settled_offset(client: httpx.Client, location: str) -> int:
    """The offset once the server has noticed the cut."""
    end = time.monotonic() + 60
    while (offset := int(client.head(location).headers["Upload-Offset"])) == 0 and time.monotonic() < end:
        time.sleep(0.05)
    return offset


def test_a_part_with_a_wrong_checksum_is_dropped(house: RunningHouse) -> None:
    with house.administrator() as client:
        location = begin(client, 100)
        wrong = patch(client, location, 0, b"x" * 50, **{"Upload-Checksum": f"sha1 {b64encode(b'0' * 20).decode()}"})
        assert (wrong.status_code, wrong.json()["code"]) == (460, "wrong-checksum")
        assert client.head(location).headers["Upload-Offset"] == "0"
        right = b64encode(hashlib.sha256(b"x" * 50).digest()).decode()
        assert patch(client, location, 0, b"x" * 50, **{"Upload-Checksum": f"sha256 {right}"}).status_code == 204
        assert client.delete(location).status_code == 204
        assert client.head(location).status_code == 404


def test_two_windows_at_one_offset_never_mix_their_bytes(house: RunningHouse) -> None:
    size = 400_000
    with house.administrator() as client, ThreadPoolExecutor(2) as pool:
        for number in range(10):
            location = begin(client, size + 1, f"cung-luc-{number}.bin")
            answers = list(pool.map(lambda letter, to=location: patch(client, to, 0, letter * size), (b"a", b"b")))
            assert sorted(one.status_code for one in answers)[0] == 204
            assert {one.status_code for one in answers} <= {204, 409, 423}
            assert [one.status_code for one in answers].count(204) == 1
            assert client.head(location).headers["Upload-Offset"] == str(size)
            staged = (house.home / "uploads" / uuid.UUID(location.rsplit("/", 1)[-1]).hex).read_bytes()
            assert staged in (b"a" * size, b"b" * size)


def test_an_unfinished_upload_says_when_it_expires_and_is_forgotten_then(tmp_path: Path) -> None:
    with running(tmp_path / "var", HOCLIEU_UPLOAD_DAYS="0.00001") as house, house.administrator() as client:
        created = client.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"})
        assert created.headers["Upload-Expires"].endswith("GMT")
        house.stop()
        for staged in (house.home / "uploads").iterdir():
            os.utime(staged, (time.time() - 600,) * 2)  # nobody has touched it for ten minutes
        house.start()  # the sweep comes with the worker
        with house.administrator() as again:
            until(
                lambda: again.head(created.headers["Location"]).status_code == 404,
                otherwise="an expired upload was kept",
            )
        assert list((house.home / "uploads").iterdir()) == []


def test_more_bytes_than_announced_are_refused(house: RunningHouse) -> None:
    with house.administrator() as client:
        location = begin(client, 10)
        assert patch(client, location, 0, b"y" * 20).json()["code"] == "file-too-large"


def test_an_empty_metadata_header_and_a_real_tus_client_are_welcome(house: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "b.pdf", 2)
    with house.administrator() as client:
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        uploader = TusClient(f"{house.address}/api/v1/uploads", headers={"Cookie": cookies}).uploader(
            str(path), chunk_size=4096
        )
        uploader.upload()
        row = wait_for(client, str(uploader.url).rsplit("/", 1)[-1])
        assert (row["state"], row["name"]) == ("ready", "tep")


def test_a_card_that_is_full_to_the_brim_goes_along_with_its_file(house: RunningHouse) -> None:
    card = {name: "ệ" * most for name, most in LONGEST.items()} | {
        "keywords": ",".join(f"{number:02}{'ệ' * (LONGEST_KEYWORD - 2)}" for number in range(MOST_KEYWORDS))
    }
    with house.administrator() as client:
        said = {"filename": "tep.pdf", **card}
        metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in said.items())
        assert len(metadata) <= MOST_METADATA
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": metadata}
        assert client.post("/api/v1/uploads", headers=headers).status_code == 201


def test_uploads_of_others_do_not_exist_and_visitors_must_sign_in(house: RunningHouse) -> None:
    with house.administrator() as client, house.client() as visitor:
        location = begin(client, 10)
        assert visitor.head(location).status_code == 401
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "3"}
        assert visitor.post("/api/v1/uploads", headers=headers).json()["code"] == "sign-in-needed"
        assert client.head("/api/v1/uploads/00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (makers.jpeg_called_pdf, "not-the-type-it-claims"),
        (makers.encrypted, "encrypted"),
        (makers.page_less, "no-pages"),
        (makers.truncated, "damaged"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_leaves_nothing(
    house: RunningHouse, tmp_path: Path, make: object, code: str
) -> None:
    path = make(tmp_path / "xau.pdf")  # type: ignore[operator]
    with house.administrator() as client:
        row = wait_for(client, upload(client, path))
        assert (row["state"], row["code"], row["work_id"]) == ("refused", code, None)
        assert row["sentence"]
        key = hashlib.sha256(path.read_bytes()).hexdigest()
        kept = house.home / "files" / key[:2] / key[2:4] / key
        until(lambda: not kept.exists(), seconds=30)  # its bytes go when the refusal has been written
        assert client.delete(f"/api/v1/deposits/{row['id']}").status_code == 204


def test_an_empty_file_by_the_form_is_refused_and_a_small_one_taken(house: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "b.pdf", 1)
    with house.administrator() as client:
        empty = client.post("/api/v1/deposits", files={"file": ("rong.pdf", b"", "application/pdf")})
        assert wait_for(client, empty.json()["id"])["code"] == "empty-file"
        taken = client.post(
            "/api/v1/deposits",
            files={"file": ("e\u0301t\u202e.pdf", path.read_bytes(), "application/pdf")},
            data={"approve": "true", "sight": "public", "licence": "CC-BY-4.0"},
        )
        row = wait_for(client, taken.json()["id"])
        assert (taken.status_code, row["name"], row["work_state"]) == (201, "ét.pdf", "published")
        big = client.post("/api/v1/deposits", files={"file": ("to.pdf", b"0" * (8 * 1024**2 + 1), "application/pdf")})
        assert (big.status_code, big.json()["code"]) == (413, "form-too-large")


def test_a_file_larger_than_the_limit_is_refused_before_it_travels(house: RunningHouse) -> None:
    with house.administrator() as client:
        answer = client.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(10**15)})
        assert answer.json()["code"] == "file-too-large"
