"""Bad input gets a Vietnamese and an English sentence with a stable code."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.app import create_app
from api.web.errors import BY_KIND, STATUS
from ingest.refusals import Warned
from library.catalogue.same_file import SameFile
from library.errors import Refusal, refusals
from tests.services.house import RunningHouse


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/v1/search?q=" + "a" * 3000, 422, "query-too-long"),
        ("/api/v1/search?q=" + "a" * 10_000, 414, "address-too-long"),
        ("/api/v1/search?q=a&page=0", 422, "not-valid"),
        ("/api/v1/search?q=a&lop=8", 422, "not-valid"),
        ("/api/v1/works/khong-phai-ma", 404, "unknown-work"),
        ("/api/v1/works/%00", 404, "not-found"),
        ("/api/v1/khong-co", 404, "not-found"),
        ("/api/v1/deposits", 401, "sign-in-needed"),
    ],
)
def test_a_problem_says_what_is_wrong_in_both_languages(
    house: RunningHouse, address: str, status: int, code: str
) -> None:
    with house.client() as client:
        answer = client.get(address)
        said = answer.json()
        assert (answer.status_code, said["code"], said["status"]) == (status, code, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert said["vi"] != said["en"]
        assert client.get(address, headers={"Accept-Language": "en"}).json()["detail"] == said["en"]


@pytest.mark.parametrize(
    "q",
    [
        "\x00",
        "a\x00b",
        "\u202eabc",
        "'; DROP TABLE work; --",
        "title:*",
        "((((",
        "*" * 200,
        "\ud7ff" * 50,
        "😀" * 60,
        "-",
        " ",
    ],
    ids=repr,
)
def test_strange_queries_are_answered(house: RunningHouse, published: dict[str, Any], q: str) -> None:
    with house.client() as client:
        for address in (
            "/api/v1/search",
            "/tim",
            f"/api/v1/works/{published['work_id']}/hits",
            f"/doc/{published['work_id']}",
        ):
            assert client.get(address, params={"q": q}).status_code == 200


def test_pages_speak_when_something_is_missing(house: RunningHouse) -> None:
    with house.client(headers={"Accept": "text/html"}) as client:
        missing = client.get("/tl/00000000-0000-0000-0000-000000000000")
        assert (missing.status_code, "Không tìm thấy học liệu" in missing.text) == (404, True)
        assert "was not found" in client.get("/en/tl/00000000-0000-0000-0000-000000000000").text
        assert client.get("/gui").headers["location"].startswith("/dang-nhap?next=")
        assert (
            client.post("/dang-nhap", data={"login": "ai", "password": "sai", "next": "//evil.example"}).status_code
            == 401
        )


def test_nul_bytes_in_json_and_metadata_are_refused(house: RunningHouse) -> None:
    with house.administrator() as client:
        assert client.post("/api/v1/sign-in", json={"login": "a\x00b", "password": "c\x00d"}).status_code == 422
        answer = client.post("/api/v1/uploads", headers={"Upload-Length": "5", "Upload-Metadata": "filename !!!"})
        assert (answer.status_code, answer.json()["code"]) == (400, "metadata-broken")


def test_every_refusal_has_two_sentences_and_every_status_a_refusal() -> None:
    assert create_app.__doc__  # importing the application has imported every refusal
    known = {kind.code: kind for kind in refusals() if kind.code != Refusal.code}
    assert all(kind.vi and kind.en and kind.vi != kind.en for kind in known.values())
    assert set(STATUS) <= set(known)
    assert {
        code
        for code, kind in known.items()
        if code not in STATUS and not issubclass(kind, (*BY_KIND, Warned, SameFile))
    } == set()


def test_a_hundred_clients_read_and_write_and_none_sees_a_server_error(
    house: RunningHouse, published: dict[str, Any]
) -> None:
    work = published["work_id"]
    with house.administrator() as signed_in:
        cookies = dict(signed_in.cookies)

    def live(number: int) -> list[int]:
        with httpx.Client(base_url=house.address, cookies=cookies, timeout=60) as client:
            return [
                client.get("/api/v1/search", params={"q": "tam giac dong dang"}).status_code,
                client.put(f"/api/v1/works/{work}/place", json={"page": 1 + number % 40}).status_code,
                client.get(f"/doc/{work}?p={1 + number % 40}&q=tam").status_code,
                client.post("/api/v1/uploads", headers={"Upload-Length": "10"}).status_code,
                client.get("/").status_code,
            ]

    with ThreadPoolExecutor(100) as pool:
        statuses = [status for row in pool.map(live, range(100)) for status in row]
    assert len(statuses) == 500
    assert {status for status in statuses if status >= 400} == set()


def test_a_huge_body_is_refused_before_it_is_read(house: RunningHouse) -> None:
    with house.client() as client:
        for length in (f"Content-Length: {10**9}", "Transfer-Encoding: chunked"):
            with socket.create_connection(
                (urlsplit(house.address).hostname or "", urlsplit(house.address).port or 0)
            ) as line:
                line.sendall(f"POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode())
                assert b" 413 " in line.recv(4096).split(b"\r\n")[0]
        assert client.get("/livez").status_code == 200


def test_one_time_links_do_not_stand_in_the_log(house: RunningHouse) -> None:
    with house.client() as client:
        client.get("/moi/bi-mat-cua-toi")
        client.get("/api/v1/invitations/bi-mat-cua-toi")
        client.get("/tim", params={"q": "cau hoi rieng tu"})
    log = (house.home.parent / "var.log").read_text()
    assert '"path": "/moi/…"' in log
    assert "bi-mat-cua-toi" not in log and "rieng tu" not in log
