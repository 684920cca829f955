"""R9: a hundred workers in four processes want the same copy; exactly one gets it, and the database says so."""

import multiprocessing
import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from library import migrations
from library.audit import Event
from library.circulation import desk, patrons, stock
from library.circulation.models import AVAILABLE, ON_LOAN, Item, Loan, Patron
from library.database import open_engine, reading_session, transaction
from library.errors import Refusal
from library.people import inviting, sign_in
from library.people.models import LIBRARIAN, PUPIL, Person
from library.postgres import Limits
from tests.services.postgres import APPLICATION, Postgres

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
PROCESSES, WORKERS = 4, 25


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
        inviting.add_person(session, "thu.thu", "Thủ thư", LIBRARIAN, school, at=NOON)
        for number in range(PROCESSES * WORKERS):
            pupil = inviting.add_person(session, f"em.{number}", f"Em {number}", PUPIL, school, at=NOON)
            patrons.of_person(session, pupil, school.id, at=NOON)
    engine.dispose()


def librarian(session: Session) -> Any:
    person = session.scalars(select(Person).where(Person.login == "thu.thu")).one()
    return sign_in.actor_for(session, person, at=NOON)


def new_copy(url: str) -> str:
    engine = open_engine(url)
    with transaction(engine) as session:
        school, by = inviting.unit_by_code(session, "AA"), librarian(session)
        work = stock.title_for(session, school, title="Dế Mèn phiêu lưu kí", isbn="", by=by, at=NOON)
        label = stock.add_copies(session, work, school, 1, by=by, at=NOON)[0].barcode
    engine.dispose()
    return label


def crowd(url: str, label: str, cards: list[str], start: Any, told: Any) -> None:
    """One process: as many threads as cards, all at once."""
    engine = open_engine(url, Limits(connections=30))
    results: list[str] = []

    def one(card: str) -> None:
        start.wait()
        try:
            with transaction(engine) as session:
                school = inviting.unit_by_code(session, "AA")
                desk.scan(session, uuid.uuid4(), label, card, school, by=librarian(session), at=NOON)
            results.append("lent")
        except Refusal as refusal:
            results.append(refusal.code)
        except Exception as error:
            results.append(type(error).__name__)

    threads = [threading.Thread(target=one, args=(card,)) for card in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(results)
    told.close()
    told.join_thread()
    os._exit(0)


def one_round(url: str) -> Counter[str]:
    label = new_copy(url)
    engine = open_engine(url)
    with reading_session(engine) as session:
        cards = list(session.scalars(select(Patron.card).order_by(Patron.card)))
    engine.dispose()
    context = multiprocessing.get_context("fork")
    start, told = context.Barrier(PROCESSES * WORKERS), context.Queue()
    crowds = [context.Process(target=crowd, args=(url, label, cards[at::PROCESSES], start, told)) for at in range(PROCESSES)]
    for process in crowds:
        process.start()
    found = Counter(result for _ in crowds for result in told.get(timeout=120))
    for process in crowds:
        process.join(30)
    engine = open_engine(url)
    with transaction(engine) as session:  # and back, so that nobody comes to their limit
        desk.scan(session, uuid.uuid4(), label, None, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)
    engine.dispose()
    return found


def race(url: str, rounds: int) -> None:
    for _ in range(rounds):
        assert one_round(url) == {"lent": 1, "item-on-loan": PROCESSES * WORKERS - 1}
    engine = open_engine(url)
    with reading_session(engine) as session:
        made = session.scalar(select(func.count()).select_from(Loan))
        told = session.scalar(select(func.count()).select_from(Event).where(Event.act == "loan-made"))
        assert (made, told) == (rounds, rounds), "one loan and one audit line a round"
    engine.dispose()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_attack_18_a_hundred_workers_want_one_copy_and_one_gets_it(url: str) -> None:
    race(url, 20)


@pytest.mark.torture
def test_attack_18_the_same_three_hundred_times(url: str) -> None:
    race(url, 300)


def test_attack_18_the_database_itself_refuses_a_second_open_loan(url: str) -> None:
    label = new_copy(url)
    engine = open_engine(url)
    with transaction(engine) as session:
        item = session.scalars(select(Item).where(Item.barcode == label)).one()
        first, second = session.scalars(select(Patron).limit(2)).all()
        for patron in (first, second):
            session.add(
                Loan(
                    unit_id=item.unit_id, item_id=item.id, patron_id=patron.id, title="x", accession=1, checked_out_at=NOON, due_at=NOON, rules={},
                )
            )  # fmt: skip
        with pytest.raises(IntegrityError, match=r"loan\.item_id|uq_loan_open_item"):
            session.flush()
        session.rollback()
    engine.dispose()


def test_one_scan_sent_ten_times_at_once_lends_once_and_all_hear_so(url: str) -> None:
    engine = open_engine(url, Limits(connections=12))
    with reading_session(engine) as session:
        card = session.scalars(select(Patron.card).order_by(Patron.card)).first()
    for _ in range(20):
        label, key, start = new_copy(url), uuid.uuid4(), threading.Barrier(10)

        def once(_number: int, *, label: str = label, key: uuid.UUID = key, start: threading.Barrier = start) -> tuple[str, bool]:
            start.wait()
            with transaction(engine) as session:
                done = desk.scan(session, key, label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)
                return done.scan.kind, done.again

        with ThreadPoolExecutor(10) as pool:
            heard = Counter(pool.map(once, range(10)))
        assert heard == {("lent", False): 1, ("lent", True): 9}
        with transaction(engine) as session:
            desk.scan(session, uuid.uuid4(), label, None, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)
    engine.dispose()


def test_desks_that_lend_and_take_back_one_copy_at_once_leave_it_as_its_loans_say(url: str) -> None:
    label, engine = new_copy(url), open_engine(url, Limits(connections=12))
    with reading_session(engine) as session:
        cards = list(session.scalars(select(Patron.card).order_by(Patron.card).limit(8)))

    def work_away(number: int) -> None:
        chance = random.Random(number)
        for _ in range(25):
            key, card = uuid.uuid4(), cards[number] if chance.random() < 0.5 else None
            with suppress(Refusal), transaction(engine) as session:
                desk.scan(session, key, label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)
            if chance.random() < 0.3:
                with suppress(Refusal), transaction(engine) as session:
                    desk.undo(session, key, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work_away, range(8)))
    with reading_session(engine) as session:
        [item] = session.scalars(select(Item))
        still_out = session.scalars(select(Loan).where(Loan.closed_at.is_(None))).all()
    engine.dispose()
    assert (item.status == ON_LOAN) == (len(still_out) == 1)


def test_a_copy_taken_back_in_the_moment_it_is_lent_is_free_again(postgres: Postgres) -> None:
    name = f"moment_{uuid.uuid4().hex}"
    found = postgres.database(name, owner=APPLICATION)
    fill(found)
    label, engine = new_copy(found), open_engine(found)

    def take_back() -> None:
        with transaction(engine) as session:
            desk.scan(session, uuid.uuid4(), label, None, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)

    second = threading.Thread(target=take_back)
    with transaction(engine) as session:
        card = session.scalars(select(Patron.card)).first()
        desk.scan(session, uuid.uuid4(), label, card, inviting.unit_by_code(session, "AA"), by=librarian(session), at=NOON)
        second.start()
        end = time.monotonic() + 60
        while not postgres.waiting(name):
            assert time.monotonic() < end, "the second desk does not wait"
            time.sleep(0.02)
    second.join()
    with reading_session(engine) as session:
        assert session.scalars(select(Item.status)).all() == [AVAILABLE]
        assert session.scalars(select(Loan.closed_at)).all() == [NOON]
    engine.dispose()
    postgres.drop(name)
