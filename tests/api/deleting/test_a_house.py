"""Deleting in a running house: every surface, the index, the files, the worker's hand, and an older backup that must
not bring back what was removed.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from library.clock import now
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.waiting import until
from tests.stage import makers

REASON = {"reason": "rights", "remark": "chưa xin phép"}
WORDS = {"q": "luyen tap chung"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("deleting") / "var") as found:
        yield found


@pytest.fixture(scope="module")
def root(house: RunningHouse) -> Iterator[httpx.Client]:
    with house.administrator() as client:
        yield client


@pytest.fixture(scope="module")
def book(root: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A published book of two pages."""
    path = makers.textbook(tmp_path_factory.mktemp("book") / "toan-8.pdf", 2, title="Sách phải bỏ")
    return str(wait_for(root, upload(root, path, approve="true"))["work_id"])


def surfaces(work: str) -> list[str]:
    api = f"/api/v1/works/{work}"
    return [
        api,
        f"{api}/file",
        f"{api}/thumbnail",
        f"{api}/pages/1/image",
        f"{api}/history",
        f"/tl/{work}",
        f"/doc/{work}",
    ]


def found(client: httpx.Client) -> list[str]:
    return [one["id"] for one in client.get("/api/v1/search", params=WORDS).json()["works"]]


def listed(client: httpx.Client, work: str) -> bool:
    """Whether any list of the house names it."""
    pages = ("/api/v1/home", "/", "/tim?q=luyen+tap+chung", "/tim", "/toi", "/bai-cua-toi", "/api/v1/deposits")
    return any(work in client.get(page).text for page in pages)


def told(house: RunningHouse, *words: str) -> list[dict[str, Any]]:
    done = house.command(*words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def over(house: RunningHouse) -> None:
    """The thirty days are over."""
    begun = (now() - timedelta(days=31)).replace(tzinfo=None).isoformat(sep=" ")
    house.ask(
        "UPDATE deletion SET deleted_at = :at, due_at = :at WHERE undone_at IS NULL AND done_at IS NULL", at=begun
    )
    until(lambda: house.ask("SELECT count(*) FROM deletion WHERE undone_at IS NULL AND done_at IS NULL")[0][0] == 0)


def test_no_surface_shows_a_deleted_work_and_all_do_when_it_is_brought_back(
    house: RunningHouse, root: httpx.Client, book: str
) -> None:
    with house.client() as visitor:
        assert [visitor.get(one).status_code for one in surfaces(book) if "history" not in one] == [200] * 6
        assert visitor.get("/api/v1/home").json()["work_total"] == 1
        made = root.post(f"/api/v1/works/{book}/deletion", json=REASON)
        assert made.status_code == 201, made.text
        for client in (visitor, root):
            assert {client.get(one).status_code for one in surfaces(book)} <= {404}
            assert found(client) == [] and not listed(client, book)
        assert visitor.get("/api/v1/home").json()["work_total"] == 0
        (one,) = root.get("/api/v1/deletions").json()["deletions"]
        assert (one["name"], one["kind"], one["reason"]["code"], one["remark"]) == (
            "Sách phải bỏ",
            "work",
            "rights",
            "chưa xin phép",
        )
        assert "Sách phải bỏ" in root.get("/da-xoa").text
        until(lambda: told(house, "index", "status", "--compare")[0]["waiting"] == 0)
        assert told(house, "index", "status", "--compare")[0] | {"lag_seconds": 0} == {
            "documents": 0,
            "works": 1,
            "waiting": 0,
            "set_aside": 0,
            "lag_seconds": 0,
            "differences": 0,
        }
        assert root.delete(f"/api/v1/deletions/{one['id']}").status_code == 204
        until(lambda: found(visitor) == [book])
        assert [visitor.get(one).status_code for one in surfaces(book) if "history" not in one] == [200] * 6


@pytest.mark.full
def test_what_was_removed_is_nowhere_and_an_older_backup_does_not_bring_it_back(
    house: RunningHouse, root: httpx.Client, book: str, tmp_path: Path
) -> None:
    wish = {"login": "be.ti", "name": "Vừ Tên-Riêng", "role": "pupil"}
    person = root.post("/api/v1/units/tinh/members", json=wish).raise_for_status().json()["person_id"]
    old = told(house, "backup", str(tmp_path / "backup"))[0]["backup"]
    files = list(house.home.glob("files/??/??/*"))
    assert root.post(f"/api/v1/works/{book}/deletion", json=REASON).status_code == 201
    assert root.post(f"/api/v1/people/{person}/deletion", json={"reason": "left"}).status_code == 201
    assert "Vừ Tên-Riêng" not in root.get("/api/v1/units/tinh/members").text
    over(house)
    until(lambda: not list(house.home.glob("files/??/??/*")), otherwise=f"of {len(files)} files some stayed")
    assert root.get("/api/v1/deletions").json() == {"deletions": []}
    assert [
        one
        for one in told(house, "doctor")
        if one["state"] == "fault" or (one["name"] in ("files", "index") and one["state"] != "ok")
    ] == []
    told(house, "audit", "verify")
    told(house, "backup", str(tmp_path / "backup"))

    home = tmp_path / "var"
    back = RunningHouse(home, HOCLIEU_DATABASE=f"sqlite:///{home}/hoclieu.db")
    told(back, "restore", str(tmp_path / "backup"), "--which", Path(old).name)
    assert back.ask("SELECT count(*) FROM work")[0][0] == 0
    assert [row[0] for row in back.ask("SELECT name FROM person WHERE id = :id", id=uuid.UUID(person).hex)] == [
        "(đã xoá)"
    ]
    assert told(back, "index", "status", "--compare")[0]["documents"] == 0
    told(back, "audit", "verify")
