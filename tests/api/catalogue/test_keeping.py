"""What those who look after a work see of it: its history in words, and how much it is used."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school
from tests.services.waiting import until
from tests.stage import makers

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A school whose teacher has sent a book that is open to everybody."""
    folder = tmp_path_factory.mktemp("keeping")
    with running(folder / "var") as house:
        root = house.administrator()
        staff = (("co.huong", "teacher", "Nguyễn Thị Hương"), ("thay.nam", "teacher", "Nam"))
        open_school(root, people=(*staff, ("em.lan", "pupil", "Lan"), ("em.minh", "pupil", "Minh")))
        teacher = enter(house, "co.huong")
        row = wait_for(teacher, upload(teacher, makers.textbook(folder / "a.pdf", 3, title="Hình học 8")))
        teacher.patch(
            f"/api/v1/works/{row['work_id']}", json={"grade": 8, "title": "Hình học lớp 8"}
        ).raise_for_status()
        described = teacher.get(f"/api/v1/works/{row['work_id']}").json()
        wish = {"version_id": row["version_id"], "digest": described["digest"], "sight": "public"}
        root.post(f"/api/v1/works/{row['work_id']}/publication", json=wish).raise_for_status()
        yield house, root, teacher, row["work_id"]


def count(house: RunningHouse, statement: str) -> int:
    return int(house.ask(statement)[0][0] or 0)


def test_the_history_of_a_work_says_who_did_what_in_plain_words(stage: Any) -> None:
    _, root, teacher, work = stage
    vi = teacher.get(f"/api/v1/works/{work}/history").json()["lines"]
    assert [(one["who"], one["words"]) for one in vi] == [
        ("Trần Thị Quản", "công bố: mọi người đọc được"),
        ("Nguyễn Thị Hương", "sửa thông tin: lớp, tên"),
        ("Hoclieu", "đọc xong tệp, bản đã sẵn sàng"),
        ("Nguyễn Thị Hương", "mở học liệu"),
        ("Nguyễn Thị Hương", "gửi xong tệp"),
        ("Nguyễn Thị Hương", "bắt đầu gửi tệp"),
    ]
    en = root.get(f"/api/v1/works/{work}/history", headers={"Accept-Language": "en"}).json()["lines"]
    assert [one["words"] for one in en[:2]] == ["published: for everybody", "corrected: grade, title"]
    page = teacher.get(f"/tl/{work}").text
    assert "Việc đã làm" in page and "<b>Trần Thị Quản</b> công bố" in page


def test_nobody_else_sees_history_or_figures(stage: Any) -> None:
    house, _, _, work = stage
    for login in ("em.lan", "thay.nam"):
        with enter(house, login) as client:
            assert [client.get(f"/api/v1/works/{work}/{what}").status_code for what in ("history", "usage")] == [
                403,
                403,
            ]
            assert "Việc đã làm" not in client.get(f"/tl/{work}").text
    with house.client() as visitor:
        assert "Lượt dùng" not in visitor.get(f"/tl/{work}").text


def test_reading_the_history_is_told_in_the_audit_once_a_day(stage: Any) -> None:
    house, _, teacher, work = stage
    for _ in range(3):
        teacher.get(f"/api/v1/works/{work}/history").raise_for_status()
        teacher.get(f"/tl/{work}").raise_for_status()
    who = "(SELECT id FROM person WHERE login = 'co.huong')"
    assert count(house, f"SELECT COUNT(*) FROM event WHERE act = 'history-read' AND person_id = {who}") == 1


def test_a_person_who_is_gone_is_named_as_gone(stage: Any) -> None:
    house, _, teacher, work = stage
    for name, shown in (("", "(đã xoá)"), ("Trần Thị Quản", "Trần Thị Quản")):
        # as an erasure will do it one day
        house.ask("UPDATE person SET name = :name WHERE login = 'quan.tri'", name=name)
        assert teacher.get(f"/api/v1/works/{work}/history").json()["lines"][0]["who"] == shown


def test_readers_are_counted_and_staff_and_robots_are_not(stage: Any) -> None:
    house, root, teacher, work = stage
    with enter(house, "em.lan") as lan, enter(house, "em.minh") as minh, house.client() as visitor:
        for client, times in ((lan, 3), (minh, 3), (visitor, 5)):
            for _ in range(times):
                read(client, work, BROWSER)
        for client in (teacher, root):
            read(client, work, BROWSER)
        for agent in ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/8.5", ""):
            read(lan, work, {"User-Agent": agent})
    until(lambda: count(house, "SELECT SUM(views) FROM usage") == 11)
    assert count(house, "SELECT SUM(reads) FROM usage") == 11
    told = teacher.get(f"/api/v1/works/{work}/usage").json()
    assert told["total"] == told["last_30_days"] == {"views": 11, "reads": 11, "downloads": 11}
    by_school = {one["school"]["code"] if one["school"] else None: one["views"] for one in told["schools"]}
    assert by_school == {"AA": 6, None: 5}


def read(client: httpx.Client, work: str, agent: dict[str, str]) -> None:
    """Open the page, read a page, take the file; looking at parts of it is no download."""
    for address in (f"/tl/{work}", f"/doc/{work}?p=2", f"/api/v1/works/{work}/file"):
        client.get(address, headers=agent).raise_for_status()
    client.get(f"/api/v1/works/{work}/file", headers={**agent, "Range": "bytes=10-20"}).raise_for_status()


def test_counts_are_written_at_the_end(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house:
        with house.administrator() as root:
            row = wait_for(root, upload(root, makers.textbook(tmp_path / "a.pdf", 1), approve="true"))
        httpx.get(f"{house.address}/tl/{row['work_id']}", headers=BROWSER).raise_for_status()
        house.stop()
        assert count(house, "SELECT SUM(views) FROM usage") == 1


def test_attack_21_the_figures_of_a_small_class_are_told_to_nobody(stage: Any) -> None:
    house, root, teacher, _ = stage
    row = wait_for(teacher, upload(teacher, makers.textbook(house.home.parent / "b.pdf", 2, title="Chuyên đề")))
    wish = {"version_id": row["version_id"], "digest": row["digest"], "sight": "school"}
    root.post(f"/api/v1/works/{row['work_id']}/publication", json=wish).raise_for_status()
    with enter(house, "em.lan") as lan:
        for _ in range(4):
            read(lan, row["work_id"], BROWSER)
    work = row["work_id"].replace("-", "")
    until(lambda: count(house, f"SELECT SUM(views) FROM usage WHERE work_id = '{work}'") == 4)
    for keeper in (teacher, root):
        told = keeper.get(f"/api/v1/works/{row['work_id']}/usage").json()
        assert told["total"] == dict.fromkeys(("views", "reads", "downloads"), "fewer-than-5")
        assert [one["views"] for one in told["schools"]] == ["fewer-than-5"]
        assert "dưới 5" in keeper.get(f"/tl/{row['work_id']}").text
    assert "fewer than 5" in teacher.get(f"/en/tl/{row['work_id']}").text
