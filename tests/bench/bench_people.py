"""Sign-ins a second, an authorised list against the same without the sight rule, loans over HTTP against the bare
transaction, verdicts of four desks.
"""

import itertools
import statistics
import tempfile
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue import queries
from library.catalogue.models import Audience, Version, Work
from library.circulation import desk
from library.database import open_engine, reading_session, transaction
from library.people import inviting, passwords, sign_in
from library.people.models import Person, Unit
from library.people.roles import Role
from tests.bench.figures import median_ms, report, report_most
from tests.services.house import PASSWORD, RunningHouse, running
from tests.services.people import enter, person

COPIES, PUPILS, ROUNDS = 400, 40, 150
WORKS, LISTED = 5000, 50


def main() -> None:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        with running(home) as house:
            labels, cards = furnish(house)
            signing_in(house)
            lending(house, home, labels, cards)
        listing(home)


def furnish(house: RunningHouse) -> tuple[list[str], list[str]]:
    """A school with a librarian, forty readers with cards and copies enough."""
    with house.administrator() as root:
        root.post(
            "/api/v1/units", json={"kind": "school", "code": "AA", "name": "Trường A", "place": "tinh"}
        ).raise_for_status()
        person(root, "AA", "thu.thu", "librarian")
        for number in range(PUPILS):
            root.post(
                "/api/v1/units/AA/members", json={"login": f"gv.{number}", "name": f"GV {number}", "role": "teacher"}
            ).raise_for_status()
    with enter(house, "thu.thu") as client:
        labels = []
        for place in range(COPIES // 200):
            made = (
                client.post("/api/v1/copies", json={"title": f"Sách {place}", "count": 200}).raise_for_status().json()
            )
            labels += [one["barcode"] for one in made["copies"]]
        cards = [scan(client, f"gv.{number}")["borrower"]["card"] for number in range(PUPILS)]
    return labels, cards


def scan(client: httpx.Client, code: str, card: str | None = None) -> dict[str, Any]:
    """One scan."""
    wish = {"id": str(uuid.uuid4()), "code": code, "card": card}
    found: dict[str, Any] = client.post("/api/v1/desk/scans", json=wish).raise_for_status().json()
    return found


def signing_in(house: RunningHouse) -> None:
    """Sign-ins a second over HTTP, against checking the same password (argon2id is meant to be slow)."""
    hashed = passwords.hash_of(PASSWORD)
    floor = median_ms(lambda: passwords.is_right(hashed, PASSWORD), 20)
    with house.client() as client:
        ours = median_ms(
            lambda: client.post("/api/v1/sign-in", json={"login": "thu.thu", "password": PASSWORD}).raise_for_status(),
            20,
        )
    report("sign-ins over HTTP against the password check alone, a second", 1000 / ours, 1000 / floor, 0.5, least=True)


def lending(house: RunningHouse, home: Path, labels: list[str], cards: list[str]) -> None:
    """A loan over HTTP against the same use case in a bare transaction; then four desks at once."""
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    queue, readers = iter(labels), itertools.cycle(cards)

    def bare() -> None:
        with transaction(engine) as session:
            school = session.scalars(select(Unit).where(Unit.code == "AA")).one()
            by = sign_in.actor_for(
                session, session.scalars(select(Person).where(Person.login == "thu.thu")).one(), at=datetime.now(UTC)
            )
            desk.scan(session, uuid.uuid4(), next(queue), next(readers), school, by=by, at=datetime.now(UTC))

    with enter(house, "thu.thu") as client:
        floor = median_ms(bare, ROUNDS)
        ours = median_ms(lambda: scan(client, next(queue), next(readers)), ROUNDS)
    report("loans over HTTP against the bare transaction, a second", 1000 / ours, 1000 / floor, 0.5, least=True)
    engine.dispose()
    report_most("verdict with four desks, 95th percentile", four_desks(house, labels[: ROUNDS * 2]), 300, " ms")


def four_desks(house: RunningHouse, labels: list[str]) -> float:
    """Four librarians scan as fast as the house answers; milliseconds that 95 of 100 scans stay under."""
    took: list[float] = []

    def one(part: list[str]) -> None:
        with enter(house, "thu.thu") as client:
            for label in part:
                began = time.perf_counter()
                scan(client, label)
                took.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=one, args=(labels[place::4],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.quantiles(took, n=20)[-1]


def listing(home: Path) -> None:
    """The fifty newest works that somebody may see, with the rule of sight and without it."""
    at = datetime.now(UTC)
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    with transaction(engine) as session:
        owner = fill(session, at)
    with reading_session(engine) as session:
        actor = sign_in.actor_for(session, session.get_one(Person, owner), at=at)
        for _ in range(5):
            queries.newest(session, actor.sight, at=at, limit=LISTED)
        ours = median_ms(lambda: fresh(session, lambda: queries.newest(session, actor.sight, at=at, limit=LISTED)), 60)
        floor = median_ms(lambda: fresh(session, lambda: unruled(session)), 60)
    report(
        "list of 50 works with the sight rule against without it, a second", 1000 / ours, 1000 / floor, 0.8, least=True
    )
    engine.dispose()


def fresh(session: Session, act: Any) -> None:
    """Without what an earlier round has loaded."""
    session.expunge_all()
    assert len(act()) == LISTED


def unruled(session: Session) -> Any:
    """The same list as if everybody saw everything."""
    return session.scalars(
        queries.listed(select(Work)).where(Work.state == "published").order_by(Work.published_at.desc()).limit(LISTED)
    ).all()


def fill(session: Session, at: datetime) -> uuid.UUID:
    """Works of many schools, one in three public."""
    province = inviting.province(session)
    owner = inviting.add_person(session, "bench", "Bench", Role.ADMINISTRATOR, province, at=at)
    for number in range(WORKS):
        work = Work(
            id=uuid.uuid4(),
            key=number + 1,
            unit_id=province.id,
            owner_id=owner.id,
            title=f"Sách {number}",
            aliases=[],
            created_at=at,
            state="published",
        )
        work.published_at = at
        session.add(work)
        session.flush()
        version = Version(work_id=work.id, number=1, kind="pdf", digest="0", page_count=1, created_at=at)
        session.add(version)
        session.flush()
        work.version_id = version.id
        tokens = ("public",) if number % 3 == 0 else (f"unit:{uuid.uuid4()}", f"staff:{province.id}")
        session.add_all(Audience(work_id=work.id, token=token, from_at=at) for token in tokens)
    session.flush()
    return owner.id


if __name__ == "__main__":
    main()
