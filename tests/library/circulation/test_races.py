"""R9: a hundred workers in four processes want the same copy; exactly one gets it, and the database says so. Returning
it is one act, too.
"""

import multiprocessing
import os
import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from library import migrations
from library.audit import Event
from library.circulation import desk, patrons, stock
from library.circulation.models import Item, ItemStatus, Loan, LoanEnd, Patron, ScanKind
from library.database import open_engine, reading_session, transaction
from library.database.limits import Limits
from library.errors import Refusal
from library.people import inviting, sign_in
from library.people.models import Person, Unit
from library.people.roles import Role
from library.people.sign_in import Actor
from tests.services.postgres import APPLICATION, Postgres

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
PROCESSES, WORKERS, RETURNING = 4, 25, 50
# who wins is the question here, not how long a busy machine takes
PATIENT = Limits(connections=30, statement_seconds=120, lock_seconds=120, answer_seconds=60)


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    fill(database_url)
    yield database_url


def fill(found: str) -> None:
    """A school with a librarian and a hundred pupils with cards."""
    migrations.upgrade(found)
    engine = open_engine(found)
    with transaction(engine) as session:
        inviting.ensure_province(session, "Tỉnh")
        school = inviting.ensure_school(session, "AA", at=NOON)
        inviting.add_person(session, "thu.thu", "Thủ thư", Role.LIBRARIAN, school, at=NOON)
        for number in range(PROCESSES * WORKERS):
            pupil = inviting.add_person(session, f"em.{number}", f"Em {number}", Role.PUPIL, school, at=NOON)
            patrons.of_person(session, pupil, school.id, at=NOON)
    engine.dispose()


def librarian(session: Session) -> Any:
    person = session.scalars(select(Person).where(Person.login == "thu.thu")).one()
    return sign_in.actor_for(session, person, at=NOON)


def new_copy(engine: Engine) -> str:
    with transaction(engine) as session:
        school, by = inviting.unit_by_code(session, "AA"), librarian(session)
        work = stock.title_for(session, school, title="Dế Mèn phiêu lưu kí", isbn="", by=by, at=NOON)
        return stock.add_copies(session, work, school, 1, by=by, at=NOON)[0].barcode


class Here(NamedTuple):
    """Whose desk it is: known before the race begins, so that it is about the copy and nothing else."""

    school: Unit
    by: Actor


class Crowd:
    """Workers in four processes that stay from round to round: each wants the same copy with its card, or brings it
    back without one.
    """

    def __init__(self, url: str, cards: list[str | None]) -> None:
        context = multiprocessing.get_context("fork")
        self.start, self.told = context.Barrier(len(cards)), context.Queue()
        self.labels = [context.Queue() for _ in range(PROCESSES)]
        told = [(url, cards[at::PROCESSES], self.start, labels, self.told) for at, labels in enumerate(self.labels)]
        self.processes = [context.Process(target=stand, args=one) for one in told]

    def __enter__(self) -> "Crowd":
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._say(None)
        for process in self.processes:
            process.join(30)
            process.kill()

    def want(self, label: str) -> Counter[str]:
        """All at once; what each of them heard."""
        self._say(label)
        return Counter(result for _ in self.processes for result in self.told.get(timeout=120))

    def _say(self, label: str | None) -> None:
        for labels in self.labels:
            labels.put(label)


def stand(url: str, cards: list[str | None], start: Any, labels: Any, told: Any) -> None:
    """One process: in each round as many threads as cards, each with a connection and a transaction of its own."""
    engine = open_engine(url, PATIENT)
    with reading_session(engine) as session:
        here = Here(inviting.unit_by_code(session, "AA"), librarian(session))
    while (label := labels.get()) is not None:
        results: list[str] = []
        threads = [
            threading.Thread(target=scan_one, args=(engine, here, label, card, start, results)) for card in cards
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told.put(results)
    told.close()
    told.join_thread()
    os._exit(0)


def scan_one(engine: Engine, here: Here, label: str, card: str | None, start: Any, results: list[str]) -> None:
    start.wait()
    try:
        with transaction(engine) as session:
            done = desk.scan(session, uuid.uuid4(), label, card, here.school, by=here.by, at=NOON)
        results.append(done.scan.kind)
    except Refusal as refusal:
        results.append(refusal.code)
    except Exception as error:
        results.append(type(error).__name__)


def all_cards(engine: Engine) -> list[str | None]:
    with reading_session(engine) as session:
        return list(session.scalars(select(Patron.card).order_by(Patron.card)))


def told_of(engine: Engine, act: str) -> int:
    with reading_session(engine) as session:
        return session.scalar(select(func.count()).select_from(Event).where(Event.act == act)) or 0


def at_desk(engine: Engine, label: str, card: str | None) -> None:
    """One scan by the librarian alone."""
    with transaction(engine) as session:
        desk.scan(
            session, uuid.uuid4(), label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON
        )


def race(url: str, rounds: int) -> None:
    engine = open_engine(url)
    with Crowd(url, all_cards(engine)) as crowd:
        for _ in range(rounds):
            label = new_copy(engine)
            assert crowd.want(label) == {ScanKind.LENT: 1, "item-on-loan": PROCESSES * WORKERS - 1}
            at_desk(engine, label, None)  # and back, so that nobody comes to their limit
    with reading_session(engine) as session:
        made = session.scalar(select(func.count()).select_from(Loan))
    assert (made, told_of(engine, "loan-made")) == (rounds, rounds), "one loan and one audit line a round"
    engine.dispose()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("rounds", [5, pytest.param(20, marks=pytest.mark.full)])
def test_attack_18_a_hundred_workers_want_one_copy_and_one_gets_it(url: str, rounds: int) -> None:
    race(url, rounds)


@pytest.mark.torture
def test_attack_18_the_same_three_hundred_times(url: str) -> None:
    race(url, 300)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_attack_18_fifty_workers_bring_one_copy_back_and_it_is_one_return(url: str) -> None:
    engine = open_engine(url)
    card, label = all_cards(engine)[0], new_copy(engine)
    with Crowd(url, [None] * RETURNING) as crowd:
        for number in range(1, 6):
            at_desk(engine, label, card)
            assert crowd.want(label) == {ScanKind.TAKEN_BACK: 1, ScanKind.READ_HERE: RETURNING - 1}, (
                "the others hear that it is back on the shelf already"
            )
            assert told_of(engine, "loan-returned") == number
    with reading_session(engine) as session:
        assert session.scalars(select(Loan.closed_as)).all() == [LoanEnd.RETURNED] * 5
        assert session.scalars(select(Item.status)).all() == [ItemStatus.AVAILABLE]
    engine.dispose()


def test_attack_18_the_database_itself_refuses_a_second_open_loan(url: str) -> None:
    engine = open_engine(url)
    label = new_copy(engine)
    with transaction(engine) as session:
        item = session.scalars(select(Item).where(Item.barcode == label)).one()
        first, second = session.scalars(select(Patron).limit(2)).all()
        for patron in (first, second):
            session.add(
                Loan(
                    unit_id=item.unit_id,
                    item_id=item.id,
                    patron_id=patron.id,
                    title="x",
                    accession=1,
                    checked_out_at=NOON,
                    due_at=NOON,
                    rules={},
                )
            )
        with pytest.raises(IntegrityError, match=r"loan\.item_id|uq_loan_open_item"):
            session.flush()
        session.rollback()
    engine.dispose()


def test_one_scan_sent_ten_times_at_once_lends_once_and_all_hear_so(url: str) -> None:
    engine = open_engine(url, Limits(connections=12))
    with reading_session(engine) as session:
        card = session.scalars(select(Patron.card).order_by(Patron.card)).first()
    for _ in range(20):
        label, key, start = new_copy(engine), uuid.uuid4(), threading.Barrier(10)

        def once(
            _number: int, *, label: str = label, key: uuid.UUID = key, start: threading.Barrier = start
        ) -> tuple[str, bool]:
            start.wait()
            with transaction(engine) as session:
                done = desk.scan(
                    session, key, label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON
                )
                return done.scan.kind, done.again

        with ThreadPoolExecutor(10) as pool:
            heard = Counter(pool.map(once, range(10)))
        assert heard == {("lent", False): 1, ("lent", True): 9}
        with transaction(engine) as session:
            desk.scan(
                session, uuid.uuid4(), label, None, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON
            )
    engine.dispose()


def test_desks_that_lend_and_take_back_one_copy_at_once_leave_it_as_its_loans_say(url: str) -> None:
    engine = open_engine(url, Limits(connections=12))
    label = new_copy(engine)
    with reading_session(engine) as session:
        cards = list(session.scalars(select(Patron.card).order_by(Patron.card).limit(8)))

    def work_away(number: int) -> None:
        chance = random.Random(number)
        for _ in range(25):
            key, card = uuid.uuid4(), cards[number] if chance.random() < 0.5 else None
            with suppress(Refusal), transaction(engine) as session:
                desk.scan(
                    session, key, label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON
                )
            if chance.random() < 0.3:
                with suppress(Refusal), transaction(engine) as session:
                    desk.undo(session, key, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work_away, range(8)))
    with reading_session(engine) as session:
        [item] = session.scalars(select(Item))
        still_out = session.scalars(select(Loan).where(Loan.closed_at.is_(None))).all()
    engine.dispose()
    assert (item.status == ItemStatus.ON_LOAN) == (len(still_out) == 1)


def test_a_copy_taken_back_in_the_moment_it_is_lent_is_free_again(postgres: Postgres) -> None:
    name = f"moment_{uuid.uuid4().hex}"
    found = postgres.database(name, owner=APPLICATION)
    fill(found)
    engine = open_engine(found)
    label = new_copy(engine)

    def take_back() -> None:
        with transaction(engine) as session:
            desk.scan(
                session, uuid.uuid4(), label, None, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON
            )

    second = threading.Thread(target=take_back)
    with transaction(engine) as session:
        card = session.scalars(select(Patron.card)).first()
        desk.scan(
            session, uuid.uuid4(), label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON
        )
        second.start()
        postgres.until_waiting(name)
    second.join()
    with reading_session(engine) as session:
        assert session.scalars(select(Item.status)).all() == [ItemStatus.AVAILABLE]
        assert session.scalars(select(Loan.closed_at)).all() == [NOON]
    engine.dispose()
    postgres.drop(name)
