"""The page of a school shows what the asker may see; homes fit their roles; guides are read where people work."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from library.calendar import local_date
from library.clock import now
from library.people.roles import APPROVERS, Role
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school, person
from tests.stage import makers

HTML = {"Accept": "text/html"}
CLOSED = local_date(now()) + timedelta(days=30)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    folder = tmp_path_factory.mktemp("schools")
    with running(folder / "var") as house:
        with house.administrator() as root:
            for code, name in (("AA", "THCS Vĩnh Thuận"), ("BB", "THCS Ba Đình")):
                open_school(root, code, name)
            for role in Role:
                person(root, "AA", f"ai.{role}", role)
            person(root, "BB", "em.khac", "pupil")
            with enter(house, "ai.librarian") as librarian:
                librarian.post("/api/v1/copies", json={"title": "Đất rừng phương Nam", "count": 3}).raise_for_status()
                calendar = {
                    "opening_hours": "7:30 – 11:00",
                    "open_weekdays": [1, 2, 3, 4, 5],
                    "closed_days": [f"{CLOSED:%Y-%m-%d}"],
                }
                librarian.put("/api/v1/desk/calendar", json=calendar).raise_for_status()
            with enter(house, "ai.teacher") as teacher:
                for sight, title in (
                    ("public", "Toán cho mọi người"),
                    ("school", "Toán riêng của trường"),
                    ("owner", "Toán còn nháp"),
                ):
                    row = wait_for(teacher, upload(teacher, makers.textbook(folder / f"{sight}.pdf", 2, title=title)))
                    if sight != "owner":
                        wish = {"version_id": row["version_id"], "digest": row["digest"], "sight": sight}
                        root.post(f"/api/v1/works/{row['work_id']}/publication", json=wish).raise_for_status()
        yield house


def titles(house: RunningHouse, login: str | None, query: str = "") -> set[str]:
    with enter(house, login) if login else house.client() as client:
        found = client.get(f"/api/v1/schools/AA{query}").raise_for_status().json()
        assert found["work_total"] >= len(found["shelf"]) or query
        page = client.get(f"/truong/AA{query.replace('grade', 'lop')}", headers=HTML).text
        named = {one["title"] for one in [*found["shelf"], *found["newest"]]}
        assert all(one in page for one in {one["title"] for one in found["shelf"]})
        return named


def test_a_visitor_sees_only_what_is_public_on_a_schools_shelf(town: RunningHouse) -> None:
    everybody, school = "Toán cho mọi người", "Toán riêng của trường"
    assert school not in titles(town, None) and everybody in titles(town, None)
    assert school not in titles(town, "em.khac") and everybody in titles(town, "em.khac")
    assert {everybody, school} <= titles(town, "ai.pupil")
    for login in (None, "em.khac", "ai.pupil"):
        assert "Toán còn nháp" not in titles(town, login)


def test_the_shelf_is_narrowed_by_grade_and_subject_and_strange_wishes_are_refused(town: RunningHouse) -> None:
    assert titles(town, "ai.pupil", "?grade=8") <= titles(town, "ai.pupil")
    with town.client() as client:
        assert client.get("/api/v1/schools/AA?subject=KHONG_CO").json()["shelf"] == []
        assert client.get("/api/v1/schools/AA?grade=99").status_code == 422


def test_a_school_says_when_its_library_is_open_and_what_it_has_on_paper(town: RunningHouse) -> None:
    with town.client() as client:
        found = client.get("/api/v1/schools/AA").json()
        assert (found["opening_hours"], found["closed_days"][0]["day"]) == ("7:30 – 11:00", f"{CLOSED:%Y-%m-%d}")
        assert (found["title_total"], found["copy_total"], found["copy_free"]) == (1, 3, 3)
        page = client.get("/truong/AA", headers=HTML).text
        assert "7:30 – 11:00" in page and f"{CLOSED:%d/%m/%Y}" in page and "3 cuốn đang trên kệ" in page


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_home_with_one_primary_button_and_at_most_five_things(town: RunningHouse, role: str) -> None:
    with enter(town, f"ai.{role}") as client:
        for prefix in ("", "/en"):
            answer = client.get(f"{prefix}/toi", headers=HTML)
            body = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
            assert (answer.status_code, body.count('class="panel') <= 5) == (200, True)
            assert body.count("btn main") in ((0, 1) if role in APPROVERS | {Role.COMMUNE_OFFICER} else (1,))


def test_the_home_of_an_administrator_tells_the_health_in_one_line(town: RunningHouse) -> None:
    with enter(town, "ai.administrator") as client:
        assert any(line in client.get("/toi").text for line in ("Mọi thứ chạy tốt", "Bộ xử lí đang tắt"))


def test_help_shows_the_guide_of_the_role_and_all_others(town: RunningHouse) -> None:
    with enter(town, "ai.librarian") as librarian, town.client() as visitor:
        assert "<h1>Dành cho thủ thư</h1>" in librarian.get("/tro-giup", headers=HTML).text
        assert "<h1>Dành cho học sinh</h1>" in visitor.get("/tro-giup", headers=HTML).text
        for name, heading in (("giao-vien", "giáo viên"), ("nguoi-duyet", "người duyệt"), ("quan-tri", "quản trị")):
            assert f"<h1>Dành cho {heading}</h1>" in visitor.get(f"/tro-giup?cho={name}", headers=HTML).text
        assert visitor.get("/tro-giup/hinh/khong-co.png").status_code == 404
        assert visitor.get("/tro-giup/hinh/..%2F__init__.py").status_code == 404


def test_the_pictures_of_the_guides_are_small_and_named_in_them() -> None:
    folder = Path("api/homes/guides")
    text = "".join(one.read_text() for one in folder.glob("*.md"))
    for picture in folder.glob("*.png"):
        assert f"({picture.name})" in text and picture.stat().st_size <= 60_000
