"""Attack 24: guessing passwords, and finding out which accounts there are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from library import migrations
from library.database import open_engine, transaction
from library.people import sign_in

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/h.db"
    migrations.upgrade(url)
    made = open_engine(url)
    yield made
    made.dispose()


def reaches(engine: Engine, login: str, address: str, at: datetime, *, right: bool = False) -> bool:
    """Whether a try comes as far as the hash."""
    try:
        with transaction(engine) as session:
            tried = sign_in.begin_try(session, login, address, at=at)
    except sign_in.TooManyTries:
        return False
    if right:
        with transaction(engine) as session:
            sign_in.forget_try(session, tried)
    return True


def test_attack_24_of_a_thousand_tries_ten_reach_the_hash_and_a_school_still_signs_in(engine: Engine) -> None:
    moments = [NOON + timedelta(milliseconds=900 * number) for number in range(1000)]
    reached = [reaches(engine, "em.lan", f"10.0.{number % 200}.1", at) for number, at in enumerate(moments[:-1])]
    assert sum(reached) == sign_in.MOST_FAILURES_LOGIN == 10
    here = [reaches(engine, f"em.{number}", "10.0.0.1", moments[-1], right=True) for number in range(200)]
    assert all(here)
    assert reaches(engine, "em.lan", "10.9.9.9", NOON + timedelta(minutes=16, seconds=900))


def test_attack_24_an_unknown_name_costs_the_same_hash() -> None:
    known = sign_in.passwords.hash("một mật khẩu")
    assert known.split("$")[:4] == sign_in.NOBODYS_HASH.split("$")[:4], "same kind, same memory, same time"
    assert sign_in.is_right(known, "một mật khẩu") and not sign_in.is_right(known, "sai") and not sign_in.is_right(None, "sai")
