"""People, roles and units in somebody's care: invited, moved, shut out; attacks 14, 17, 22 and 24 of the threat
model.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine

from library import migrations
from library.clock import now
from library.database import open_engine, transaction
from library.people import inviting, sign_in
from tests.services.house import PASSWORD, RunningHouse, running
from tests.services.people import enter, person
from tests.stage import makers


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A province with one commune and two schools, each with an administrator."""
    with running(tmp_path_factory.mktemp("town") / "var") as house:
        with house.administrator() as root:
            for wish in (
                {"kind": "commune", "code": "XA-1", "name": "Xã Vĩnh Thuận", "place": "tinh"},
                {"kind": "school", "code": "THCS-1", "name": "THCS Vĩnh Thuận", "place": "XA-1"},
                {"kind": "school", "code": "THPT-1", "name": "THPT Ba Đình", "place": "XA-1", "authority": "tinh"},
            ):
                root.post("/api/v1/units", json=wish).raise_for_status()
            person(root, "THCS-1", "qt.thcs", "administrator")
            person(root, "THPT-1", "qt.thpt", "administrator")
        yield house


def test_the_managing_authority_is_said_for_each_school(town: RunningHouse) -> None:
    with town.administrator() as root:
        units = {one["code"]: one for one in root.get("/api/v1/units").json()["units"]}
    assert (units["THCS-1"]["authority"]["code"], units["THPT-1"]["authority"]["code"]) == ("XA-1", "tinh")
    assert units["THCS-1"]["place"]["code"] == units["THPT-1"]["place"]["code"] == "XA-1"


def test_an_administrator_of_one_school_knows_nothing_of_another(town: RunningHouse) -> None:
    with enter(town, "qt.thcs") as mine, town.administrator() as root:
        assert [one["code"] for one in mine.get("/api/v1/units").json()["units"]] == ["THCS-1"]
        stranger = person(root, "THPT-1", "co.la", "teacher")
        hidden, absent = mine.get("/api/v1/units/THPT-1/members"), mine.get("/api/v1/units/KHONG-CO/members")
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["code"] == absent.json()["code"]
        for answer in (
            mine.put(f"/api/v1/people/{stranger}/disabled"),
            mine.post(f"/api/v1/people/{stranger}/way-in", json={"way": "link"}),
            mine.post(f"/api/v1/people/{stranger}/roles", json={"unit": "THCS-1", "role": "teacher"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-member")
        assert (
            mine.post("/api/v1/units", json={"kind": "school", "code": "X-9", "name": "X", "place": "XA-1"}).status_code
            == 404
        )


def test_a_school_cannot_open_a_way_into_an_account_that_has_roles_elsewhere(town: RunningHouse) -> None:
    with town.administrator() as root, enter(town, "qt.thcs") as mine:
        shared = person(root, "THCS-1", "thay.hai.truong", "teacher")
        root.post(f"/api/v1/people/{shared}/roles", json={"unit": "THPT-1", "role": "teacher"}).raise_for_status()
        assert mine.post(f"/api/v1/people/{shared}/way-in", json={"way": "link"}).json()["code"] == "not-allowed"
        assert mine.put(f"/api/v1/people/{shared}/disabled").json()["code"] == "not-allowed"


def test_attack_17_disabling_ends_every_access_at_once_open_uploads_included(
    town: RunningHouse, tmp_path: Path
) -> None:
    path = makers.textbook(tmp_path / "do-dang.pdf", 3)
    with town.administrator() as root:
        who = person(root, "THCS-1", "thay.nghi", "teacher")
        with enter(town, "thay.nghi") as teacher:
            created = teacher.post(
                "/api/v1/uploads",
                headers={
                    "Tus-Resumable": "1.0.0",
                    "Upload-Length": str(path.stat().st_size),
                    "Upload-Metadata": "filename YQ==",
                },
            )
            created.raise_for_status()
            patch = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
            teacher.patch(
                created.headers["Location"], content=path.read_bytes()[:1000], headers=patch
            ).raise_for_status()
            link = root.post(f"/api/v1/people/{who}/way-in", json={"way": "link"}).json()["link"]
            began = time.monotonic()
            root.put(f"/api/v1/people/{who}/disabled").raise_for_status()
            more = teacher.patch(
                created.headers["Location"],
                content=path.read_bytes()[1000:],
                headers={**patch, "Upload-Offset": "1000"},
            )
            assert (more.status_code, time.monotonic() - began < 1) == (401, True)
            assert teacher.get("/api/v1/me").json()["signed_in"] is False
            assert teacher.get("/api/v1/deposits").status_code == 401
            assert httpx.get(f"{town.address}/api/v1/invitations/{link.rsplit('/', 1)[-1]}").status_code == 410
            assert teacher.post("/api/v1/sign-in", json={"login": "thay.nghi", "password": PASSWORD}).status_code == 401
        root.delete(f"/api/v1/people/{who}/disabled").raise_for_status()
        enter(town, "thay.nghi").close()


def test_attack_17_a_role_that_ends_is_gone_with_the_next_request(town: RunningHouse) -> None:
    with town.administrator() as root:
        person(root, "THCS-1", "qt.tam", "administrator")
        with enter(town, "qt.tam") as other:
            assert other.get("/api/v1/units").status_code == 200
            held = next(
                one for one in root.get("/api/v1/units/THCS-1/members").json()["members"] if one["login"] == "qt.tam"
            )
            root.delete(f"/api/v1/memberships/{held['membership_id']}").raise_for_status()
            assert (other.get("/api/v1/units").status_code, other.get("/api/v1/units/THCS-1/members").status_code) == (
                403,
                403,
            )


def test_the_last_administrator_cannot_be_shut_out(town: RunningHouse) -> None:
    with town.administrator() as root:
        me = next(one for one in root.get("/api/v1/units/tinh/members").json()["members"] if one["login"] == "quan.tri")
        for answer in (
            root.put(f"/api/v1/people/{me['person_id']}/disabled"),
            root.delete(f"/api/v1/memberships/{me['membership_id']}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "last-administrator")


def test_a_printed_password_opens_only_the_form_for_a_new_one(town: RunningHouse) -> None:
    with town.administrator() as root, town.client() as pupil:
        made = root.post(
            "/api/v1/units/THCS-1/members",
            json={"login": "em.khue", "name": "Đỗ Minh Khuê", "role": "pupil", "way": "password"},
        ).json()
        assert re.fullmatch(r"([a-z]{2,3}-){3}[a-z]{2,3}\d\d", made["password"])
        pupil.post("/api/v1/sign-in", json={"login": "em.khue", "password": made["password"]}).raise_for_status()
        assert pupil.get("/api/v1/me").json()["password_to_choose"] is True
        assert pupil.get("/toi").headers["location"] == "/doi-mat-khau"
        refused = pupil.get("/api/v1/deposits")
        assert (refused.status_code, refused.json()["code"]) == (403, "password-to-choose")
        same = pupil.put("/api/v1/me/password", json={"old": made["password"], "new": made["password"]})
        assert same.json()["code"] == "same-password"
        pupil.put("/api/v1/me/password", json={"old": made["password"], "new": PASSWORD}).raise_for_status()
        assert pupil.get("/api/v1/me").json()["role"] == "pupil"
        with town.client() as again:
            assert (
                again.post("/api/v1/sign-in", json={"login": "em.khue", "password": made["password"]}).status_code
                == 401
            )


def test_attack_22_the_sign_in_is_new_at_every_door_and_signing_out_clears_the_browser(town: RunningHouse) -> None:
    with town.client() as client:
        tokens = []
        for _ in range(2):
            client.post("/api/v1/sign-in", json={"login": "quan.tri", "password": PASSWORD}).raise_for_status()
            tokens.append(client.cookies["hoclieu"])
        assert tokens[0] != tokens[1] and all(len(one) >= 43 for one in tokens)
        assert "storage" in client.post("/api/v1/sign-out").headers["clear-site-data"]
        assert httpx.get(f"{town.address}/api/v1/units", cookies={"hoclieu": tokens[1]}).status_code == 401
        assert httpx.get(f"{town.address}/api/v1/units", cookies={"hoclieu": tokens[0]}).status_code == 401, (
            "the one before ended when the second began"
        )


def test_attack_22_on_a_shared_computer_the_sign_in_ends_when_nobody_uses_it(database_url: str) -> None:
    engine = open_engine(database_url)
    migrations.upgrade(database_url)
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock, transaction(engine) as session:
        who = inviting.add_person(
            session, "em.lan", "Lan", "pupil", inviting.ensure_province(session, "Tỉnh"), at=now(), password_hash="x"
        )
        shared, own = (
            sign_in.open_sign_in(session, who, at=now(), shared=True),
            sign_in.open_sign_in(session, who, at=now()),
        )
        clock.shift(29 * 60)
        assert sign_in.actor_of(session, shared, at=now()).person is who
        sign_in.note_use(session, shared, at=now())
        session.expire_all()
        clock.shift(29 * 60)
        assert sign_in.actor_of(session, shared, at=now()).person is who
        clock.shift(2 * 60)
        sign_in.note_use(session, shared, at=now())
        session.expire_all()
        assert sign_in.actor_of(session, shared, at=now()).person is None, (
            "idle for 31 minutes, and coming back late revives nothing"
        )
        assert sign_in.actor_of(session, own, at=now()).person is who
    engine.dispose()


def test_one_person_in_two_schools_switches_the_role_in_use(town: RunningHouse) -> None:
    with town.administrator() as root:
        who = person(root, "THCS-1", "co.hai.vai", "teacher")
        root.post(f"/api/v1/people/{who}/roles", json={"unit": "THPT-1", "role": "reviewer"}).raise_for_status()
        with enter(town, "co.hai.vai") as both:
            roles = both.get("/api/v1/me").json()["roles"]
            assert {(one["role"], one["unit"]["code"]) for one in roles} == {
                ("teacher", "THCS-1"),
                ("reviewer", "THPT-1"),
            }
            other = next(one for one in roles if not one["current"])
            assert both.put("/api/v1/me/role", json={"role_id": other["id"]}).json()["role"] == other["role"]
            assert both.get("/api/v1/me").json()["role"] == other["role"]
            foreign = both.put("/api/v1/me/role", json={"role_id": root.get("/api/v1/me").json()["roles"][0]["id"]})
            assert (foreign.status_code, foreign.json()["code"]) == (403, "role-not-held")


def test_a_merged_school_keeps_its_id_and_its_people_come_along(town: RunningHouse) -> None:
    with town.administrator() as root:
        for code in ("CU-1", "MOI-1"):
            root.post(
                "/api/v1/units", json={"kind": "school", "code": code, "name": f"Trường {code}", "place": "XA-1"}
            ).raise_for_status()
        person(root, "CU-1", "co.theo", "teacher")
        root.patch("/api/v1/units/CU-1", json={"name": "Trường đổi tên"}).raise_for_status()
        closed = root.post("/api/v1/units/CU-1/succession", json={"into": ["MOI-1"]}).json()
        assert (closed["code"], closed["closed_at"] is not None) == ("CU-1", True)
        assert [one["login"] for one in root.get("/api/v1/units/MOI-1/members").json()["members"]] == ["co.theo"]
        assert root.get("/api/v1/units/CU-1/members").json()["members"] == []
        late = root.post(
            "/api/v1/units/CU-1/members", json={"login": "den.muon", "name": "Đến muộn", "role": "teacher"}
        )
        assert (late.status_code, late.json()["code"]) == (409, "unit-closed")


@pytest.mark.parametrize("part", ["authority", "hub"])
def test_a_school_that_has_closed_neither_manages_another_nor_reviews_for_it(town: RunningHouse, part: str) -> None:
    old, new = f"CU-{part}", f"MOI-{part}"
    with town.administrator() as root:
        for code in (old, new):
            root.post(
                "/api/v1/units", json={"kind": "school", "code": code, "name": f"Trường {code}", "place": "XA-1"}
            ).raise_for_status()
        root.post(f"/api/v1/units/{old}/succession", json={"into": [new]}).raise_for_status()
        refused = root.patch(f"/api/v1/units/{new}", json={part: old})
        assert (refused.status_code, refused.json()["code"]) == (409, "unit-closed")


def test_a_class_of_this_year_carries_its_pupils(town: RunningHouse) -> None:
    with town.administrator() as root:
        pupils = [person(root, "THCS-1", f"em.so.{number}", "pupil") for number in range(3)]
        root.put(f"/api/v1/people/{pupils[2]}/disabled").raise_for_status()  # locked, and a pupil all the same
        made = root.post("/api/v1/units/THCS-1/classes", json={"name": "8A2", "grade": 8}).json()
        one = made["classes"][0]
        again = root.post(f"/api/v1/classes/{one['id']}/pupils", json={"person_ids": pupils}).json()
        again = root.post(f"/api/v1/classes/{one['id']}/pupils", json={"person_ids": pupils[:1]}).json()
        assert (again["classes"][0]["name"], again["classes"][0]["pupils"]) == ("8A2", 3)
        assert root.post("/api/v1/units/THCS-1/classes", json={"name": "8A2"}).json()["classes"][0]["id"] == one["id"]


@pytest.mark.parametrize(
    "field",
    [
        "id",
        "unit_id",
        "person_id",
        "password_hash",
        "disabled_at",
        "first_password",
        "created_at",
        "approved_by",
        "school_id",
    ],
)
def test_attack_14_no_wish_takes_a_column_it_was_not_asked_for(town: RunningHouse, field: str) -> None:
    wishes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (
            "POST",
            "/api/v1/units/THCS-1/members",
            {"login": f"ke.xau.{field}"[:60], "name": "Kẻ xấu", "role": "teacher"},
        ),
        ("POST", "/api/v1/units", {"kind": "school", "code": "X-1", "name": "X", "place": "XA-1"}),
        ("PATCH", "/api/v1/units/THCS-1", {"name": "THCS Vĩnh Thuận"}),
        ("POST", "/api/v1/units/THCS-1/classes", {"name": "9A1"}),
    )
    with town.administrator() as root:
        for method, path, wish in wishes:
            assert root.request(method, path, json={**wish, field: "x"}).status_code == 422
