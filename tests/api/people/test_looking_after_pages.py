"""The pages of administrators as plain forms: departments, classes, hub schools, mergers and splits; and links that do
not work.
"""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from library.clock import now
from library.database import open_engine, transaction
from library.people.models import Invitation
from library.people.sign_in import token_hash
from tests.services.house import PASSWORD, RunningHouse, running
from tests.services.people import enter, open_school, person

SCHOOLS = {
    "AA": "THCS Vĩnh Thuận",
    "BB": "THCS Ba Đình",
    "CC": "THCS Cũ",
    "D1": "THCS Đông",
    "D2": "THCS Tây",
    "EE": "THCS Lớn",
}
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("pages") / "var") as house:
        with house.administrator() as root:
            for code, name in (
                ("AA", "THCS Vĩnh Thuận"),
                ("BB", "THCS Ba Đình"),
                ("CC", "THCS Cũ"),
                ("D1", "THCS Đông"),
                ("D2", "THCS Tây"),
                ("EE", "THCS Lớn"),
            ):
                open_school(root, code, name)
            person(root, "AA", "co.huong", "teacher", name="Nguyễn Thị Hương")
            person(root, "AA", "em.khue", "pupil", name="Đỗ Minh Khuê")
            person(root, "CC", "co.thao", "teacher", name="Lê Phuong Thảo")
        yield house


@pytest.fixture
def root(town: RunningHouse) -> Iterator[httpx.Client]:
    with town.administrator() as client:
        yield client


def ids(root: httpx.Client, unit: str) -> dict[str, str]:
    return {one["login"]: one["person_id"] for one in root.get(f"/api/v1/units/{unit}/members").json()["members"]}


def test_a_department_is_opened_and_gets_its_people_by_the_pages(root: httpx.Client) -> None:
    form = {"kind": "department", "code": "AA-TOAN", "name": "Tổ Toán", "place": "AA"}
    assert root.post("/quan-tri/truong", data=form).status_code == 303
    huong = ids(root, "AA")["co.huong"]
    assert (
        root.post(
            f"/quan-tri/nguoi-dung/{huong}/vai-tro", data={"unit": "AA", "place": "AA-TOAN", "role": "department-head"}
        ).status_code
        == 303
    )
    assert "Tổ trưởng · Tổ Toán" in root.get("/quan-tri/nguoi-dung?don_vi=AA-TOAN").text
    refused = root.post(
        f"/quan-tri/nguoi-dung/{huong}/vai-tro", data={"unit": "AA", "place": "AA-TOAN", "role": "king"}
    )
    assert (refused.status_code, "Không có vai trò “king”" in refused.text) == (422, True)


def test_a_class_is_opened_and_filled_by_the_pages(root: httpx.Client, town: RunningHouse) -> None:
    assert root.post("/quan-tri/lop", data={"unit": "AA", "name": "8A1", "grade": "8"}).status_code == 303
    [opened] = root.get("/api/v1/units/AA/classes").json()["classes"]
    for login in ("co.huong", "em.khue"):
        answer = root.post(
            f"/quan-tri/nguoi-dung/{ids(root, 'AA')[login]}/lop", data={"unit": "AA", "school_class": opened["id"]}
        )
        assert answer.status_code == 303
    assert root.get("/api/v1/units/AA/classes").json()["classes"][0]["pupils"] == 1, (
        "a teacher of the class is no pupil of it"
    )
    with enter(town, "co.huong") as teacher, enter(town, "em.khue") as pupil:
        assert "Lớp 8A1" in teacher.get("/toi").text and "1 học sinh" in teacher.get("/toi").text
        assert "Lớp 8A1" in pupil.get("/toi").text
    wrong = root.post(
        f"/quan-tri/nguoi-dung/{ids(root, 'AA')['em.khue']}/lop", data={"unit": "AA", "school_class": "nothing"}
    )
    assert (wrong.status_code, "Không tìm thấy lớp này" in wrong.text) == (404, True)


def test_a_hub_and_the_managing_authority_are_chosen_by_the_pages(root: httpx.Client) -> None:
    assert root.post("/quan-tri/truong/BB", data={"hub": "AA"}).status_code == 303
    page = root.get("/quan-tri/truong").text
    assert "duyệt hộ: THCS Vĩnh Thuận" in page
    root.post(
        "/api/v1/units", json={"kind": "commune", "code": "XA", "name": "Xã Vĩnh Thuận", "place": "tinh"}
    ).raise_for_status()
    assert root.post("/quan-tri/truong/BB", data={"authority": "XA"}).status_code == 303
    assert root.get("/api/v1/schools/BB").json()["authority"]["name"] == "Xã Vĩnh Thuận"
    assert root.post("/quan-tri/truong/BB", data={"hub": "-"}).status_code == 303
    assert "duyệt hộ: THCS" not in root.get("/quan-tri/truong").text


def test_a_merged_school_names_its_successor_and_its_people_are_there(root: httpx.Client, town: RunningHouse) -> None:
    assert root.post("/quan-tri/truong/CC", data={"name": "THCS Cũ Mới"}).status_code == 303
    asked = root.post("/quan-tri/truong/CC", data={"into": "AA"})
    assert asked.status_code == 200 and "Sáp nhập THCS Cũ Mới vào" in asked.text and "1 người sang" in asked.text
    assert root.get("/api/v1/schools/CC").json()["closed_at"] is None, "it was only asked"
    assert root.post("/quan-tri/truong/CC", data={"into": "AA", "sure": "true"}).status_code == 303
    assert "THCS Cũ Mới" in root.get("/da-xoa").text, "there is a way back"
    with town.client() as visitor:
        page = visitor.get("/truong/CC", headers=HTML).text
        assert "Trường này đã đóng" in page and 'href="/truong/AA"' in page and "Tên cũ:" in page and "THCS Cũ" in page
        assert "Nhập từ:" in visitor.get("/truong/AA", headers=HTML).text
    assert "co.thao" in ids(root, "AA")


def test_a_school_is_split_into_two_and_never_into_one(root: httpx.Client) -> None:
    one = root.post("/quan-tri/truong/EE", data={"parts": ["D1"]})
    assert (one.status_code, root.get("/api/v1/schools/EE").json()["closed_at"]) == (422, None)
    asked = root.post("/quan-tri/truong/EE", data={"parts": ["D1", "D2"]})
    assert asked.status_code == 200 and '<input type="hidden" name="parts" value="D2">' in asked.text
    assert root.post("/quan-tri/truong/EE", data={"parts": ["D1", "D2"], "sure": "true"}).status_code == 303
    assert [found["code"] for found in root.get("/api/v1/schools/EE").json()["successors"]] in (
        ["D1", "D2"],
        ["D2", "D1"],
    )


def test_an_unknown_school_is_no_page_and_a_department_is_no_school(root: httpx.Client) -> None:
    for code in ("KHONG-CO", "tinh", "AA-TOAN"):
        answer = root.get(f"/truong/{code}", headers=HTML)
        assert (answer.status_code, "Không có đơn vị nào" in answer.text) == (404, True)


def test_a_link_that_is_used_or_was_never_made_says_what_to_do(root: httpx.Client, town: RunningHouse) -> None:
    made = root.post("/api/v1/units/AA/members", json={"login": "co.moi", "name": "Cô Mới", "role": "teacher"}).json()
    token = made["link"].rsplit("/", 1)[-1]
    form = {"name": "Cô Mới", "login": "co.moi", "password": PASSWORD}
    with town.client() as door:
        assert "Chọn mật khẩu mới" in door.get(f"/moi/{token}", headers=HTML).text
        assert door.post(f"/moi/{token}", data=form, headers=HTML).status_code == 303
        for answer in (
            door.get(f"/moi/{token}", headers=HTML),
            door.post(f"/moi/{token}", data=form, headers=HTML),
            door.get("/moi/la-lung", headers=HTML),
        ):
            assert (answer.status_code, "Nhờ quản trị viên tạo liên kết mới" in answer.text) == (410, True)
            assert "Về trang chủ" in answer.text


def test_a_link_that_has_expired_says_what_to_do(root: httpx.Client, town: RunningHouse) -> None:
    made = root.post("/api/v1/units/AA/members", json={"login": "co.cham", "name": "Cô Chậm", "role": "teacher"}).json()
    token = made["link"].rsplit("/", 1)[-1]
    engine = open_engine(town.database)
    with transaction(engine) as session:
        session.execute(
            update(Invitation)
            .where(Invitation.token_hash == token_hash(token))
            .values(expires_at=now() - timedelta(seconds=1))
        )
    engine.dispose()
    with town.client() as door:
        answer = door.get(f"/moi/{token}", headers=HTML)
        assert (answer.status_code, "đã quá hạn" in answer.text) == (410, True)
        assert door.get(f"/api/v1/invitations/{token}").json()["code"] == "link-used"


def test_a_person_whose_only_role_has_ended_is_told_what_to_do(root: httpx.Client, town: RunningHouse) -> None:
    person(root, "BB", "thay.nghi", "teacher")
    with enter(town, "thay.nghi") as client:
        [held] = [one for one in root.get("/api/v1/units/BB/members").json()["members"] if one["login"] == "thay.nghi"]
        root.delete(f"/api/v1/memberships/{held['membership_id']}").raise_for_status()
        page = client.get("/toi", headers=HTML)
        assert page.status_code == 200 and "Tài khoản chưa có vai trò" in page.text and "Nhờ quản trị viên" in page.text


def test_the_last_role_is_asked_about_and_given_back(root: httpx.Client) -> None:
    person(root, "BB", "thay.cuoi", "teacher", name="Thầy Cuối")
    [held] = [one for one in root.get("/api/v1/units/BB/members").json()["members"] if one["login"] == "thay.cuoi"]
    address = f"/quan-tri/nguoi-dung/vai-tro/{held['membership_id']}/thoi"
    asked = root.post(address, data={"unit": "BB"})
    assert asked.status_code == 200 and "Thôi vai trò cuối cùng của Thầy Cuối?" in asked.text
    assert "thay.cuoi" in ids(root, "BB"), "it was only asked"
    assert root.post(address, data={"unit": "BB", "sure": "true"}).status_code == 303
    assert "thay.cuoi" not in ids(root, "BB") and "Thầy Cuối" in root.get("/da-xoa").text
    back = root.post(f"/da-xoa/vai-tro/{held['membership_id']}/lay-lai")
    assert (back.status_code, back.headers["location"]) == (303, "/da-xoa") and "thay.cuoi" in ids(root, "BB")


def test_a_unit_opened_by_mistake_is_removed_by_the_pages(root: httpx.Client) -> None:
    opening = {"kind": "department", "code": "TO-NHAM", "name": "Tổ mở nhầm", "place": "AA"}
    assert root.post("/quan-tri/truong", data=opening).status_code == 303
    assert root.post("/quan-tri/truong/TO-NHAM/xoa").status_code == 303
    assert "Tổ mở nhầm" not in root.get("/quan-tri/truong").text
    kept = root.post("/quan-tri/truong/AA/xoa")
    assert kept.status_code == 409 and "không trống nên không xoá được" in kept.text


def test_everybody_is_welcomed_once_and_reads_it_at_the_bell(root: httpx.Client, town: RunningHouse) -> None:
    person(root, "BB", "co.tin", "teacher")
    with enter(town, "co.tin") as client:
        assert "Thông báo: 1 tin mới" in client.get("/toi").text
        [told] = client.get("/api/v1/me/notices").json()["notices"]
        assert (told["kind"], told["line"]) == ("welcome", "Chào mừng tới thư viện!")
        opened = client.post("/toi/thong-bao", data={"notice_id": told["id"]})
        assert (opened.status_code, opened.headers["location"]) == (303, "/tro-giup")
        assert client.get("/api/v1/me/notices").json()["unread"] == 0
        assert "tin mới" not in client.get("/toi").text
        fresh = (
            root.post(f"/api/v1/people/{ids(root, 'BB')['co.tin']}/way-in", json={"way": "link"})
            .json()["link"]
            .rsplit("/", 1)[-1]
        )
        client.post(
            f"/api/v1/invitations/{fresh}", json={"name": "x", "login": "co.tin", "password": PASSWORD}
        ).raise_for_status()
    with enter(town, "co.tin") as client:
        assert len(client.get("/api/v1/me/notices").json()["notices"]) == 1
