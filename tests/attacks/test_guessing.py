"""Attack 24: guessing passwords, finding out which accounts there are, and keeping others out by trying wrong ones
(decision 0016).
"""

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers import HasherProtocol
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from library import migrations
from library.database import open_engine, transaction
from library.people import inviting, known_browsers, passwords, throttling
from library.people.models import FailedSignIn
from library.people.throttling import FREE_EVERYWHERE, FREE_HERE, FREE_KNOWN
from tests.services.house import PASSWORD
from tests.services.people import enter, person
from tests.stage.town import ROOT, Town

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
WRONG = "không đúng đâu"
HTML = {"Accept": "text/html"}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    migrations.upgrade(database_url)
    made = open_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as made:
        yield made


def waits(
    session: Session, login: str, address: str, at: datetime, *, right: bool = False, device: str | None = None
) -> int:
    """Seconds until a try may come as far as the hash; 0: it did."""
    try:
        tried = throttling.begin_try(session, login, address, at=at, device=device)
    except throttling.TooManyTries as refusal:
        return int(refusal.facts["retry_after"])
    if right:
        throttling.forget_try(session, tried)
    return 0


def tries_in_a_day(session: Session, addresses: Sequence[str], *, device: str | None = None) -> int:
    """How many reach the hash when somebody never waits longer than they must."""
    at, reached, refused, turn = NOON, 0, list[int](), cycle(addresses)
    while at < NOON + timedelta(days=1) and reached < 200:
        wait = waits(session, "em.lan", next(turn), at, device=device)
        if wait == 0:
            reached, refused = reached + 1, []
        else:
            refused.append(wait)
        if len(refused) == min(len(addresses), 3):  # the others would wait as long
            at, refused = at + timedelta(seconds=min(refused)), []
    return reached


def test_attack_24_so_many_tries_a_day_reach_the_hash_of_one_account(session: Session) -> None:
    assert tries_in_a_day(session, ["10.0.0.1"]) == 56
    session.query(FailedSignIn).delete()
    assert tries_in_a_day(session, [f"10.{number // 250}.{number % 250}.1" for number in range(1000)]) == 71
    assert tries_in_a_day(session, ["10.0.0.1"], device="a browser of theirs") == 61


def test_attack_24_who_burns_the_names_of_others_keeps_nobody_else_of_the_school_out(session: Session) -> None:
    burnt = [f"em.{number}" for number in range(20)]
    for login in burnt:
        assert [waits(session, login, "10.0.0.1", NOON) for _ in range(6)] == [0] * FREE_HERE + [60]
    assert all(waits(session, f"khong.co.{number}", "10.0.0.1", NOON) == 0 for number in range(60))
    others = [waits(session, f"ban.{number}", "10.0.0.1", NOON, right=True) for number in range(200)]
    at_home = [waits(session, login, "10.0.0.2", NOON, right=True) for login in burnt]
    known = [waits(session, login, "10.0.0.1", NOON, right=True, device="the browser of " + login) for login in burnt]
    assert set(others + at_home + known) == {0}


def test_attack_24_many_at_once_do_not_pass_together(engine: Engine) -> None:
    def at_once(address: str, device: str | None) -> int:
        with transaction(engine) as session:
            return waits(session, "em.lan", address, NOON, device=device)

    with ThreadPoolExecutor(16) as hands:
        from_many = list(hands.map(lambda number: at_once(f"10.0.{number}.1", None), range(40)))
        in_one = list(hands.map(lambda _: at_once("10.0.0.1", "her browser"), range(20)))
    assert (from_many.count(0), in_one.count(0)) == (FREE_EVERYWHERE, FREE_KNOWN) == (20, 10)


def test_attack_24_a_million_names_that_nobody_has_neither_fill_the_disk_nor_push_out_what_counts(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    inviting.add_person(session, "em.lan", "Lan", "pupil", inviting.ensure_province(session, "Tỉnh"), at=NOON)
    for number in range(FREE_HERE):
        assert waits(session, "em.lan", "10.0.0.1", NOON - timedelta(hours=1, seconds=number)) == 0
    for number in range(30):
        assert waits(session, f"khong.co.{number}", "10.0.0.1", NOON - timedelta(seconds=90 - number)) == 0
    monkeypatch.setattr(throttling, "TIDY_EVERY", 1)
    monkeypatch.setattr(throttling, "MOST_STRANGERS", 10)
    assert waits(session, "em.minh", "10.0.0.1", NOON, right=True) == 0
    left = dict(iter(session.execute(select(FailedSignIn.login, func.count()).group_by(FailedSignIn.login))))
    assert left == {"em.lan": FREE_HERE} | {f"khong.co.{number}": 1 for number in range(20, 30)}


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_attack_24_one_household_is_one_address(address: str, counted: str) -> None:
    assert throttling.prefix_of(address) == counted


def test_attack_24_of_ipv6_a_new_address_for_each_try_helps_nobody(session: Session) -> None:
    assert [waits(session, "em.lan", f"2001:db8:1:2::{number:x}", NOON) for number in range(6)] == [0] * 5 + [60]
    assert waits(session, "em.lan", "2001:db8:1:3::1", NOON) == 0


class Noting(PasswordHash):
    """The same hash, noting what it was given to verify against."""

    def __init__(self, hashers: Sequence[HasherProtocol]) -> None:
        super().__init__(hashers)
        self.verified: list[str] = []

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.verified.append(str(hash))
        return super().verify(password, hash)


def test_attack_24_an_unknown_name_costs_the_same_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    noting = Noting(passwords.hasher.hashers)
    monkeypatch.setattr(passwords, "hasher", noting)
    known = passwords.hash_of("một mật khẩu")
    assert (
        passwords.is_right(known, "một mật khẩu")
        and not passwords.is_right(known, "sai")
        and not passwords.is_right(None, "sai")
    )
    assert noting.verified == [known, known, passwords.NOBODYS_HASH], (
        "each try costs one hash, whether there is such a name or not"
    )
    assert len({tuple(one.split("$")[:4]) for one in noting.verified}) == 1, "same kind, same memory, same time"
    half = "mâ\u0323t khẩu"
    assert not passwords.is_right(known, half) and not passwords.is_right(None, half)
    assert noting.verified[3:] == [known] * 2 + [passwords.NOBODYS_HASH] * 2, "and of another spelling two"


def test_attack_24_a_proof_is_of_one_person_in_one_browser_with_the_password_of_today() -> None:
    lan, minh, new = (
        passwords.hash_of(one) for one in ("mật khẩu của Lan", "mật khẩu của Minh", "mật khẩu mới của Lan")
    )
    hers = known_browsers.from_cookie(known_browsers.from_cookie(None).keeping(lan).kept())
    assert (hers.knows(lan), hers.knows(minh), hers.knows(new), hers.knows(None)) == (True, False, False, False)
    elsewhere = known_browsers.from_cookie(".".join((known_browsers.from_cookie(None).id, *hers.proofs)))
    assert not elsewhere.knows(lan), "a proof that is carried to another id proves nothing"
    both = known_browsers.from_cookie(hers.keeping(minh).keeping(lan).kept())
    assert (both.id, both.knows(lan), both.knows(minh), len(both.proofs)) == (hers.id, True, True, 2)
    for number in range(40):
        both = both.keeping(f"{number}")
    assert len(both.kept()) < 400 and not both.knows(lan), "a computer of the reading room keeps the latest"
    for strange in ("", "x", "." * 500, "x" * 22 + ".kurz", "ạ" * 22, hers.kept() + "\n"):
        assert known_browsers.from_cookie(strange).proofs == ()


def burnt(town: Town, client: httpx.Client | None = None) -> str:
    """A pupil whose name somebody has tried until it had to wait."""
    login = f"nguoi.{uuid.uuid4().hex[:8]}"
    person(town.clients[ROOT], "AA", login, "pupil")
    with client or town.house.client() as other:
        tries = [other.post("/api/v1/sign-in", json={"login": login, "password": WRONG}).status_code for _ in range(6)]
    assert tries == [401] * FREE_HERE + [429]
    return login


@pytest.mark.parametrize("door", ["/api/v1/sign-in", "/dang-nhap"])
def test_attack_24_of_thirty_tries_at_once_five_reach_the_hash_and_others_at_that_address_sign_in(
    town: Town, door: str
) -> None:
    login, told = f"nguoi.{uuid.uuid4().hex[:8]}", {"password": WRONG}
    person(town.clients[ROOT], "AA", login, "pupil")
    sent = {"json": {"login": login, **told}} if door.startswith("/api/") else {"data": {"login": login, **told}}
    before = reached_the_hash(town)
    with town.house.client() as client, ThreadPoolExecutor(30) as hands:
        answers = [one.result() for one in [hands.submit(client.post, door, **sent) for _ in range(30)]]
        refused = [one for one in answers if one.status_code == 429]
        assert {one.status_code for one in answers} == {401, 429}
        assert reached_the_hash(town) - before == 30 - len(refused) == FREE_HERE
        assert all(0 < int(one.headers["retry-after"]) <= 60 for one in refused)
        assert client.post("/api/v1/sign-in", json={"login": login, "password": PASSWORD}).status_code == 429, (
            "in a new browser even the right one waits"
        )
    for other in ("pupil-a", "teacher-a", "victim-a"):
        enter(town.house, other).close()


def test_attack_24_a_browser_that_was_here_before_is_not_kept_out_by_others(town: Town) -> None:
    login = f"nguoi.{uuid.uuid4().hex[:8]}"
    person(town.clients[ROOT], "AA", login, "pupil")
    with enter(town.house, login) as hers, town.house.client() as anothers:
        right, wrong = {"login": login, "password": PASSWORD}, {"login": login, "password": WRONG}
        hers.post("/api/v1/sign-out").raise_for_status()
        assert [anothers.post("/api/v1/sign-in", json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
        for _ in range(3):
            hers.post("/api/v1/sign-in", json=right).raise_for_status()
            hers.put("/api/v1/me/password", json={"old": WRONG, "new": "bốn từ mới tinh"})
        stolen = [one.value or "" for one in hers.cookies.jar if one.name == "hoclieu-browser"][-1]
        with town.house.client(cookies={"hoclieu-browser": stolen}) as thief:
            assert [thief.post("/api/v1/sign-in", json=wrong).status_code for _ in range(11)] == [401] * FREE_KNOWN + [
                429
            ], "but not without end"
        with enter(town.house, "pupil-a") as pupil:
            assert pupil.post("/api/v1/sign-in", json=right).status_code == 429, (
                "a browser is known for who signed in there, not for everybody"
            )


def test_attack_24_who_is_signed_in_may_change_the_password_whatever_others_try(town: Town) -> None:
    login = f"nguoi.{uuid.uuid4().hex[:8]}"
    person(town.clients[ROOT], "AA", login, "pupil")
    with enter(town.house, login) as hers, town.house.client() as anothers:
        for _ in range(6):
            anothers.post("/api/v1/sign-in", json={"login": login, "password": WRONG})
        del hers.cookies["hoclieu-browser"]  # signed in since before there was one
        hers.put("/api/v1/me/password", json={"old": PASSWORD, "new": "bốn từ mới tinh"}).raise_for_status()
        old, new = ({"login": login, "password": one} for one in (PASSWORD, "bốn từ mới tinh"))
        assert anothers.post("/api/v1/sign-in", json=new).status_code == 200, "tries against the old one say nothing"
        assert hers.post("/api/v1/sign-in", json=old).status_code == 401


def test_attack_24_the_page_says_how_long_and_the_next_wait_is_longer(town: Town) -> None:
    login = burnt(town)
    with town.house.client(headers=HTML) as client:
        for prefix, words in (("", "Đợi 1 phút"), ("/en", "Try again in 1 min")):
            answer = client.post(f"{prefix}/dang-nhap", data={"login": login, "password": PASSWORD})
            assert (answer.status_code, words in answer.text, 0 < int(answer.headers["retry-after"]) <= 60) == (
                429,
                True,
                True,
            )
        town.house.ask(
            "UPDATE failed_sign_in SET failed_at = :ago WHERE login = :login", ago=ago(town, minutes=2), login=login
        )
        assert client.post("/dang-nhap", data={"login": login, "password": WRONG}).status_code == 401
        again = client.post("/dang-nhap", data={"login": login, "password": PASSWORD})
        assert (again.status_code, "Đợi 2 phút" in again.text, 60 < int(again.headers["retry-after"]) <= 120) == (
            429,
            True,
            True,
        )


def ago(town: Town, *, minutes: float) -> object:
    """A moment as the database keeps it."""
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return moment if town.house.database.startswith("postgresql") else moment.replace(tzinfo=None).isoformat(sep=" ")


def by_json(town: Town, login: str) -> None:
    found = next(
        one
        for one in town.clients["administrator-a"].get("/api/v1/units/AA/members").json()["members"]
        if one["login"] == login
    )
    assert found["waits_minutes"] == 1
    assert town.clients["administrator-b"].delete(f"/api/v1/people/{found['person_id']}/waiting").status_code == 404
    assert town.clients["teacher-a"].delete(f"/api/v1/people/{found['person_id']}/waiting").status_code == 404
    town.clients["administrator-a"].delete(f"/api/v1/people/{found['person_id']}/waiting").raise_for_status()


def by_page(town: Town, login: str) -> None:
    administrator = town.clients["administrator-a"]
    page = administrator.get("/quan-tri/nguoi-dung", headers=HTML).text
    assert "Thử sai nhiều, đợi 1 phút" in page
    [path] = re.findall(rf'action="([^"]+/cho-thu)">\s*<input[^>]+>\s*<button[^>]+: {login}"', page)
    assert administrator.post(path, data={"unit": "AA"}).status_code == 303
    assert not re.search(
        rf"/cho-thu[^>]+>\s*<input[^>]+>\s*<button[^>]+: {login}",
        administrator.get("/quan-tri/nguoi-dung", headers=HTML).text,
    )


def by_command(town: Town, login: str) -> None:
    done = town.house.command("user", "let-try", login)
    assert (done.returncode, login in done.stdout) == (0, True)


@pytest.mark.parametrize("lift", [by_json, by_page, by_command])
def test_attack_24_an_administrator_lets_somebody_try_at_once(town: Town, lift: Callable[[Town, str], None]) -> None:
    login = burnt(town)
    lift(town, login)
    enter(town.house, login).close()
    acts = town.house.ask(
        (
            "SELECT count(*) FROM event JOIN person ON event.subject_id = person.id WHERE act = 'person-may-try' AND "
            "login "
            "= :login"
        ),
        login=login,
    )
    assert acts[0][0] == 1


def test_attack_24_a_name_that_nobody_has_is_answered_like_one_that_is_there(town: Town) -> None:
    there, nobody = f"nguoi.{uuid.uuid4().hex[:8]}", f"nguoi.{uuid.uuid4().hex[:8]}"
    person(town.clients[ROOT], "AA", there, "pupil")
    with town.house.client() as client:
        answers = []
        for login in (there, nobody):
            found = [client.post("/api/v1/sign-in", json={"login": login, "password": WRONG}) for _ in range(7)]
            answers.append(
                [(one.status_code, one.json()["vi"], one.json()["en"], sorted(one.headers)) for one in found]
            )
    assert answers[0] == answers[1]


def reached_the_hash(town: Town) -> float:
    """How many wrong passwords the house has checked, as it counts them itself."""
    with town.house.client() as client:
        found = re.search(r'^hoclieu_sign_ins_total\{outcome="failed"\} (\S+)$', client.get("/metrics").text, re.M)
    return float(found.group(1)) if found else 0.0
