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


def test_attack_28_the_card_of_a_published_work_is_not_its_authors_to_change(inside: Inside, tmp_path: Path) -> None:
    work, _ = inside.lecture(tmp_path)
    address = f"/api/v1/works/{work}"
    assert inside.get("huong", address).json()["may_edit"] is True
    assert inside.ask("huong", "PATCH", address, json={"title": "Tên lúc duyệt"}).status_code == 200
    inside.open_to(work, Readers("school"))
    before = inside.get("em", address).json()
    for name, value in CARD.items():
        answer = inside.ask("huong", "PATCH", address, json={name: value})
        assert (answer.status_code, answer.json()["code"]) == (
            403,
            "approved-as-it-stands",
        ) and "quản trị viên" in answer.json()["vi"]
    assert inside.get("em", address).json() == before and before["title"] == "Tên lúc duyệt"
    assert (
        inside.get("huong", address).json()["may_edit"] is False
        and inside.get("quan", address).json()["may_edit"] is True
    )
    assert "giữ như lúc duyệt; cần sửa thì nhờ quản trị viên" in inside.get("huong", f"/tl/{work}", **HTML).text
    assert "Cần sửa tên hay tác giả thì nhờ quản trị viên" in inside.get("huong", f"/gui?bai={work}", **HTML).text
    assert "giữ như lúc duyệt" not in inside.get("em", f"/tl/{work}", **HTML).text
    assert inside.ask("quan", "PATCH", address, json={"title": "Quản trị sửa"}).json()["title"] == "Quản trị sửa"


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
