"""Attack 24: guessing passwords, and finding out which accounts there are."""

import re
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers import HasherProtocol
from sqlalchemy import Engine

from library import migrations
from library.database import open_engine, transaction
from library.people import sign_in, throttling
from tests.matrix.town import ROOT, Town
from tests.services.house import PASSWORD
from tests.services.people import enter, person

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
            tried = throttling.begin_try(session, login, address, at=at)
    except throttling.TooManyTries:
        return False
    if right:
        with transaction(engine) as session:
            throttling.forget_try(session, tried)
    return True


def test_attack_24_of_a_thousand_tries_ten_reach_the_hash_and_a_school_still_signs_in(engine: Engine) -> None:
    moments = [NOON + timedelta(milliseconds=900 * number) for number in range(1000)]
    reached = [reaches(engine, "em.lan", f"10.0.{number % 200}.1", at) for number, at in enumerate(moments[:-1])]
    assert sum(reached) == throttling.MOST_FAILURES_LOGIN == 10
    here = [reaches(engine, f"em.{number}", "10.0.0.1", moments[-1], right=True) for number in range(200)]
    assert all(here)
    assert reaches(engine, "em.lan", "10.9.9.9", NOON + timedelta(minutes=16, seconds=900))


class Noting(PasswordHash):
    """The same hash, noting what it was given to verify against."""

    def __init__(self, hashers: Sequence[HasherProtocol]) -> None:
        super().__init__(hashers)
        self.verified: list[str] = []

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.verified.append(str(hash))
        return super().verify(password, hash)


def test_attack_24_an_unknown_name_costs_the_same_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    noting = Noting(sign_in.passwords.hashers)
    monkeypatch.setattr(sign_in, "passwords", noting)
    known = noting.hash("một mật khẩu")
    assert sign_in.is_right(known, "một mật khẩu") and not sign_in.is_right(known, "sai") and not sign_in.is_right(None, "sai")
    assert noting.verified == [known, known, sign_in.NOBODYS_HASH], "each try costs one hash, whether there is such a name or not"
    assert len({tuple(one.split("$")[:4]) for one in noting.verified}) == 1, "same kind, same memory, same time"


@pytest.mark.parametrize("door", ["/api/v1/sign-in", "/dang-nhap"])
def test_attack_24_of_thirty_tries_at_once_ten_reach_the_hash_and_others_at_that_address_sign_in(town: Town, door: str) -> None:
    login, told = f"nguoi.{uuid.uuid4().hex[:8]}", {"password": "không đúng"}
    person(town.clients[ROOT], "AA", login, "pupil")
    sent = {"json": {"login": login, **told}} if door.startswith("/api/") else {"data": {"login": login, **told}}
    before = reached_the_hash(town)
    with town.house.client() as client, ThreadPoolExecutor(30) as hands:
        answers = [one.result() for one in [hands.submit(client.post, door, **sent) for _ in range(30)]]
        refused = sum(one.status_code == 429 for one in answers)
        assert {one.status_code for one in answers} == {401, 429}
        assert 1 <= reached_the_hash(town) - before == 30 - refused <= throttling.MOST_FAILURES_LOGIN
        assert client.post("/api/v1/sign-in", json={"login": login, "password": PASSWORD}).status_code == 429, "even the right one waits now"
    for other in ("pupil-a", "teacher-a", "victim-a"):
        enter(town.house, other).close()


def reached_the_hash(town: Town) -> float:
    """How many wrong passwords the house has checked, as it counts them itself."""
    with town.house.client() as client:
        found = re.search(r'^hoclieu_sign_ins_total\{outcome="failed"\} (\S+)$', client.get("/metrics").text, re.M)
    return float(found.group(1)) if found else 0.0
