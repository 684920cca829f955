"""From a file to the right page, over HTTP."""

from typing import Any

import pytest

from tests.services.house import RunningHouse
from tests.stage import makers


def test_three_words_without_marks_lead_to_the_right_page_with_the_words_marked(
    house: RunningHouse, published: dict[str, Any]
) -> None:
    with house.client() as pupil:
        found = pupil.get("/api/v1/search", params={"q": "dinh li thales dao"}).json()
        work = found["works"][0]
        assert (work["id"], work["pages"][0]["number"], work["tier"]) == (published["work_id"], makers.KEY_PAGE, 1)
        assert found["page_total"] == 1
        assert "".join(piece["text"] for piece in work["pages"][0]["snippet"] if piece["marked"]).startswith(
            "định lí Thalès đảo"
        )
        page = pupil.get(
            f"/api/v1/works/{work['id']}/pages/{makers.KEY_PAGE}", params={"q": "dinh li thales dao"}
        ).json()
        assert len(page["boxes"]) == 1
        assert all(0 <= page["boxes"][0][name] <= 1 for name in ("x", "y", "width", "height"))
        assert "".join(piece["text"] for piece in page["text"] if piece["hit"] == 0) == "định lí Thalès đảo"
        image = pupil.get(page["image_400"])
        assert (image.headers["content-type"], image.content[8:12]) == ("image/webp", b"WEBP")
        hits = pupil.get(f"/api/v1/works/{work['id']}/hits", params={"q": "dinh li thales dao"}).json()
        assert [(one["number"], one["heading"]) for one in hits["pages"]] == [(makers.KEY_PAGE, "Chương 2")]


def test_subject_and_grade_were_guessed_and_narrow_the_search(house: RunningHouse, published: dict[str, Any]) -> None:
    with house.client() as pupil:
        found = pupil.get("/api/v1/search", params={"q": "tam giác", "subject": "TOAN", "grade": "8"}).json()
        assert published["work_id"] in {work["id"] for work in found["works"]}
        assert [
            value["code"]
            for facet in found["facets"]
            if facet["name"] == "grade"
            for value in facet["values"]
            if value["chosen"]
        ] == ["8"]
        others = pupil.get("/api/v1/search", params={"q": "tam giác", "grade": "9"}).json()["works"]
        assert published["work_id"] not in {work["id"] for work in others}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tim?q=tam+giac",
        "/tl/{id}",
        "/doc/{id}?p=37&q=thales",
        "/doc/{id}?p=37&che-do=chu&q=thales",
        "/dang-nhap",
        "/tro-giup",
    ],
)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_is_whole_without_script(
    house: RunningHouse, published: dict[str, Any], path: str, prefix: str
) -> None:
    with house.client() as pupil:
        answer = pupil.get(prefix + path.format(id=published["work_id"]))
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1
        assert f'<html lang="{"en" if prefix else "vi"}">' in answer.text
        assert " style=" not in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_the_file_comes_back_byte_for_byte_and_in_ranges(house: RunningHouse, published: dict[str, Any]) -> None:
    address = f"/api/v1/works/{published['work_id']}/file"
    with house.client() as pupil:
        whole = pupil.get(address)
        assert len(whole.content) == published["size"]
        assert whole.headers["content-disposition"].startswith("attachment")
        part = pupil.get(address, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        assert pupil.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416


def test_the_place_is_remembered_for_who_is_signed_in(house: RunningHouse, published: dict[str, Any]) -> None:
    address = f"/api/v1/works/{published['work_id']}"
    with house.administrator() as reader, house.client() as visitor:
        assert reader.put(f"{address}/place", json={"page": 12}).status_code == 204
        assert reader.get(address).json()["place"] == 12
        assert [(one["id"], one["place"]) for one in reader.get("/api/v1/home").json()["read_on"]] == [
            (published["work_id"], 12)
        ]
        assert reader.put(f"{address}/place", json={"page": 41}).json()["code"] == "unknown-page"
        assert visitor.put(f"{address}/place", json={"page": 12}).status_code == 401
        assert visitor.get(address).json()["place"] is None
