"""The embedded index goes while `serve` runs: search says so and finds titles, and the worker brings it back by
itself.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.tantivy.folders import FORMAT
from tests.faults.searching import asked
from tests.services.house import RunningHouse, running
from tests.services.waiting import until
from tests.stage.shelf import Shelf

WORKS = 30


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house whose worker looks often, with works that the index holds."""
    home = tmp_path_factory.mktemp("embedded") / "var"
    with running(home, HOCLIEU_INDEX_LOOK_SECONDS="1") as house:
        shelf = Shelf(home, house.database)
        shelf.fill(WORKS)
        shelf.enqueue()
        until(lambda: shelf.waiting() == 0)
        yield house
        shelf.engine.dispose()


def part(house: RunningHouse) -> tuple[int, str]:
    with house.client() as client:
        answer = client.get("/readyz")
    return answer.status_code, answer.json()["parts"]["index"]


@pytest.mark.parametrize("way", ["removed", pytest.param("cut", marks=pytest.mark.full)])
def test_a_lost_index_is_told_stood_in_for_and_rebuilt_while_people_search(school: RunningHouse, way: str) -> None:
    assert asked(school, "sach7") == (False, ["Sách 7"])  # by a word of its page
    index = school.home / "index"
    hidden = index.with_name("index-before")
    index.rename(hidden)  # gone, and a file in its place keeps the worker from making a new one
    index.write_text("this is no folder")
    until(lambda: asked(school, "sach7") == (True, []))
    assert asked(school, "sách 7") == (True, ["Sách 7"])
    with school.client() as client:
        assert (
            "Đang tìm theo tên sách" in client.get("/tim", params={"q": "sach 7"}, headers={"Accept": "text/html"}).text
        )
    until(lambda: part(school) == (200, "lost: run `hoclieu index rebuild`"))
    told = school.command("doctor")
    assert (
        "holds 0 works of 30" in " ".join(told.stdout.split()),
        "hoclieu index rebuild" in " ".join(told.stdout.split()),
    ) == (True, True), told.stdout
    with school.administrator() as client:
        assert "Chỉ mục tìm kiếm bị mất" in client.get("/toi", headers={"Accept": "text/html"}).text
    index.unlink()
    if way == "cut":
        shutil.copytree(hidden, index)
        meta = newest_meta(index)
        meta.write_bytes(meta.read_bytes()[:100])
    shutil.rmtree(hidden)
    until(lambda: asked(school, "sach7") == (False, ["Sách 7"]), otherwise="the worker did not bring it back")
    until(lambda: part(school) == (200, "ok"))


def newest_meta(index: Path) -> Path:
    pointer = index / "current"
    return index / (pointer.read_text() if pointer.exists() else FORMAT) / "meta.json"
