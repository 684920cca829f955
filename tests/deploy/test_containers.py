"""docker-compose.yml, started: what an operator does by docs/deploy.md, on real containers; and what must hold between
them.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.deploy import standins
from tests.deploy.province import HOUSE, NAME, Province, needs_docker
from tests.services.house import PASSWORD, upload, wait_for
from tests.services.nginx import CONTENT
from tests.services.waiting import at_work, until
from tests.stage import makers

pytestmark = pytest.mark.full

RUNNING = ("elasticsearch", "minio", "postgres", "proxy", "serve-1", "serve-2", "work")
LOGIN = "quan.tri"


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """Built and started; its administrator has chosen a password."""
    needs_docker()
    standins.ready()
    province = Province(tmp_path_factory.mktemp("province"))
    province.unpack()
    try:
        province.compose("build")
        province.compose("up", "--detach")
        until(lambda: healthy(province) == set(RUNNING), otherwise="not everything became healthy")
        link = province.hoclieu("user", "add", LOGIN, "--role", "administrator").split("/moi/")[1].strip()
        with province.client() as door:
            door.post(
                f"/api/v1/invitations/{link}", json={"name": "Trần Thị Quản", "login": LOGIN, "password": PASSWORD}
            ).raise_for_status()
        yield province
    finally:
        province.down()


@pytest.fixture(scope="module")
def book(province: Province, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A textbook that was sent through the proxy and is published: its work's id, and the file."""
    path = makers.textbook(tmp_path_factory.mktemp("books") / "toan-8-tap-2.pdf", 40)
    with signed_in(province) as client:
        row = wait_for(client, upload(client, path, approve="true", sight="public"))
    assert row["work_state"] == "published", row
    return str(row["work_id"]), path


def healthy(province: Province) -> set[str]:
    """The services whose every container says so."""
    rows = [json.loads(line) for line in province.compose("ps", "--format", "json").splitlines()]
    ill = {row["Service"] for row in rows if row["Health"] != "healthy"}
    return {row["Service"] for row in rows} - ill


@contextmanager
def signed_in(province: Province) -> Iterator[httpx.Client]:
    """The administrator."""
    with province.client() as client:
        client.post("/api/v1/sign-in", json={"login": LOGIN, "password": PASSWORD}).raise_for_status()
        yield client


def met(province: Province, work: str) -> tuple[list[str], int, bytes]:
    """What a stranger meets: the works found by words without marks, the page of the first, and the bytes of the
    file.
    """
    with province.client() as stranger:
        found = stranger.get("/api/v1/search", params={"q": "dinh li thales dao"}).raise_for_status().json()
        data = stranger.get(f"/api/v1/works/{work}/file").raise_for_status().content
        return [one["id"] for one in found["works"]], found["works"][0]["pages"][0]["number"], data


def sent(book: tuple[str, Path]) -> tuple[list[str], int, bytes]:
    """The same of the book as it was sent."""
    return [book[0]], makers.KEY_PAGE, book[1].read_bytes()


def test_nothing_runs_as_root_with_a_capability_or_a_root_it_can_write_and_no_environment_holds_a_secret(
    province: Province,
) -> None:
    secrets = [
        file.read_text()
        for file in (province.folder / "deploy" / "secrets").iterdir()
        if not file.name.endswith(".pem")
    ]
    for service in RUNNING:
        status = dict(line.split(":", 1) for line in province.inside(service, "cat /proc/1/status").splitlines())
        assert (
            int(status["Uid"].split()[0]) > 0 and int(status["CapEff"], 16) == 0 and status["NoNewPrivs"].strip() == "1"
        ), service
        assert province.inside(service, "touch /written 2>/dev/null || echo refused") == "refused", service
        container = province.compose("ps", "--quiet", service).split()[0]
        environment = "\n".join(json.loads(standins.docker("inspect", container).stdout)[0]["Config"]["Env"])
        assert not [one for one in secrets if one in environment], service


def test_who_reads_hostile_files_reaches_the_engines_and_nobody_outside(province: Province) -> None:
    reach = "import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 4)"
    tried = {
        where: province.inside("work", f"python -c '{reach}' {where} {port} 2>/dev/null && echo open || echo closed")
        for where, port in {
            "postgres": 5432,
            "minio": 9000,
            "elasticsearch": 9200,
            "proxy": 8443,
            "1.1.1.1": 443,
            "172.17.0.1": 22,
        }.items()
    }
    assert tried == {
        "postgres": "open",
        "minio": "open",
        "elasticsearch": "open",
        "proxy": "closed",
        "1.1.1.1": "closed",
        "172.17.0.1": "closed",
    }


def test_the_content_name_answers_nothing_else(province: Province) -> None:
    with province.client(CONTENT) as client:
        assert [client.get(path).status_code for path in ("/", "/livez", "/dang-nhap")] == [404, 404, 404]


def test_a_book_goes_from_the_proxy_to_the_page(province: Province, book: tuple[str, Path]) -> None:
    assert met(province, book[0]) == sent(book)
    doctor = province.hoclieu("doctor")
    assert "✗" not in doctor, doctor
    assert "✓ wall" in doctor


def test_the_house_s_role_owns_nothing_and_with_one_that_passes_the_wall_it_does_not_start(
    province: Province, book: tuple[str, Path]
) -> None:
    assert book
    assert province.psql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == "thu_vien_owner"
    province.psql("ALTER ROLE thu_vien BYPASSRLS")
    try:
        for command in ("serve", "work"):
            refused = standins.docker("compose", "run", "--rm", "migrate", command, folder=province.folder, check=False)
            assert refused.returncode == 2 and "row-level security" in refused.stderr, refused.stderr
    finally:
        province.psql("ALTER ROLE thu_vien NOBYPASSRLS")


def test_while_each_serve_is_made_anew_nobody_s_question_fails(province: Province, book: tuple[str, Path]) -> None:
    assert book
    answers: list[int] = []
    ending = threading.Event()

    def ask() -> None:
        with province.client() as reader:
            while not ending.is_set():
                answers.append(reader.get("/api/v1/search", params={"q": "tam giác"}).status_code)
                time.sleep(0.05)

    before = addresses(province)
    with at_work([ask, ask], ending):
        for name in ("serve-1", "serve-2"):
            province.compose("up", "--detach", "--no-deps", "--force-recreate", "--wait", name)
    assert set(answers) == {200} and len(answers) > 100
    assert addresses(province) == before


def addresses(province: Province) -> dict[str, str]:
    """Where the proxy looks for each `serve`."""
    containers = {name: province.compose("ps", "--quiet", name).strip() for name in ("serve-1", "serve-2")}
    told = {name: json.loads(standins.docker("inspect", one).stdout)[0] for name, one in containers.items()}
    return {name: one["NetworkSettings"]["Networks"][f"{NAME}_front"]["IPAddress"] for name, one in told.items()}


def test_after_the_power_was_gone_all_comes_back_in_whatever_order(province: Province, book: tuple[str, Path]) -> None:
    province.compose("kill")
    # as the engine starts them: without waiting
    for service in ("proxy", "work", "serve-2", "serve-1", "elasticsearch", "minio", "postgres"):
        standins.docker("start", *province.compose("ps", "--all", "--quiet", service).split())
    until(lambda: healthy(province) == set(RUNNING), otherwise="not everything came back")
    assert met(province, book[0]) == sent(book)


def test_what_is_lost_comes_back_from_the_backup(province: Province, book: tuple[str, Path]) -> None:
    folder = province.backup / "hoc-lieu"
    os.chown(folder, 0, 0)  # the house may not write there
    folder.chmod(0o700)
    assert province.script("migrate backup").returncode != 0
    os.chown(folder, HOUSE, HOUSE)
    assert "none" in province.hoclieu("doctor").split("backup:")[1], "what failed is no backup"
    done = province.script("migrate backup")
    assert done.returncode == 0, done.stderr
    assert "✓ backup" in province.hoclieu("doctor")
    province.down()
    restored = province.script("migrate restore")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    until(lambda: healthy(province) == set(RUNNING), otherwise="not everything became healthy")
    assert met(province, book[0]) == sent(book)
    with signed_in(province) as client:
        assert client.get("/api/v1/me").raise_for_status().json()["login"] == LOGIN
