"""The house has done it and the answer gets lost on the way: whoever asks again finds it done once."""

import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.services.cut_line import LosingLine
from tests.services.house import PASSWORD, RunningHouse, running, upload, wait_for
from tests.services.people import open_school
from tests.services.postgres import Postgres
from tests.stage import makers

COUNTED = ("deposit", "work", "version", "rendition", "audience", "loan", "scan", "item", "notice", "event")


@dataclass
class Stage:
    """A house behind a line that can lose an answer."""

    house: RunningHouse
    line: LosingLine

    @contextmanager
    def client(self, login: str) -> Iterator[httpx.Client]:
        """Somebody signed in over that line; each request on a connection of its own."""
        limits = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(base_url=f"http://127.0.0.1:{self.line.port}", timeout=60, limits=limits) as client:
            client.post("/api/v1/sign-in", json={"login": login, "password": PASSWORD}).raise_for_status()
            yield client

    def losing(self, ask: Callable[[], httpx.Response]) -> None:
        """Ask, and never hear the answer."""
        lost = self.line.lost
        self.line.losing = True
        with pytest.raises(httpx.HTTPError):
            ask()
        assert self.line.lost == lost + 1

    def counts(self) -> dict[str, int]:
        return {table: self.house.ask(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED}

    def grown(self, act: Callable[[], Any]) -> dict[str, int]:
        """How many rows an act has added to each table."""
        before = self.counts()
        act()
        return {table: count - before[table] for table, count in self.counts().items() if count != before[table]}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A school with a librarian and a pupil."""
    settings = {}
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        settings = server.house(f"lost_{uuid.uuid4().hex}")
    with running(tmp_path_factory.mktemp("lost") / "var", **settings) as house:
        with house.administrator() as root:
            open_school(root, people=[("thu.thu", "librarian", ""), ("em.khue", "pupil", "")])
        line = LosingLine(urlsplit(house.address).port or 0)
        yield Stage(house, line)
        line.close()


def test_a_scan_sent_again_with_its_key_lends_once(stage: Stage) -> None:
    with stage.client("thu.thu") as desk:
        labels = [
            one["barcode"]
            for one in desk.post("/api/v1/copies", json={"title": "Toán 8", "count": 2})
            .raise_for_status()
            .json()["copies"]
        ]
        card = scan(desk, "em.khue").raise_for_status().json()["borrower"]["card"]
        once = stage.grown(lambda: scan(desk, labels[0], card=card).raise_for_status())
        key = str(uuid.uuid4())

        def twice() -> None:
            stage.losing(lambda: scan(desk, labels[1], key, card=card))
            again = scan(desk, labels[1], key, card=card)
            assert (again.status_code, again.json()["kind"]) == (200, "lent")

        assert stage.grown(twice) == once
        assert once["loan"] == 1
        back = str(uuid.uuid4())
        stage.losing(lambda: scan(desk, labels[1], back))
        assert scan(desk, labels[1], back).json()["kind"] == "taken-back"
        assert [one["status"] for one in desk.get("/api/v1/copies").json()["copies"]].count("on-loan") == 1


def test_the_last_piece_of_a_file_is_there_though_nobody_heard_so(stage: Stage, tmp_path: Path) -> None:
    files = [makers.textbook(tmp_path / f"{name}.pdf", 1, title=name).read_bytes() for name in ("mot", "hai")]
    with stage.client("quan.tri") as client:
        plain = begin(client, files[0])
        send(client, plain, 0, files[0]).raise_for_status()
        location, half = begin(client, files[1]), len(files[1]) // 2
        stage.losing(lambda: send(client, location, 0, files[1][:half]))
        assert client.head(location).headers["Upload-Offset"] == str(half)
        assert send(client, location, 0, files[1][:half]).status_code == 409, (
            "a piece sent blindly again is refused, not written twice"
        )
        stage.losing(lambda: send(client, location, half, files[1][half:]))
        assert client.head(location).headers["Upload-Offset"] == str(len(files[1]))
        rows = [wait_for(client, one.rsplit("/", 1)[-1]) for one in (plain, location)]
        assert client.get(f"/api/v1/works/{rows[1]['work_id']}/file").content == files[1]
        assert rows[0]["work_id"] != rows[1]["work_id"]
        for subject in ("id", "work_id"):
            assert acts(stage, rows[1][subject]) == acts(stage, rows[0][subject]) != []


def test_a_work_published_again_with_the_same_words_is_published_once(stage: Stage, tmp_path: Path) -> None:
    with stage.client("quan.tri") as client:
        rows = [
            wait_for(client, upload(client, makers.textbook(tmp_path / f"{name}.pdf", 1, title=name)))
            for name in ("ba", "bốn")
        ]
        publish(client, rows[0]).raise_for_status()
        stage.losing(lambda: publish(client, rows[1]))
        publish(client, rows[1]).raise_for_status()
        assert acts(stage, rows[1]["work_id"]) == acts(stage, rows[0]["work_id"])
        assert acts(stage, rows[0]["work_id"]).count("work-published") == 1
        first, second = (client.get(f"/api/v1/works/{one['work_id']}").json() for one in rows)
        assert (first["state"], first["sight"]) == (second["state"], second["sight"]) == ("published", "province")
        assert audience(stage, rows[1]["work_id"]) == audience(stage, rows[0]["work_id"])


def acts(stage: Stage, subject: str) -> list[str]:
    """What the audit says of something."""
    return sorted(
        act for (act,) in stage.house.ask("SELECT act FROM event WHERE subject_id = :id", id=uuid.UUID(subject).hex)
    )


def audience(stage: Stage, work: str) -> list[str]:
    return sorted(
        token for (token,) in stage.house.ask("SELECT token FROM audience WHERE work_id = :id", id=uuid.UUID(work).hex)
    )


def scan(desk: httpx.Client, code: str, key: str | None = None, card: str | None = None) -> httpx.Response:
    return desk.post("/api/v1/desk/scans", json={"id": key or str(uuid.uuid4()), "code": code, "card": card})


def begin(client: httpx.Client, data: bytes) -> str:
    headers = {"Upload-Length": str(len(data)), "Upload-Metadata": f"filename {b64encode(b'tep.pdf').decode()}"}
    return str(client.post("/api/v1/uploads", headers=headers).raise_for_status().headers["Location"])


def send(client: httpx.Client, location: str, offset: int, data: bytes) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return client.patch(location, content=data, headers=headers)


def publish(client: httpx.Client, row: dict[str, Any]) -> httpx.Response:
    wish = {"version_id": row["version_id"], "digest": row["digest"], "sight": "province"}
    return client.post(f"/api/v1/works/{row['work_id']}/publication", json=wish)
