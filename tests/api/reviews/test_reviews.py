"""Reviews over HTTP and by the plain forms: a teacher sends, a reviewer decides on the very bytes that readers get; and
everything that may go wrong.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school, person
from tests.stage import makers

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("reviews") / "var") as house:
        with house.administrator() as root:
            for code in ("AA", "BB"):
                open_school(root, code, f"Trường {code}")
            for login, role in (("huong", "teacher"), ("minh", "reviewer"), ("lan", "leader"), ("khue", "pupil")):
                person(root, "AA", login, role, name=login.title())
            person(root, "BB", "nguoi.la", "reviewer")
        yield house


@pytest.fixture
def huong(school: RunningHouse) -> Iterator[httpx.Client]:
    with enter(school, "huong") as client:
        yield client


@pytest.fixture
def minh(school: RunningHouse) -> Iterator[httpx.Client]:
    with enter(school, "minh") as client:
        yield client


def lecture(client: httpx.Client, folder: Path, title: str, **told: str) -> dict[str, Any]:
    return wait_for(client, upload(client, makers.textbook(folder / f"{title}.pdf", 2, title=title), **told))


def submit(client: httpx.Client, folder: Path, title: str) -> dict[str, Any]:
    row = lecture(client, folder, title, review="true", sight="school")
    found: dict[str, Any] = client.get(f"/api/v1/reviews/{row['review']['id']}").raise_for_status().json()
    return found


def named(review: dict[str, Any]) -> dict[str, str]:
    return {"version_id": review["version_id"], "digest": review["digest"]}


def decide(client: httpx.Client, review: dict[str, Any], how: str, **wish: Any) -> httpx.Response:
    return client.post(f"/api/v1/reviews/{review['id']}/{how}", json={**named(review), **wish})


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_attack_16_readers_get_byte_for_byte_what_the_reviewer_approved(
    school: RunningHouse, huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    review = submit(huong, tmp_path, "Tứ giác quanh em")
    sent = hashlib.sha256((tmp_path / "Tứ giác quanh em.pdf").read_bytes()).hexdigest()
    work, shown = f"/api/v1/works/{review['work_id']}", f"/api/v1/reviews/{review['id']}"
    previewed = [
        minh.get(f"{shown}/{what}").raise_for_status().content
        for what in ("file", "pages/1/image", "pages/2/image?size=400")
    ]
    with enter(school, "khue") as pupil:
        assert pupil.get(work).status_code == 404 and pupil.get(f"{shown}/file").status_code == 404
        assert decide(minh, review, "approval").json()["state"] == "approved"
        served = [
            pupil.get(f"{work}/{what}").raise_for_status().content
            for what in ("file", "pages/1/image", "pages/2/image?size=400")
        ]
    assert served == previewed and hashlib.sha256(served[0]).hexdigest() == sent
    assert huong.get("/api/v1/deposits").json()["deposits"][0]["stands"] == "published"


def test_a_reason_typed_is_the_reason_read_and_a_new_version_goes_the_same_way(
    huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    review = submit(huong, tmp_path, "Phân số bằng nhau")
    assert problem(decide(minh, review, "return")) == (422, "reason-needed")
    assert problem(decide(minh, review, "return", reasons=["LA"])) == (422, "unknown-value")
    back = decide(minh, review, "return", reasons=["SAI_KIEN_THUC"], remark="Sửa đơn vị ở trang 2 rồi gửi lại nhé.")
    assert back.status_code == 200
    row = huong.get("/api/v1/deposits").json()["deposits"][0]
    assert (row["stands"], row["review"]["remark"], row["review"]["decided_by"]) == (
        "returned",
        "Sửa đơn vị ở trang 2 rồi gửi lại nhé.",
        "Minh",
    )
    assert row["review"]["reasons"] == [{"code": "SAI_KIEN_THUC", "name": "Sai kiến thức"}]
    for language, named in (("vi", "Sai kiến thức"), ("en", "Factual error")):
        told = huong.get("/api/v1/me/notices", headers={"Accept-Language": language}).json()["notices"]
        assert (
            next(one["more"] for one in told if one["kind"] == "work-returned")
            == f"{named}. Sửa đơn vị ở trang 2 rồi gửi lại nhé."
        )
    fresh = lecture(huong, tmp_path, "Bản hai", review="true", work=row["work_id"])
    assert (fresh["work_id"], fresh["version"], fresh["stands"], fresh["work_title"]) == (
        row["work_id"],
        2,
        "in-review",
        "Phân số bằng nhau",
    )
    assert [one["stands"] for one in huong.get("/api/v1/deposits").json()["deposits"][:2]] == ["in-review", "replaced"]
    assert problem(decide(minh, review, "approval")) == (409, "already-decided")
    again = minh.get(f"/api/v1/reviews/{fresh['review']['id']}").json()
    assert problem(decide(minh, again | {"digest": review["digest"]}, "approval")) == (409, "version-changed")
    assert decide(minh, again, "approval").status_code == 200


def test_attack_16_a_swap_between_opening_and_approving_is_refused(
    huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    review = submit(huong, tmp_path, "Hình trụ quanh em")
    opened = minh.post(f"/api/v1/reviews/{review['id']}/claim").json()
    lecture(huong, tmp_path, "Ruột khác", work=review["work_id"])
    assert problem(decide(minh, opened, "approval")) == (409, "version-changed")
    assert huong.get(f"/api/v1/works/{review['work_id']}").json()["state"] == "draft"
    page = minh.post(f"/duyet/{review['id']}/duyet", data=named(opened), headers=HTML)
    assert page.status_code == 409 or "bản mới" in page.text


def test_two_reviewers_at_once_each_get_another_and_see_who_has_the_first(
    school: RunningHouse, huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    first, second = submit(huong, tmp_path, "Một trong hai"), submit(huong, tmp_path, "Hai trong hai")
    with enter(school, "lan") as lan:
        mine, hers = minh.post("/api/v1/reviews/next").json(), lan.post("/api/v1/reviews/next").json()
        assert (mine["review"]["id"], hers["review"]["id"]) == (first["id"], second["id"])
        seen = lan.post(f"/api/v1/reviews/{first['id']}/claim").json()
        assert seen["held_by"] == "Minh" and [
            one["held_by"] for one in lan.get("/api/v1/reviews").json()["reviews"]
        ] == ["Minh", None]
        assert "Minh đang mở bài này" in lan.get(f"/duyet/{first['id']}", headers=HTML).text
        assert decide(minh, mine["review"], "approval").status_code == 200
        late = decide(lan, seen, "return", reasons=["MO_KHO_DOC"])
        assert problem(late) == (409, "already-decided") and "Minh" in late.json()["vi"]
        assert minh.delete(f"/api/v1/reviews/{first['id']}/decision").json()["state"] == "waiting"
        for review in (first, second):
            assert huong.delete(f"/api/v1/reviews/{review['id']}").json()["state"] == "recalled"


def test_an_undo_comes_from_whoever_decided_and_only_once(
    school: RunningHouse, huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    review = submit(huong, tmp_path, "Nguyên tử")
    decide(minh, review, "approval").raise_for_status()
    with enter(school, "lan") as lan:
        assert problem(lan.delete(f"/api/v1/reviews/{review['id']}/decision")) == (403, "not-your-decision")
    assert minh.delete(f"/api/v1/reviews/{review['id']}/decision").status_code == 200
    assert problem(minh.delete(f"/api/v1/reviews/{review['id']}/decision")) == (403, "not-your-decision")
    assert huong.delete(f"/api/v1/reviews/{review['id']}").status_code == 200


def test_attack_15_own_work_and_strangers_are_refused(
    school: RunningHouse, huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    own = submit(minh, tmp_path, "Bài của thầy Minh")
    assert problem(decide(minh, own, "approval")) == (403, "own-work")
    assert problem(decide(huong, own, "approval")) == (404, "unknown-review")
    assert problem(huong.get("/api/v1/reviews")) == (403, "not-a-reviewer")
    assert huong.get("/duyet", headers=HTML).status_code == 403
    assert problem(minh.get("/api/v1/reviews/khong-co")) == (404, "unknown-review")
    assert own["id"] not in [one["id"] for one in minh.get("/api/v1/reviews").json()["reviews"]]
    with enter(school, "nguoi.la") as stranger:
        assert problem(decide(stranger, own, "approval")) == (404, "unknown-review")
    assert problem(minh.post(f"/api/v1/works/{own['work_id']}/review", json={})) == (409, "already-in-review")
    assert minh.delete(f"/api/v1/reviews/{own['id']}").status_code == 200
    assert minh.post(f"/api/v1/works/{own['work_id']}/review", json={"sight": "province"}).json()["sight"] == "province"
    assert minh.post(f"/api/v1/works/{own['work_id']}/review", json={"state": "approved"}).status_code == 422


def test_the_wish_of_an_upload_that_is_still_on_its_way_is_kept(
    huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    path = makers.textbook(tmp_path / "cham.pdf", 2, title="Đường truyền chậm")
    data = path.read_bytes()
    created = huong.post(
        "/api/v1/uploads", headers={"Upload-Length": str(len(data)), "Upload-Metadata": "filename Y2hhbS5wZGY="}
    ).raise_for_status()
    deposit = created.headers["Location"].rsplit("/", 1)[-1]
    wished = huong.post(f"/api/v1/deposits/{deposit}/review", json={"sight": "school"}).json()
    assert (wished["state"], wished["submitted"]) == ("receiving", True)
    huong.patch(created.headers["Location"], content=data, headers={"Upload-Offset": "0"}).raise_for_status()
    row = wait_for(huong, deposit)
    assert (row["stands"], row["work_state"]) == ("in-review", "in-review")
    assert problem(huong.post(f"/api/v1/deposits/{deposit}/review", json={})) == (409, "already-in-review")
    refused = wait_for(huong, upload(huong, makers.encrypted(tmp_path / "khoa.pdf"), review="true"))
    assert refused["state"] == "refused" and problem(
        huong.post(f"/api/v1/deposits/{refused['id']}/review", json={})
    ) == (409, "nothing-to-review")


def test_a_stranger_cannot_add_a_version_to_a_work(huong: httpx.Client, minh: httpx.Client, tmp_path: Path) -> None:
    row = lecture(huong, tmp_path, "Chỉ của cô Hương")
    for work in (row["work_id"], "khong-co"):
        answer = minh.post("/api/v1/deposits", files={"file": ("a.txt", b"x")}, data={"work": work})
        assert problem(answer) == (404, "unknown-work")
    assert minh.get(f"/gui?bai={row['work_id']}", headers=HTML).status_code == 404


def test_without_script_the_queue_opens_on_the_oldest_and_leads_on(
    school: RunningHouse, huong: httpx.Client, tmp_path: Path
) -> None:
    with enter(school, "lan") as lan:
        while (waiting := lan.post("/api/v1/reviews/next").json())["review"]:
            decide(lan, waiting["review"], "return", reasons=["MO_KHO_DOC"]).raise_for_status()
        assert "không còn bài nào chờ" in lan.get("/duyet", headers=HTML).text
        first, second = submit(huong, tmp_path, "Bài thứ nhất"), submit(huong, tmp_path, "Bài thứ hai")
        opened = lan.get("/duyet", headers=HTML)
        assert opened.headers["location"] == f"/duyet/{first['id']}"
        page = lan.get(opened.headers["location"], headers=HTML).text
        fields = dict(re.findall(r'name="(version_id|digest)" value="([^"]+)"', page))
        empty = lan.post(f"/duyet/{first['id']}/tra-lai", data=fields | {"remark": " "}, headers=HTML)
        assert empty.status_code == 422 and "Chọn một lí do" in empty.text
        done = lan.post(f"/duyet/{first['id']}/duyet", data=fields)
        twice = lan.post(f"/duyet/{first['id']}/duyet", data=fields)
        assert done.headers["location"] == twice.headers["location"] == f"/duyet?vua={first['id']}", (
            "a second press of the button changes nothing"
        )
        onwards = lan.get(done.headers["location"])
        assert onwards.headers["location"] == f"/duyet/{second['id']}?vua={first['id']}"
        after = lan.get(onwards.headers["location"]).text
        assert "Đã duyệt “Bài thứ nhất”" in after and f"/duyet/{first['id']}/hoan-tac" in after
        assert lan.post(f"/duyet/{first['id']}/hoan-tac").headers["location"] == f"/duyet/{first['id']}"
        assert "To review" in lan.get("/en/toi").text
    mine = huong.get("/bai-cua-toi").text
    assert "Trả lại để sửa" in mine and "Trường đang xem" in mine


def test_a_keeper_who_publishes_takes_the_work_out_of_the_queue(
    school: RunningHouse, huong: httpx.Client, minh: httpx.Client, tmp_path: Path
) -> None:
    review = submit(huong, tmp_path, "Công bố thẳng")
    with school.administrator() as root:
        row = root.get(f"/api/v1/works/{review['work_id']}").json()
        wish = {"version_id": row["version_id"], "digest": row["digest"], "sight": "school"}
        root.post(f"/api/v1/works/{review['work_id']}/publication", json=wish).raise_for_status()
    assert minh.get(f"/api/v1/reviews/{review['id']}").json()["state"] == "overruled"
    assert problem(decide(minh, review, "approval")) == (409, "already-decided")
