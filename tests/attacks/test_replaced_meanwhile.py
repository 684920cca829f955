"""Attack: a password, or the slip it is printed on, is replaced in the very moment in which somebody tries the old
one.
"""

import pytest

from library.database import transaction
from library.people import passwords
from tests.attacks.inside import Inside, person


def test_attack_a_password_that_was_replaced_while_it_was_looked_at_opens_nothing(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(password_hash: str | None) -> None:
        with transaction(inside.house.engine) as session:
            person(session, "em").password_hash = password_hash

    def is_right(known: str | None, _password: str) -> bool:
        replace("the new one")
        return known == "the old one"

    monkeypatch.setattr(passwords, "is_right", is_right)
    replace("the old one")
    answer = inside.ask("", "POST", "/api/v1/sign-in", json={"login": "em", "password": "mật khẩu cũ"})
    replace(None)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-password")
