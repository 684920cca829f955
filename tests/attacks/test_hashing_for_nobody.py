"""Attack: argon2id is slow by design, so whoever may have no password made must not make the house hash one."""

import pytest
from sqlalchemy import select

from library.database import reading_session
from library.people import passwords
from library.people.models import Person
from tests.attacks.inside import Inside


@pytest.mark.parametrize(
    ("who", "member", "way_in"),
    [("", 401, 401), ("em", 403, 404), ("quan", 404, 404)],
    ids=["visitor", "pupil", "administrator"],
)
def test_attack_nothing_is_hashed_for_whoever_may_not_let_that_person_in(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, who: str, member: int, way_in: int
) -> None:
    def hashed(_password: str) -> str:
        raise AssertionError("a password was hashed before anybody asked who asks")

    monkeypatch.setattr(passwords, "hash_of", hashed)
    with reading_session(inside.house.engine) as session:
        root = session.scalars(select(Person.id).where(Person.login == "goc")).one()
    wish = {"login": "ai.do", "name": "Ai Đó", "role": "pupil", "way": "password"}
    assert inside.ask(who, "POST", "/api/v1/units/tinh/members", json=wish).status_code == member
    assert inside.ask(who, "POST", f"/api/v1/people/{root}/way-in", json={"way": "password"}).status_code == way_in
