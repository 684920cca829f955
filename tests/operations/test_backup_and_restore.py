"""`hoclieu backup` and `hoclieu restore`: what a house had is there again, whatever went on meanwhile; what is not
whole is named and nothing is written.
"""

import gzip
import json
import os
import random
import shutil
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.minio import Minio
from tests.services.postgres import Postgres
from tests.services.waiting import at_work, until
from tests.stage import makers

FILE_IN_LIVE_PLACE = "files/??/??/*"


def database(request: pytest.FixtureRequest, kind: str) -> dict[str, str]:
    """The settings of a new house on this database."""
    if kind == "sqlite":
        return {}
    server: Postgres = request.getfixturevalue("postgres")
    return server.house(f"backup_{uuid.uuid4().hex}")


def settings_of(house: RunningHouse) -> dict[str, str]:
    return {
        name: value
        for name, value in house.environment.items()
        if name in ("HOCLIEU_FILES", "HOCLIEU_DATABASE", "HOCLIEU_DATABASE_OWNER")
    }


def empty(home: Path, **settings: str) -> RunningHouse:
    """A house that nobody has started yet."""
    return RunningHouse(home, **{"HOCLIEU_DATABASE": f"sqlite:///{home}/hoclieu.db", **settings})


def whole(house: RunningHouse, *words: str) -> list[dict[str, Any]]:
    """What a command tells, which must succeed."""
    done = house.command(*words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def faults(house: RunningHouse) -> list[str]:
    """What `doctor` does not like about the house, not about this machine."""
    machine = ("disk", "ocr", "isolation", "front end", "wall")
    return [
        f"{one['name']}: {one['text']}"
        for one in whole(house, "doctor")
        if one["state"] != "ok" and one["name"] not in machine
    ]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHouse, Path]]:
    """A house with one published book and one that is not, stopped, and a backup of it."""
    folder = tmp_path_factory.mktemp("saved")
    with (
        running(folder / "var", HOCLIEU_DATABASE=f"sqlite:///{folder}/var/hoclieu.db") as house,
        house.administrator() as client,
    ):
        for number, told in enumerate(({"approve": "true"}, {})):
            wait_for(
                client,
                upload(client, makers.textbook(folder / f"sach-{number}.pdf", 2, title=f"Sách {number}"), **told),
            )
        whole(house, "backup", str(folder / "backup"))
    yield house, folder / "backup"


@pytest.fixture
def copy(saved: tuple[RunningHouse, Path], tmp_path: Path) -> Path:
    """The same backup, to be spoilt."""
    return Path(shutil.copytree(saved[1], tmp_path / "backup"))


def states_of(client: httpx.Client) -> list[str]:
    """How each of somebody's uploads stands."""
    return [one["state"] for one in client.get("/api/v1/deposits").json()["deposits"]]


@pytest.mark.parametrize(
    ("before", "after"), [("sqlite", "postgres"), pytest.param("postgres", "sqlite", marks=pytest.mark.full)]
)
def test_a_house_that_goes_on_while_it_is_backed_up_is_brought_back_whole(
    request: pytest.FixtureRequest, tmp_path: Path, before: str, after: str
) -> None:
    books = [makers.textbook(tmp_path / f"sach-{number}.pdf", 1, title=f"Sách thứ {number}") for number in range(6)]
    ending, sent = threading.Event(), list[str]()
    with running(tmp_path / "var", **database(request, before)) as house, house.administrator() as client:
        work = wait_for(client, upload(client, makers.textbook(tmp_path / "toan-8.pdf", 2), approve="true"))["work_id"]
        link = whole(house, "user", "add", "co.hoa", "--role", "teacher")[0]["link"].rsplit("/", 1)[1]

        def send() -> None:
            while not ending.is_set() and len(sent) < len(books):
                sent.append(upload(client, books[len(sent)], approve="true"))

        with at_work([send], ending):
            until(lambda: len(sent) > 1)
            assert whole(house, "backup", str(tmp_path / "backup"))[0]["damaged"] == []
        cookies = dict(client.cookies)
        assert client.get("/api/v1/me").json()["login"] == "quan.tri"
        assert whole(house, "backup", "status")[0]["late"] is False
    back = empty(tmp_path / "var-2", **database(request, after))
    whole(back, "restore", str(tmp_path / "backup"))
    assert faults(back) == []
    back.start()
    try:
        with back.client() as stranger, back.client(cookies=cookies) as old:
            found = stranger.get("/api/v1/search", params={"q": "luyen tap chung toan 8"}).json()["works"]
            assert work in [one["id"] for one in found]
            assert stranger.get(f"/api/v1/works/{work}/file").content == (tmp_path / "toan-8.pdf").read_bytes()
            assert old.get("/api/v1/me").json()["login"] is None, "sign-ins have ended"
            hoa = {"name": "Hoa", "login": "co.hoa", "password": "một câu rất dài"}
            assert stranger.post(f"/api/v1/invitations/{link}", json=hoa).status_code == 410
        with back.administrator() as client:  # by the password that she had
            until(lambda: not {"waiting", "working"} & set(states_of(client)))
            became = states_of(client)
            assert len(became) > 2 and set(became) == {"ready"}, "what had been accepted is read to its end"
            assert wait_for(client, upload(client, books[-1]))["state"] == "ready", "and the house goes on"
        assert whole(back, "audit", "verify")
        assert back.ask("SELECT count(*) FROM event WHERE act = 'house-restored'")[0][0] == 1
    finally:
        back.stop()


@pytest.mark.full
def test_files_in_an_s3_store_are_in_the_backup_and_come_back(minio: Minio, tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "toan-8.pdf", 2)
    with running(tmp_path / "var", HOCLIEU_FILES=minio.url("backup-a")) as house, house.administrator() as client:
        work = wait_for(client, upload(client, book, approve="true"))["work_id"]
        assert whole(house, "backup", str(tmp_path / "backup"))[0]["copied"] > 2
    back = empty(tmp_path / "var-2", HOCLIEU_FILES=minio.url("backup-b"))
    whole(back, "restore", str(tmp_path / "backup"))
    assert faults(back) == []
    with running(tmp_path / "var-2", **settings_of(back)) as again, again.client() as stranger:
        assert stranger.get(f"/api/v1/works/{work}/file").content == book.read_bytes()


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def changed_table(folder: Path) -> str:
    path = next(folder.glob("2*/tables/person.jsonl.gz"))
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"quan.tri", b"quan.ma!")))
    return path.name


def flipped_file(folder: Path) -> str:
    path = max(folder.glob(FILE_IN_LIVE_PLACE))
    flipped(path)
    return path.name


def missing_file(folder: Path) -> str:
    path = min(folder.glob(FILE_IN_LIVE_PLACE))
    path.unlink()
    return path.name


def shortened_list(folder: Path) -> str:
    path = next(folder.glob("2*/files.txt"))
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    return path.name


@pytest.mark.parametrize("spoil", [flipped_file, missing_file, changed_table, shortened_list])
def test_what_is_not_whole_is_named_and_nothing_is_written(copy: Path, tmp_path: Path, spoil: Any) -> None:
    name, back = spoil(copy), empty(tmp_path / "var")
    done = back.command("restore", str(copy))
    assert done.returncode == 2 and name in done.stderr.replace("\n", ""), done.stderr
    assert not list(back.home.glob(FILE_IN_LIVE_PLACE))
    assert back.ask("SELECT count(*) FROM sqlite_schema")[0][0] == 0


def test_a_backup_is_restored_into_an_empty_house_only(saved: tuple[RunningHouse, Path], tmp_path: Path) -> None:
    back = empty(tmp_path / "var")
    assert back.command("user", "add", "ai.do", "--role", "teacher").returncode == 0
    done = back.command("restore", str(saved[1]), "--json")
    assert done.returncode == 2 and json.loads(done.stdout)["code"] == "house-not-empty"
    assert [row[0] for row in back.ask("SELECT login FROM person")] == ["ai.do"]
    assert not list(back.home.glob(FILE_IN_LIVE_PLACE))
    assert back.command("restore", str(tmp_path / "nothing"), "--json").returncode == 2


def test_of_two_who_restore_into_one_house_at_once_one_does_and_the_other_is_refused(
    saved: tuple[RunningHouse, Path], tmp_path: Path
) -> None:
    back = empty(tmp_path / "var")
    with ThreadPoolExecutor() as hands:
        both = list(hands.map(lambda _: back.command("restore", str(saved[1]), "--json"), range(2)))
    done, refused = sorted(both, key=lambda one: one.returncode)
    assert (done.returncode, refused.returncode) == (0, 2), done.stderr + refused.stderr
    assert json.loads(refused.stdout)["code"] == "house-not-empty"
    assert back.ask("SELECT count(*) FROM event WHERE act = 'house-restored'")[0][0] == 1
    named = {row[0] for row in back.ask("SELECT key FROM rendition")}
    assert named and named <= {path.name for path in back.home.glob(FILE_IN_LIVE_PLACE)}


def test_a_house_that_holds_nothing_but_people_is_no_empty_one_on_postgresql(
    request: pytest.FixtureRequest, saved: tuple[RunningHouse, Path], tmp_path: Path
) -> None:
    back = empty(tmp_path / "var", **database(request, "postgres"))
    assert back.command("user", "add", "ai.do", "--role", "teacher").returncode == 0
    done = back.command("restore", str(saved[1]), "--json")
    assert done.returncode == 2 and "(person)" in done.stdout
    assert not list(back.home.glob(FILE_IN_LIVE_PLACE))


def test_only_the_house_s_own_account_may_read_a_backup_and_no_secret_and_no_way_in_is_in_it(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Postgres = request.getfixturevalue("postgres")
    told = {name: url.replace("@", ":bi-mat-dai@") for name, url in server.house(f"backup_{uuid.uuid4().hex}").items()}
    with running(tmp_path / "var", **told) as house, house.administrator() as client:
        cookie = next(iter(client.cookies.values()))
        wait_for(client, upload(client, makers.textbook(tmp_path / "sach.pdf", 1)))
        whole(house, "backup", str(tmp_path / "backup"))
    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "backup", *(tmp_path / "backup").rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700} and {
        mode for path, mode in modes.items() if path.is_file()
    } == {0o600}
    words = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in modes
        if path.is_file()
    )
    assert b"bi-mat-dai" not in words and cookie.encode() not in words
    assert not {path.name for path in modes} & {"sign_in.jsonl.gz", "invitation.jsonl.gz"}


def test_a_file_that_the_house_itself_has_lost_is_named_and_the_backup_is_not_noted(tmp_path: Path) -> None:
    with (
        running(tmp_path / "var", HOCLIEU_DATABASE=f"sqlite:///{tmp_path}/var/hoclieu.db") as house,
        house.administrator() as client,
    ):
        wait_for(client, upload(client, makers.textbook(tmp_path / "sach.pdf", 1), approve="true"))
        lost, spoilt = sorted(house.home.glob(FILE_IN_LIVE_PLACE))[:2]
        lost.unlink()
        flipped(spoilt)
        done = house.command("backup", str(tmp_path / "backup"), "--json")
        row = json.loads(done.stdout)
        assert (done.returncode, row["damaged"]) == (1, sorted([lost.name, spoilt.name]))
        assert house.command("backup", "status").returncode == 1
    back = empty(tmp_path / "var-2")
    assert whole(back, "restore", str(tmp_path / "backup"))[0]["lost"] == row["damaged"], (
        "the rest comes back, and what does not is named again"
    )


@pytest.mark.full
def test_the_newest_backups_stay_with_the_files_that_they_need(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    with (
        running(tmp_path / "var", HOCLIEU_DATABASE=f"sqlite:///{tmp_path}/var/hoclieu.db") as house,
        house.administrator() as client,
    ):
        first = wait_for(client, upload(client, makers.textbook(tmp_path / "sach-1.pdf", 1, title="Một")))
        before = {path.name for path in house.home.glob(FILE_IN_LIVE_PLACE)}
        assert whole(house, "backup", str(folder))[0]["copied"] == len(before)
        wait_for(client, upload(client, makers.textbook(tmp_path / "sach-2.pdf", 1, title="Hai")))
        more = len(list(house.home.glob(FILE_IN_LIVE_PLACE))) - len(before)
        assert whole(house, "backup", str(folder), "--keep", "2")[0]["copied"] == more, "the rest was there"
        version = house.ask("SELECT version_id FROM deposit WHERE id = :id", id=uuid.UUID(first["id"]).hex)[0][0]
        house.ask("DELETE FROM rendition WHERE version_id = :id", id=version)
        house.ask("DELETE FROM deposit WHERE id = :id", id=uuid.UUID(first["id"]).hex)
        kept = before - {row[0] for row in house.ask("SELECT key FROM rendition")}
        assert whole(house, "backup", "--keep", "2", str(folder))[0]["let_go"] == 1
        assert kept < {path.name for path in folder.glob(FILE_IN_LIVE_PLACE)}, "the backup before still needs them"
        assert whole(house, "backup", str(folder), "--keep", "1")[0]["let_go"] == 2
        assert len(list(folder.glob("2*"))) == 1 and not kept & {path.name for path in folder.glob(FILE_IN_LIVE_PLACE)}
    whole(empty(tmp_path / "var-2"), "restore", str(folder))


def test_what_a_killed_backup_left_is_no_backup_and_the_next_one_sweeps_it_away(
    saved: tuple[RunningHouse, Path], copy: Path, tmp_path: Path
) -> None:
    whole_one = next(copy.glob("2*"))
    whole_one.rename(copy / ".growing-half")
    assert json.loads(empty(tmp_path / "var").command("restore", str(copy), "--json").stdout)["code"] == "no-backup"
    whole(saved[0], "backup", str(copy))
    assert [path.name for path in copy.iterdir() if path.name.startswith(".g")] == [] and len(
        list(copy.glob("2*"))
    ) == 1


@pytest.mark.full
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_hundred_megabytes_are_backed_up_while_uploads_go_on_and_come_back(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    noise, ending, sent = random.Random(15), threading.Event(), list[str]()
    big = [tmp_path / f"tep-{number}.bin" for number in range(5)]
    for path in big:
        path.write_bytes(b"PK\x05\x06" + noise.randbytes(40_000_000))
    with running(tmp_path / "var", **database(request, kind)) as house, house.administrator() as client:
        books = [makers.textbook(tmp_path / f"sach-{number}.pdf", 3, title=f"Sách {number}") for number in range(30)]
        for path in big:
            wait_for(client, upload(client, path, chunk=8 * 1024 * 1024), searchable=False)

        def send() -> None:
            while not ending.is_set() and len(sent) < len(books):
                sent.append(upload(client, books[len(sent)], approve="true"))

        with at_work([send], ending):
            row = whole(house, "backup", str(tmp_path / "backup"))[0]
    assert row["copied_bytes"] > 200_000_000 or os.environ.get("CI") is None
    back = empty(tmp_path / "var-2", **database(request, kind))
    whole(back, "restore", str(tmp_path / "backup"))
    assert faults(back) == []
    whole(back, "fixity", "run", "--all")
    victim = max((tmp_path / "backup").glob(FILE_IN_LIVE_PLACE), key=lambda path: path.stat().st_size)
    flipped(victim)
    third = empty(tmp_path / "var-3", **database(request, kind))
    assert victim.name in third.command("restore", str(tmp_path / "backup")).stderr.replace("\n", "")
