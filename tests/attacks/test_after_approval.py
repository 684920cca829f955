"""Attack 28: an author changes what readers see after it was approved, or after they have left. By JSON and on the
pages.
"""

import uuid
from pathlib import Path

from sqlalchemy import select

from library.catalogue.publishing import Readers
from library.clock import now
from library.database import transaction
from library.people import inviting, rosters
from library.people.models import Membership
from library.people.roles import Role
from tests.attacks.inside import Inside, actor, person

HTML = {"Accept": "text/html"}
CARD = {"title": "Tên khác", "authors": "Người khác", "type": "SGK", "subject": "TOAN", "grade": 1, "series": None}


def test_attack_28_what_readers_have_of_a_card_is_not_its_authors_to_change(inside: Inside, tmp_path: Path) -> None:
    work, _ = inside.lecture(tmp_path)
    address = f"/api/v1/works/{work}"
    assert inside.ask("huong", "PATCH", address, json={"title": "Tên lúc duyệt"}).status_code == 200
    inside.open_to(work, Readers("school"))
    before = inside.get("em", address).json()
    for name, value in CARD.items():
        assert inside.ask("huong", "PATCH", address, json={name: value}).status_code == 200
    assert inside.get("em", address).json() == before and before["title"] == "Tên lúc duyệt"
    waiting = inside.get("huong", f"{address}/card").json()
    assert {name: waiting[name] for name in CARD} == CARD and waiting["version"] == 2
    page = inside.get("huong", f"/tl/{work}/the", **HTML).text
    assert "Lưu thông tin" in page and "Tên khác" in page, "what waits is corrected in place"
    assert [inside.get(who, f"/tl/{work}/the", **HTML).status_code for who in ("em", "minh", "anh")] == [403, 403, 403]
    inside.ask("quan", "PATCH", address, json={"title": "Quản trị sửa"})
    assert inside.get("em", address).json()["title"] == "Quản trị sửa"
    assert inside.get("huong", f"{address}/card").json()["title"] == "Quản trị sửa", "the next approval keeps it"


def test_attack_28_who_has_left_is_offered_nothing_and_changes_nothing(inside: Inside, tmp_path: Path) -> None:
    login = f"co.{uuid.uuid4().hex[:8]}"
    with transaction(inside.house.engine) as session:
        inviting.add_person(session, login, login, Role.TEACHER, inviting.unit_by_code(session, "AA"), at=now())
    inside.enter(login)
    work, _ = inside.lecture(tmp_path, by=login)
    open_one, _ = inside.lecture(tmp_path, by=login)
    inside.open_to(open_one, Readers("public"))
    offered = inside.get(login, "/bai-cua-toi", **HTML).text
    assert f"/gui?bai={open_one}" in offered and "gui-duyet" in offered
    with transaction(inside.house.engine) as session:
        held = session.scalars(select(Membership).where(Membership.person_id == person(session, login).id)).one()
        rosters.end_role(session, held.id, by=actor(session, "quan"), at=now())
    for one in (work, open_one):
        told = inside.get(login, f"/api/v1/works/{one}").json()
        assert told["may_edit"] is False
        asked = (
            inside.ask(login, "PATCH", f"/api/v1/works/{one}", json={"title": "Vẫn đổi"}),
            inside.ask(login, "POST", f"/api/v1/works/{one}/review", json={"sight": "public"}),
            inside.ask(login, "POST", "/api/v1/deposits", files={"file": ("a.txt", b"x")}, data={"work": one}),
            inside.get(login, f"/api/v1/works/{one}/history"),
            inside.get(login, f"/gui?bai={one}", **HTML),
        )
        assert [answer.status_code for answer in asked] == [403, 403, 403, 403, 404]
    offered = inside.get(login, "/bai-cua-toi", **HTML).text
    assert "gui-duyet" not in offered and "/gui?bai=" not in offered and "Vai trò ở trường này đã kết thúc" in offered
    assert [one["may_edit"] for one in inside.get(login, "/api/v1/deposits").json()["deposits"]] == [False, False]
