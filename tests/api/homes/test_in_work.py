"""What is being read: who looks after a school sees it on their home and stops it, and nothing of the file stays."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.services.house import RunningHouse, upload
from tests.services.people import enter, open_school
from tests.stage import makers

IN_WORK = "/api/v1/deposits/in-work"
PEOPLE = [("co.huong", "teacher", "Nguyễn Thị Hương"), ("quan.tri.a", "administrator", "Trần A")]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """Two schools, and nobody who reads what is sent."""
    house = RunningHouse(tmp_path_factory.mktemp("in-work") / "var")
    house.more = ["--no-worker"]
    try:
        with house.start().administrator() as root:
            open_school(root, people=PEOPLE)
            open_school(root, "BB", "THCS Ba Đình", people=[("quan.tri.b", "administrator", "Trần B")])
        yield house
    finally:
        house.stop()


def send(house: RunningHouse, path: Path) -> str:
    with enter(house, "co.huong") as teacher:
        return upload(teacher, path)


def seen(client: httpx.Client) -> list[tuple[str, str]]:
    return [(one["id"], one["owner"]) for one in client.get(IN_WORK).raise_for_status().json()["deposits"]]


def kept(house: RunningHouse) -> int:
    """How many files lie in the store."""
    return sum(path.is_file() for path in (house.home / "files").rglob("*"))


def test_an_administrator_sees_what_is_read_in_their_schools_and_stops_it_from_their_home(
    town: RunningHouse, tmp_path: Path
) -> None:
    with (
        enter(town, "quan.tri.a") as ours,
        enter(town, "quan.tri.b") as theirs,
        town.administrator() as root,
        enter(town, "co.huong") as teacher,
    ):
        assert "Dừng đọc" not in ours.get("/toi").text, "nothing is in work"
        first, second = (
            send(town, makers.textbook(tmp_path / f"{name}.pdf", 1, title=name)) for name in ("mot", "hai")
        )
        for client in (ours, root):
            assert seen(client) == [(first, "Nguyễn Thị Hương"), (second, "Nguyễn Thị Hương")], "the oldest first"
        assert (seen(theirs), teacher.get(IN_WORK).status_code) == ([], 403)
        assert "Dừng đọc" not in theirs.get("/toi").text
        for home, words in (("/toi", "Dừng đọc: mot.pdf"), ("/en/toi", "Stop reading: mot.pdf")):
            page = ours.get(home).text
            assert words in page and "Nguyễn Thị Hương" in page and f"/bai-cua-toi/{first}/dung" in page
        answer = ours.post(f"/bai-cua-toi/{first}/dung", data={"next": "/toi"})
        assert (answer.status_code, answer.headers["location"], [one for one, _ in seen(ours)]) == (
            303,
            "/toi",
            [second],
        )
        assert teacher.get(f"/api/v1/deposits/{first}").json()["code"] == "reading-stopped"
        away = ours.post(f"/bai-cua-toi/{second}/dung", data={"next": "//evil.example"})
        assert (away.headers["location"], seen(ours)) == ("/", [])


def test_the_file_of_a_stopped_reading_goes_at_once_unless_another_needs_it(town: RunningHouse, tmp_path: Path) -> None:
    before, path = kept(town), makers.textbook(tmp_path / "ba.pdf", 1, title="Ba")
    by_page, by_command = send(town, path), send(town, path)
    assert kept(town) == before + 1, "the same bytes twice"
    with enter(town, "quan.tri.a") as ours:
        ours.post(f"/api/v1/deposits/{by_page}/stop").raise_for_status()
        assert kept(town) == before + 1, "the second one needs it"
        assert town.command("deposit", "stop", by_command).returncode == 0
        assert kept(town) == before
        alone = send(town, path)
        ours.post(f"/api/v1/deposits/{alone}/stop").raise_for_status()
        assert kept(town) == before
