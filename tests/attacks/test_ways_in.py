"""Attack: a way into an account is kept until its owner may more than whoever made it may look after."""

import itertools
import json
from collections.abc import Callable

import httpx
import pytest

from tests.services.house import PASSWORD
from tests.services.people import enter, open_school, person
from tests.stage.town import ROOT, Town

STOLEN = "mật khẩu của kẻ khác"
numbers = itertools.count(1)


class School:
    """A fresh school with its administrator, and a teacher who is not to be robbed."""

    def __init__(self, town: Town) -> None:
        self.town, self.root, number = town, town.clients[ROOT], next(numbers)
        self.code, self.keeper_login, self.login = f"WI-{number}", f"qt.wi.{number}", f"co.wi.{number}"
        open_school(self.root, self.code)
        self.keeper_id = person(self.root, self.code, self.keeper_login, "administrator")
        self.keeper = enter(town.house, self.keeper_login)
        self.teacher = person(self.root, self.code, self.login, "teacher")

    def link(self) -> str:
        """A link that the school's administrator has made."""
        return token_of(self.keeper.post(f"/api/v1/people/{self.teacher}/way-in", json={"way": "link"}))

    def printed(self) -> str:
        """A password that the school's administrator has printed."""
        return str(
            self.keeper.post(f"/api/v1/people/{self.teacher}/way-in", json={"way": "password"})
            .raise_for_status()
            .json()["password"]
        )

    def give(self, unit: str, role: str) -> None:
        """The province gives the teacher one more role."""
        self.root.post(f"/api/v1/people/{self.teacher}/roles", json={"unit": unit, "role": role}).raise_for_status()

    def membership(self, login: str) -> str:
        members = self.root.get(f"/api/v1/units/{self.code}/members").json()["members"]
        return next(str(one["membership_id"]) for one in members if one["login"] == login)

    def leave(self, login: str) -> None:
        """Somebody's role here ends."""
        self.root.delete(f"/api/v1/memberships/{self.membership(login)}").raise_for_status()

    def class_id(self) -> str:
        return str(
            self.root.post(f"/api/v1/units/{self.code}/classes", json={"name": "8A1"})
            .raise_for_status()
            .json()["classes"][0]["id"]
        )


@pytest.fixture
def school(town: Town) -> School:
    return School(town)


def token_of(answer: httpx.Response) -> str:
    return str(answer.raise_for_status().json()["link"]).rsplit("/", 1)[-1]


def opens(town: Town, token: str) -> bool:
    """Whether the link opens the account, by looking at it first and then using it; both doors and both looks must say
    the same.
    """
    with town.house.client() as door:
        looks = [
            door.get(f"/api/v1/invitations/{token}").status_code,
            door.get(f"/moi/{token}", headers={"Accept": "text/html"}).status_code,
        ]
        used = door.post(
            f"/api/v1/invitations/{token}", json={"name": "x", "login": "xxx", "password": STOLEN}
        ).status_code
    assert {*looks, used} in ({200}, {410}), "looking at a link and using it say the same"
    return used == 200


def raised_by_json(school: School) -> None:
    school.give("tinh", "administrator")


def raised_by_form(school: School) -> None:
    form = {"unit": school.code, "place": "tinh", "role": "administrator"}
    assert school.root.post(f"/quan-tri/nguoi-dung/{school.teacher}/vai-tro", data=form).status_code == 303


def raised_at_home(school: School) -> None:
    school.give(school.code, "leader")


def merged(school: School) -> None:
    other = School(school.town)
    school.root.post(f"/api/v1/units/{school.code}/succession", json={"into": [other.code]}).raise_for_status()


@pytest.mark.parametrize("raise_", [raised_by_json, raised_by_form, raised_at_home, merged])
def test_attack_a_link_kept_for_the_day_on_which_its_owner_gets_another_role_is_worth_nothing(
    school: School, raise_: Callable[[School], None]
) -> None:
    token = school.link()
    raise_(school)
    assert not opens(school.town, token)


def maker_left(school: School) -> None:
    school.leave(school.keeper_login)


def maker_disabled(school: School) -> None:
    school.root.put(f"/api/v1/people/{school.keeper_id}/disabled").raise_for_status()


@pytest.mark.parametrize("end", [maker_left, maker_disabled])
def test_attack_a_link_made_on_the_last_day_of_an_administrator_is_worth_nothing_on_the_next(
    school: School, end: Callable[[School], None]
) -> None:
    token = school.link()
    end(school)
    assert not opens(school.town, token)


def test_attack_a_link_of_the_operators_ends_with_a_new_role_too_and_with_nothing_else(school: School) -> None:
    def reset() -> str:
        return str(
            json.loads(school.town.house.command("user", "reset", school.login, "--json").stdout)["link"]
        ).rsplit("/", 1)[-1]

    token = reset()
    school.give(school.code, "reviewer")
    assert not opens(school.town, token)
    token = reset()
    maker_left(school)
    assert opens(school.town, token)


@pytest.mark.parametrize("end", [raised_by_json, maker_left])
@pytest.mark.parametrize("inside", [False, True], ids=["entered afterwards", "entered before"])
def test_attack_a_printed_password_kept_for_later_cannot_be_replaced_by_one_of_the_thiefs_own(
    school: School, end: Callable[[School], None], inside: bool
) -> None:
    printed = school.printed()
    with school.town.house.client() as thief:
        wish = {"login": school.login, "password": printed}
        if inside:
            thief.post("/api/v1/sign-in", json=wish).raise_for_status()
        end(school)
        if not inside:
            thief.post("/api/v1/sign-in", json=wish).raise_for_status()
        for answer in (
            thief.put("/api/v1/me/password", json={"old": printed, "new": STOLEN}),
            thief.post("/doi-mat-khau", data={"old": printed, "new": STOLEN}),
        ):
            assert answer.status_code in (410, 422) and "người in nó không còn phụ trách" in answer.text
        assert thief.get("/api/v1/me").json()["may_administer"] is False


def test_a_printed_password_goes_on_when_its_owner_gets_one_more_role_in_the_same_care(school: School) -> None:
    printed = school.printed()
    raised_at_home(school)
    with school.town.house.client() as owner:
        owner.post("/api/v1/sign-in", json={"login": school.login, "password": printed}).raise_for_status()
        assert owner.put("/api/v1/me/password", json={"old": printed, "new": PASSWORD}).status_code == 200


def test_attack_a_place_in_another_schools_class_ends_what_the_first_school_kept(school: School) -> None:
    other = School(school.town)
    token, home = school.link(), {"person_ids": [school.teacher]}
    school.keeper.post(f"/api/v1/classes/{school.class_id()}/pupils", json=home).raise_for_status()
    assert school.root.get(f"/api/v1/invitations/{token}").status_code == 200, (
        "a class of one's own school adds nothing to what its administrator looks after"
    )
    school.root.post(f"/api/v1/classes/{other.class_id()}/pupils", json=home).raise_for_status()
    assert not opens(school.town, token)


def test_attack_a_place_in_another_schools_class_ends_a_printed_password(school: School) -> None:
    other, printed = School(school.town), school.printed()
    school.root.post(
        f"/api/v1/classes/{other.class_id()}/pupils", json={"person_ids": [school.teacher]}
    ).raise_for_status()
    with school.town.house.client() as thief:
        assert thief.post("/api/v1/sign-in", json={"login": school.login, "password": printed}).status_code == 401


def test_attack_a_school_does_not_take_back_by_an_ended_role_who_is_another_schools_now(school: School) -> None:
    other = School(school.town)
    school.give(other.code, "teacher")
    school.leave(school.login)
    class_id, path = school.class_id(), f"/api/v1/people/{school.teacher}"
    page = f"/quan-tri/nguoi-dung/{school.teacher}"
    for answer in (
        school.keeper.post(f"{path}/roles", json={"unit": school.code, "role": "teacher"}),
        school.keeper.post(f"{path}/way-in", json={"way": "link"}),
        school.keeper.put(f"{path}/disabled"),
        school.keeper.delete(f"{path}/disabled"),
        school.keeper.post(f"/api/v1/classes/{class_id}/pupils", json={"person_ids": [school.teacher]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-member")
    for act, more in (
        ("vai-tro", {"role": "teacher"}),
        ("lop", {"school_class": class_id}),
        ("lien-ket", {}),
        ("in-mat-khau", {}),
        ("khoa", {}),
        ("mo", {}),
    ):
        assert school.keeper.post(f"{page}/{act}", data={"unit": school.code, **more}).status_code == 404, act
    assert other.keeper.put(f"{path}/disabled").status_code == 204, "they are all theirs"


def test_who_holds_no_role_any_more_is_in_the_care_of_the_province_alone(school: School) -> None:
    school.leave(school.login)
    path, wish = f"/api/v1/people/{school.teacher}", {"unit": school.code, "role": "teacher"}
    assert school.keeper.post(f"{path}/roles", json=wish).json()["code"] == "unknown-member"
    school.root.put(f"{path}/disabled").raise_for_status()
    school.root.delete(f"{path}/disabled").raise_for_status()
    assert school.root.post(f"{path}/roles", json=wish).status_code == 201
    assert opens(school.town, school.link())


def test_a_role_that_has_ended_does_not_end_again(school: School) -> None:
    membership = school.membership(school.login).replace("-", "")
    ended = []
    for _ in range(2):
        assert school.keeper.delete(f"/api/v1/memberships/{membership}").status_code == 204
        ended.append(school.town.house.ask("SELECT until_at FROM membership WHERE id = :id", id=membership)[0][0])
    assert ended[0] == ended[1] is not None


def test_attack_a_unit_is_not_merged_into_one_in_nobodys_own_care(school: School) -> None:
    other, unit = School(school.town), f"{school.code}-VAN"
    opening = {"kind": "department", "code": unit, "name": "Tổ Văn", "place": school.code}
    school.keeper.post("/api/v1/units", json=opening).raise_for_status()
    for into in ([other.code], [unit, other.code]):
        answer = school.keeper.post(f"/api/v1/units/{school.code}/succession", json={"into": into})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-unit")
    assert school.keeper.post(f"/quan-tri/truong/{school.code}", data={"into": other.code}).status_code == 404
    assert school.root.get(f"/api/v1/schools/{school.code}").json()["closed_at"] is None


def test_attack_authority_over_a_unit_is_not_handed_to_one_in_nobodys_own_care(school: School) -> None:
    other, unit = School(school.town), f"{school.code}-TOAN"
    opening = {"kind": "department", "code": unit, "name": "Tổ Toán", "place": school.code}
    for authority in (other.code, "tinh"):
        for answer in (
            school.keeper.post("/api/v1/units", json={**opening, "authority": authority}),
            school.keeper.patch(f"/api/v1/units/{school.code}", json={"authority": authority}),
            school.keeper.patch(f"/api/v1/units/{school.code}", json={"hub": authority}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-unit")
        assert school.keeper.post(f"/quan-tri/truong/{school.code}", data={"authority": authority}).status_code == 404
    school.keeper.post("/api/v1/units", json=opening).raise_for_status()
    for inside in (school.code, unit):
        answer = school.keeper.patch(f"/api/v1/units/{school.code}", json={"authority": inside})
        assert (answer.status_code, answer.json()["code"]) == (422, "authority-inside")
    assert school.root.get(f"/api/v1/schools/{school.code}").json()["authority"]["code"] == "tinh"
