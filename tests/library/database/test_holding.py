"""Names that one transaction holds: on PostgreSQL the next who wants one waits until it ends, and nobody else waits."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library import migrations
from library.catalogue import keeping
from library.catalogue.models import Deposit
from library.clock import now
from library.database import hold, open_engine, transaction
from library.database.limits import Limits
from library.files.keys import hash_of
from library.files.local import LocalStore
from library.people import inviting
from library.people.roles import Role
from tests.services.postgres import APPLICATION, Postgres

PATIENT = Limits(statement_seconds=120, lock_seconds=120, answer_seconds=60)


@dataclass
class Hall:
    """A database where several work at once, and what they did, in its order."""

    server: Postgres
    name: str
    engine: Engine
    done: list[object] = field(default_factory=list)

    def take(self, *names: str) -> None:
        with transaction(self.engine) as session:
            hold(session, names)
            self.done.append(names)

    def started(self, act: Callable[[], None]) -> threading.Thread:
        """Somebody else who has begun and now waits."""
        other = threading.Thread(target=act)
        other.start()
        self.server.until_waiting(self.name)
        return other


@pytest.fixture
def hall(postgres: Postgres) -> Iterator[Hall]:
    name = f"hall_{uuid.uuid4().hex}"
    url = postgres.database(name, owner=APPLICATION)
    migrations.upgrade(url)
    made = Hall(postgres, name, open_engine(url, PATIENT))
    yield made
    made.engine.dispose()
    postgres.drop(name)


@pytest.mark.parametrize("ending", [Session.commit, Session.rollback])
def test_who_wants_a_held_name_waits_until_the_holders_transaction_ends(
    hall: Hall, ending: Callable[[Session], None]
) -> None:
    with Session(hall.engine) as first:
        hold(first, ["a"])
        second = hall.started(lambda: hall.take("a"))
        hall.done.append("first")
        ending(first)
        second.join()
    assert hall.done == ["first", ("a",)]


def test_other_names_are_free_meanwhile(hall: Hall) -> None:
    with transaction(hall.engine) as first:
        hold(first, ["a", "b"])
        hall.take("c", "d")
        assert hall.server.waiting(hall.name) == 0
    assert hall.done == [("c", "d")]


def test_one_of_several_names_is_enough_to_wait(hall: Hall) -> None:
    with transaction(hall.engine) as first:
        hold(first, ["b"])
        second = hall.started(lambda: hall.take("a", "b", "c"))
        hall.done.append("first")
    second.join()
    assert hall.done == ["first", ("a", "b", "c")]


def test_names_are_taken_in_one_order_however_they_are_told_so_that_two_never_wait_for_each_other(hall: Hall) -> None:
    with transaction(hall.engine) as first:
        hold(first, ["a"])
        second = hall.started(lambda: hall.take("z", "m", "a"))
        hall.take("m", "z")  # who waits for "a" holds none of what comes after it
    second.join()
    assert hall.done == [("m", "z"), ("z", "m", "a")]


def test_a_name_is_held_twice_by_its_own_transaction(hall: Hall) -> None:
    with transaction(hall.engine) as first:
        hold(first, ["a"])
        hold(first, ["a", "b"])
        assert hall.server.waiting(hall.name) == 0


@dataclass
class Cellar:
    """A store with one file that no row names yet."""

    hall: Hall
    files: LocalStore
    key: str
    heard: list[object] = field(default_factory=list)

    def name_it(self, session: Session) -> bool:
        """What an upload does whose bytes the store has already."""
        there = keeping.are_there(session, self.files, [self.key])
        if there:
            unit = inviting.ensure_province(session, "Tỉnh")
            owner = inviting.add_person(session, "nam", "Nam", Role.TEACHER, unit, at=now())
            facts = {
                "name": "a.pdf",
                "size": 1,
                "sight": "public",
                "approve": False,
                "state": "waiting",
                "created_at": now(),
            }
            session.add(Deposit(owner_id=owner.id, unit_id=unit.id, key=self.key, **facts))
            session.flush()
        return there

    def sweep(self, session: Session) -> int:
        """What the collector of orphans does."""
        return keeping.discard_unnamed(session, self.files, [self.key])

    def alone(self, act: Callable[[Session], object]) -> None:
        with transaction(self.hall.engine) as session:
            self.heard.append(act(session))


@pytest.fixture
def cellar(hall: Hall, tmp_path: Path) -> Cellar:
    (tmp_path / "a").write_bytes(b"mo coi")
    files, key = LocalStore(tmp_path / "files"), hash_of(tmp_path / "a")
    files.put(key, tmp_path / "a", "text/plain")
    return Cellar(hall, files, key)


def test_a_sweep_waits_for_the_upload_that_names_the_file_and_then_leaves_it(cellar: Cellar) -> None:
    with transaction(cellar.hall.engine) as first:
        assert cellar.name_it(first)
        second = cellar.hall.started(lambda: cellar.alone(cellar.sweep))
    second.join()
    assert cellar.heard == [0] and cellar.files.stat(cellar.key) is not None


def test_an_upload_waits_for_the_sweep_that_removes_the_file_and_then_hears_that_it_is_gone(cellar: Cellar) -> None:
    with transaction(cellar.hall.engine) as first:
        assert cellar.sweep(first) == 1
        second = cellar.hall.started(lambda: cellar.alone(cellar.name_it))
    second.join()
    assert cellar.heard == [False] and cellar.files.stat(cellar.key) is None


def test_files_of_other_names_are_swept_and_named_meanwhile(cellar: Cellar) -> None:
    with transaction(cellar.hall.engine) as first:
        hold(first, ["another"])
        cellar.alone(cellar.sweep)
    assert cellar.heard == [1]
