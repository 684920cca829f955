"""Signing in, the one rule of sight, and writes that come from elsewhere."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.services.house import PASSWORD, RunningHouse, upload, wait_for
from tests.stage import makers


def add(house: RunningHouse, login: str, *more: str) -> str:
    """A person made by the command line, who has chosen a password."""
    made = house.command("user", "add", login, "--json", *more)
    token = json.loads(made.stdout)["link"].rsplit("/", 1)[-1]
    with house.client() as client:
        client.post(
            f"/api/v1/invitations/{token}", json={"name": login, "login": login, "password": PASSWORD}
        ).raise_for_status()
    return token


def test_a_one_time_link_works_once(house: RunningHouse) -> None:
    token = add(house, "co.huong", "--unit", "THCS-01")
    with house.client() as client:
        again = client.post(f"/api/v1/invitations/{token}", json={"name": "Ai", "login": "ai.do", "password": PASSWORD})
        assert (again.status_code, again.json()["code"]) == (410, "link-used")
        assert client.get("/moi/khong-co").status_code == 410


def test_wrong_passwords_are_slowed_down_for_one_login_and_not_for_its_neighbours(house: RunningHouse) -> None:
    add(house, "em.lan", "--role", "pupil", "--unit", "THCS-01")
    add(house, "em.minh", "--role", "pupil", "--unit", "THCS-01")
    with house.client() as client:
        tries = [
            client.post("/api/v1/sign-in", json={"login": "em.lan", "password": f"sai {number}"}) for number in range(6)
        ]
        assert [one.status_code for one in tries] == [401] * 5 + [429]
        assert tries[-1].headers["retry-after"]
        assert client.post("/api/v1/sign-in", json={"login": "em.minh", "password": PASSWORD}).status_code == 200
        assert client.get("/api/v1/me").json()["may_upload"] is False


def test_a_write_from_another_site_is_refused(house: RunningHouse) -> None:
    with house.administrator() as client:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = client.post("/api/v1/sign-out", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")
        assert client.get("/api/v1/me").json()["signed_in"] is True
        assert client.post("/api/v1/sign-out", headers={"Origin": house.address}).status_code == 204
        assert client.get("/api/v1/me").json()["signed_in"] is False


def test_sight_is_the_same_on_every_surface(house: RunningHouse, tmp_path: Path) -> None:
    add(house, "thay.nam", "--unit", "THCS-02")
    add(house, "co.dao", "--unit", "THCS-03")
    path = makers.textbook(tmp_path / "rieng-tu.pdf", 2, title="Sổ tay nội bộ Xuân Hinh")
    with house.client() as owner, house.client() as other, house.client() as visitor, house.administrator() as admin:
        owner.post("/api/v1/sign-in", json={"login": "thay.nam", "password": PASSWORD}).raise_for_status()
        other.post("/api/v1/sign-in", json={"login": "co.dao", "password": PASSWORD}).raise_for_status()
        row = wait_for(owner, upload(owner, path))
        work = row["work_id"]

        def sees(client: Any) -> list[bool]:
            found = client.get("/api/v1/search", params={"q": "nội bộ Xuân Hinh"}).json()
            surfaces = [
                f"/api/v1/works/{work}{tail}"
                for tail in ("", "/pages/1", "/pages/1/image", "/file", "/thumbnail", "/hits?q=tam")
            ]
            return [
                any(one["id"] == work for one in found["works"] + found["guesses"]),
                *(client.get(one).status_code == 200 for one in surfaces),
            ]

        assert (all(sees(owner)), all(sees(admin)), any(sees(other)), any(sees(visitor))) == (True, True, False, False)
        seen = {"version_id": row["version_id"], "digest": row["digest"]}
        assert owner.post(f"/api/v1/works/{work}/publication", json=seen).status_code == 403
        for sight, who in (("school", [False, False]), ("province", [True, False]), ("public", [True, True])):
            admin.post(f"/api/v1/works/{work}/publication", json=seen | {"sight": sight}).raise_for_status()
            settle(admin, row["id"], owner)
            assert [all(sees(other)), all(sees(visitor))] == who
        admin.delete(f"/api/v1/works/{work}/publication").raise_for_status()
        assert not any(sees(visitor))
        unknown, hidden = (
            visitor.get("/api/v1/works/00000000-0000-0000-0000-000000000000"),
            visitor.get(f"/api/v1/works/{work}"),
        )
        assert {key: value for key, value in unknown.json().items() if key != "request_id"} == {
            k: v for k, v in hidden.json().items() if k != "request_id"
        }


def settle(admin: Any, deposit_id: str, owner: Any) -> None:
    """Wait until the index has caught up."""
    end = time.monotonic() + 60
    while not owner.get(f"/api/v1/deposits/{deposit_id}").json()["searchable"]:
        assert time.monotonic() < end, "a change of sight must reach the index within seconds"
        time.sleep(0.1)


def test_an_embargo_ends_and_a_licence_runs_out_by_themselves(house: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "mo-sau.pdf", 1, title="Mở sau Quỳnh Xuyến")
    with house.administrator() as admin, house.client() as visitor:
        row = wait_for(admin, upload(admin, path))
        address = f"/api/v1/works/{row['work_id']}"

        def sees() -> tuple[int, bool]:
            found = visitor.get("/api/v1/search", params={"q": "mo sau quynh xuyen"}).json()["works"]
            return visitor.get(address).status_code, any(one["id"] == row["work_id"] for one in found)

        def open_between(begins: float, ends: float | None) -> None:
            moment = datetime.now(UTC)
            wish = {
                "version_id": row["version_id"],
                "digest": row["digest"],
                "sight": "public",
                "opens_at": (moment + timedelta(seconds=begins)).isoformat(),
            }
            until = {"closes_at": (moment + timedelta(seconds=ends)).isoformat()} if ends else {}
            admin.post(f"{address}/publication", json=wish | until).raise_for_status()

        open_between(3600, None)
        settle(admin, row["id"], admin)
        assert sees() == (404, False)
        open_between(2, None)
        until(lambda: sees() == (200, True))
        open_between(-10, 3)
        until(lambda: sees() == (404, False))


def until(true: Callable[[], bool]) -> None:
    """Wait for what happens by itself."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_approval_names_the_digest_that_was_seen(house: RunningHouse, published: dict[str, Any]) -> None:
    with house.administrator() as admin:
        wish = {"version_id": published["version_id"], "digest": "0" * 64, "sight": "public"}
        answer = admin.post(f"/api/v1/works/{published['work_id']}/publication", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "version-changed")


def test_a_correction_is_found_under_the_new_words(house: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "sai-ten.pdf", 1, title="Tên sai rồi")
    with house.administrator() as admin:
        row = wait_for(admin, upload(admin, path, approve="true"))
        address = f"/api/v1/works/{row['work_id']}"
        assert (
            admin.patch(address, json={"title": "Chuồn chuồn nước", "grade": 4, "subject": "TIENG_VIET"}).json()[
                "grade"
            ]
            == 4
        )
        assert admin.patch(address, json={"subject": "KHONG_CO"}).json()["code"] == "unknown-value"
        assert admin.patch(address, json={"owner_id": row["id"]}).status_code == 422
        settle(admin, row["id"], admin)
        assert admin.get("/api/v1/search", params={"q": "chuon chuon nuoc"}).json()["works"][0]["id"] == row["work_id"]
