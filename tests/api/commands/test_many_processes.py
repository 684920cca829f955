"""Several processes for one house: an orderly end loses nothing, and a restart in turn is not noticed by anybody."""

import fcntl
import re
import socket
import threading
import uuid
from base64 import b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.commands.serving import config_of
from library.house import open_house
from library.settings import Settings
from tests.services.house import RunningHouse, upload, wait_for
from tests.services.machinery import free_port
from tests.services.nginx import CONTENT, TEMPLATE, Nginx
from tests.services.postgres import Postgres
from tests.services.waiting import until
from tests.stage import makers

RATE, ROUNDS = 50, 2  # requests a second; restarts of each process


def test_a_request_that_runs_is_finished_before_the_process_ends(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path / "var").start()
    with house.administrator() as client:
        headers = {"Upload-Length": "6", "Upload-Metadata": f"filename {b64encode(b'a.bin').decode()}"}
        location = client.post("/api/v1/uploads", headers=headers).headers["Location"]
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = urlsplit(house.address)
    head = (
        f"PATCH {location} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\nUpload-Offset: "
        "0\r\nContent-Length: 6\r\n\r\n"
    )
    assert house.process is not None
    with socket.create_connection((address.hostname or "", address.port or 0)) as line:
        line.sendall(head.encode() + b"abc")
        upload_id = location.rsplit("/", 1)[-1]
        until(lambda: is_held(house.home / "uploads" / upload_id.replace("-", "")))
        house.process.terminate()
        until(lambda: not takes_new(address.port or 0))
        assert house.process.poll() is None
        line.sendall(b"def")
        assert line.recv(1000).startswith(b"HTTP/1.1 204")
    assert house.process.wait(30) == 0


@pytest.mark.full
def test_leases_are_given_back_at_an_orderly_end(tmp_path: Path) -> None:
    scan = makers.scanned(makers.textbook(tmp_path / "b.pdf", 12), tmp_path / "scan.pdf", range(1, 13))
    house = RunningHouse(tmp_path / "var", HOCLIEU_LEASE_SECONDS="600").start()
    try:
        with house.administrator() as client:
            deposit_id = upload(client, scan)
            until(lambda: client.get(f"/api/v1/deposits/{deposit_id}").json()["step"] == "recognise")
        assert row(house) != (None, None, 0)
        house.stop()
        assert row(house) == (None, None, 0), "free at once, and the try does not count"
        house.start()
        with house.administrator() as client:
            assert wait_for(client, deposit_id, seconds=300)["state"] == "ready"
    finally:
        house.stop()


def test_serve_without_a_worker_leaves_the_work_to_others(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path / "var")
    house.more = ["--no-worker"]
    house.start()
    try:
        with house.administrator() as client:
            deposit_id = upload(client, makers.textbook(tmp_path / "b.pdf", 2))
            assert client.get(f"/api/v1/deposits/{deposit_id}").json()["state"] == "waiting"
            worker = house.background("work")
            try:
                assert wait_for(client, deposit_id)["state"] == "ready"
            finally:
                worker.terminate()
            assert worker.wait(30) == 0
    finally:
        house.stop()


@pytest.mark.full
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_two_processes_restarted_in_turn_behind_the_proxy_fail_no_request_that_may_be_repeated(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = {"HOCLIEU_TRUSTED_PROXIES": "127.0.0.1"}
    if database == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        settings |= server.house(f"turns_{uuid.uuid4().hex}")
    houses = [RunningHouse(tmp_path / "var", HOCLIEU_PORT=str(free_port()), **settings) for _ in range(2)]
    for house in houses:
        house.more = ["--no-worker"]
        house.start()
    try:
        with Nginx(*(urlsplit(house.address).netloc for house in houses)) as proxy, proxy.client() as client:
            done = threading.Event()
            with ThreadPoolExecutor(1) as pool:
                answers = pool.submit(steady, client, done)
                for _ in range(ROUNDS):
                    for house in houses:
                        house.stop()
                        house.start()
                done.set()
                statuses = answers.result()
    finally:
        for house in houses:
            house.stop()
    assert len(statuses) > RATE
    assert set(statuses) == {200}, {status: statuses.count(status) for status in set(statuses)}


def steady(client: httpx.Client, done: threading.Event) -> list[int]:
    """Requests at a steady rate until told to stop: what was answered to each; 0: nothing."""

    def ask(path: str) -> int:
        try:
            return client.get(path).status_code
        except httpx.HTTPError:
            return 0

    paths = ("/", "/livez", "/api/v1/search?q=toan", "/version", "/dang-nhap")
    asked: list[Future[int]] = []
    with ThreadPoolExecutor(32) as pool:
        while not done.wait(1 / RATE):
            asked.append(pool.submit(ask, paths[len(asked) % len(paths)]))
    return [one.result() for one in asked]


def test_the_proxy_lets_an_idle_connection_go_before_the_house_does(tmp_path: Path) -> None:
    [kept] = re.findall(r"keepalive_timeout (\d+)s", TEMPLATE.read_text())
    house = open_house(Settings(home=tmp_path / "var"))
    assert int(kept) < config_of(house).timeout_keep_alive - 1, "else a request is lost with the connection"


def test_the_proxy_has_two_names_that_share_nothing_and_refuses_any_other(house: RunningHouse) -> None:
    behind = urlsplit(house.address).netloc
    with Nginx(behind, behind) as proxy:
        assert "test is successful" in proxy.check().stderr
        with proxy.client() as client:
            answer = client.get("/")
            assert (answer.status_code, answer.headers["strict-transport-security"]) == (200, "max-age=31536000")
            assert answer.headers["content-encoding"] == "gzip"
            assert client.post("/api/v1/sign-in", json={}).status_code == 422
            assert client.get("/metrics").status_code == 404, "who comes through the proxy is not this machine"
        with proxy.client(CONTENT) as client:
            assert {client.get(path).status_code for path in ("/", "/dang-nhap", "/api/v1/home", "/livez")} == {404}
        with httpx.Client() as client:
            plain = client.get(f"http://127.0.0.1:{proxy.plain}/tim?q=toan")
            assert (plain.status_code, plain.headers["location"]) == (301, "https://thu-vien.test/tim?q=toan")
        with proxy.client("la.test") as client, pytest.raises(httpx.ConnectError):
            client.get("/")


def is_held(path: Path) -> bool:
    """Whether a request holds the file of this upload."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def takes_new(port: int) -> bool:
    """Whether somebody still listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def row(house: RunningHouse) -> tuple[str | None, str | None, int]:
    """Lease and tries of the one deposit."""
    [(holder, until, attempts)] = house.ask("SELECT leased_by, lease_until, attempts FROM deposit")
    return holder, until, attempts
