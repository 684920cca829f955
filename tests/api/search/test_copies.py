"""A copy's own barcode in the search: the desk of its school is led to it, and nobody else learns anything."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.services.house import RunningHouse, running
from tests.services.people import enter, open_school, person
from tests.stage.desk import copies


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("copies") / "var") as house:
        with house.administrator() as root:
            for code in ("AA", "BB"):
                open_school(root, code, f"Trường {code}")
                person(root, code, f"thu.thu.{code.lower()}", "librarian")
            person(root, "AA", "em.an", "pupil", name="Em An")
            person(root, "AA", "co.ba", "teacher", name="Cô Ba")
        yield house


def answer(client: httpx.Client, code: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/search", params={"q": code}).raise_for_status().json()
    return {key: value for key, value in found.items() if key not in ("query", "nowhere")}


def test_a_barcode_leads_the_desk_of_its_school_to_the_copy_and_tells_nobody_else(town: RunningHouse) -> None:
    with enter(town, "thu.thu.aa") as desk:
        (code,) = copies(desk, 1, shelf="B2")
        found = answer(desk, f" {code} ")
        assert (found["item"]["barcode"], found["item"]["title"], found["item"]["shelf"], found["item"]["status"]) == (
            code,
            "Đất rừng phương Nam",
            "B2",
            "available",
        )
        assert [work["id"] for work in found["works"]] == [found["item"]["work_id"]]
        page = desk.get("/tim", params={"q": code}, headers={"Accept": "text/html"}).text
        assert f'href="/tl/{found["item"]["work_id"]}' in page and code in page and "kệ B2" in page
        assert answer(desk, "TV999999")["item"] is None
    for login in ("thu.thu.bb", "em.an", "co.ba"):
        with enter(town, login) as other:
            assert answer(other, code) == answer(other, "TV999999"), login
            assert "Đất rừng" not in other.get("/tim", params={"q": code}, headers={"Accept": "text/html"}).text
    with town.client() as visitor:
        assert answer(visitor, code) == answer(visitor, "TV999999")
