"""Shelves without words: by grade and subject from the front page; and the paper copies of one's own school in every
row.
"""

import re
from pathlib import Path
from typing import Any

import httpx

from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school, person
from tests.services.waiting import until
from tests.stage import makers


def titles(client: httpx.Client, **asked: str) -> list[str]:
    """Titles of what is found, in order."""
    return [work["title"] for work in client.get("/api/v1/search", params=asked).raise_for_status().json()["works"]]


def test_every_grade_and_subject_of_the_front_page_leads_to_its_shelf(
    house: RunningHouse, published: dict[str, Any]
) -> None:
    with house.client(headers={"Accept": "text/html"}) as visitor:
        work = visitor.get(f"/api/v1/works/{published['work_id']}").json()
        chips = re.findall(r'href="(/tim\?(?:lop|mon)=[^"]+)"', visitor.get("/").text)
        assert len(chips) >= 13
        for chip in (one for one in chips if one.endswith(("=8", "=TOAN"))):
            assert work["title"] in visitor.get(chip).text
        assert "Kệ này chưa có học liệu nào." in visitor.get("/tim?lop=1").text
        assert work["title"] in visitor.get("/tim").text


def test_a_shelf_is_counted_narrowed_and_walked_like_an_answer(house: RunningHouse, published: dict[str, Any]) -> None:
    with house.client() as visitor:
        found = visitor.get("/api/v1/search", params={"grade": "8"}).json()
        assert (found["degraded"], found["page_total"], found["work_total"]) == (False, 0, len(found["works"]))
        assert published["work_id"] in [work["id"] for work in found["works"]]
        assert {facet["name"] for facet in found["facets"] if facet["values"]} >= {"subject", "grade"}
        assert titles(visitor, grade="8", page="2") == []
        assert titles(visitor, q="-", grade="8") == [], "somebody typed something, and it is not there"


def test_a_draft_stands_on_no_shelf(house: RunningHouse, published: dict[str, Any]) -> None:
    with house.administrator() as admin, house.client() as visitor:
        address = f"/api/v1/works/{published['work_id']}"
        admin.delete(f"{address}/publication").raise_for_status()
        try:
            assert published["work_id"] not in [
                one["id"] for one in visitor.get("/api/v1/search", params={"grade": "8"}).json()["works"]
            ]
        finally:
            wish = {"version_id": published["version_id"], "digest": published["digest"], "sight": "public"}
            admin.post(f"{address}/publication", json=wish).raise_for_status()


def test_a_row_says_how_many_paper_copies_stand_in_my_own_school(house: RunningHouse) -> None:
    with house.administrator() as root:
        for code in ("KE-A", "KE-B"):
            open_school(root, code, f"THCS {code}")
        person(root, "KE-A", "thu.ke", "librarian")
        person(root, "KE-A", "em.ke", "pupil")
        person(root, "KE-B", "em.khac", "pupil")
    with (
        enter(house, "thu.ke") as desk,
        enter(house, "em.ke") as pupil,
        enter(house, "em.khac") as other,
        house.client() as visitor,
    ):
        labels = (
            desk.post("/api/v1/copies", json={"title": "Chuyện kể bến Xuân Kệ", "count": 3, "shelf": "V 895"})
            .raise_for_status()
            .json()["copies"]
        )
        until(lambda: titles(pupil, q="ben xuan ke"), otherwise="a title on paper is found like any other")
        card = desk.post(
            "/api/v1/desk/scans", json={"id": "7c0f2b6e-0000-4000-8000-000000000001", "code": "em.ke"}
        ).json()["borrower"]["card"]
        desk.post(
            "/api/v1/desk/scans",
            json={"id": "7c0f2b6e-0000-4000-8000-000000000002", "code": labels[0]["barcode"], "card": card},
        ).raise_for_status()

        def shelf(client: httpx.Client) -> Any:
            return client.get("/api/v1/search", params={"q": "ben xuan ke"}).json()["works"][0]["on_shelf"]

        assert shelf(pupil) == {
            "school": {"code": "KE-A", "name": "THCS KE-A"},
            "free": 2,
            "total": 3,
            "shelf": "V 895",
        }
        assert (shelf(other), shelf(visitor)) == (None, None)
        assert "còn 2 trên 3 cuốn" in pupil.get("/tim?q=ben+xuan+ke", headers={"Accept": "text/html"}).text


def test_one_is_counted_in_the_singular_in_english(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, house.administrator() as client, house.client() as visitor:
        sheet = makers.textbook(tmp_path / "phieu.pdf", 1, title="Phiếu học tập")
        wait_for(client, upload(client, sheet, approve="true"))
        for page, said in (
            ("/en/", "1 material, 1 page searchable"),
            ("/en/tim?q=luyen+tap", "1 material, 1 page with these words"),
        ):
            text = visitor.get(page).raise_for_status().text
            assert said in text and "1 pages" not in text
        assert "1 pages" not in client.get("/en/bai-cua-toi").raise_for_status().text
