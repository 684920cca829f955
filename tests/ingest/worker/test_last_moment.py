"""Several processes write to one work at the same moment: the index overlooks none of it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.worker.hand import Claims
from ingest.worker.index import IndexKeeper, Written
from library.catalogue import cataloguing
from library.catalogue.models import Work
from library.clock import now
from library.database import reading_session, transaction
from library.house import open_house
from library.people import inviting
from library.people.roles import Role
from library.settings import Settings
from search.rebuilding import unchanging
from tests.services.postgres import APPLICATION, Postgres
from tests.stage.shelf import Shelf


@pytest.fixture
def shelf(postgres: Postgres, tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path, postgres.database("last_moment", owner=APPLICATION))
    made.fill(1)
    yield made
    made.engine.dispose()
    postgres.drop("last_moment")


def test_a_change_that_commits_while_the_index_says_it_is_done_is_done_too(
    postgres: Postgres, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.enqueue()
    house = open_house(Settings(home=tmp_path / "var", database=shelf.url))
    keeper, batch = IndexKeeper(Claims(house, "one")), list[Written]()
    index = keeper.open()
    assert index is not None
    keeper.write_some(index, batch)
    index.commit()
    finishing = threading.Thread(target=keeper.finish, args=(batch,))
    with transaction(shelf.engine) as session:
        work = session.scalars(select(Work)).one()
        work.title = "Sách vừa đổi tên"
        cataloguing.touch(work, at=now())
        session.flush()
        finishing.start()
        postgres.until_waiting("last_moment")
    finishing.join()
    assert shelf.waiting() == 1
    keeper.write_due(index)
    assert shelf.waiting() == 0
    index.close()
    house.engine.dispose()


def test_two_changes_at_once_count_as_two(postgres: Postgres, shelf: Shelf) -> None:
    with reading_session(shelf.engine) as session:
        before = session.scalars(select(Work.revision)).one()
    second = threading.Thread(target=shelf.retitle, args=(1, "Sách của người thứ hai"))
    with transaction(shelf.engine) as session:
        cataloguing.touch(session.scalars(select(Work)).one(), at=now())
        session.flush()
        second.start()
        postgres.until_waiting("last_moment")
    second.join()
    with reading_session(shelf.engine) as session:
        assert session.scalars(select(Work.revision)).one() == before + 2


def title_of(session: Session) -> str:
    return session.scalars(select(Work.title)).one()


def test_nobody_changes_a_work_while_a_new_index_takes_over_and_readers_and_everybody_else_go_on(
    postgres: Postgres, shelf: Shelf
) -> None:
    change = threading.Thread(target=shelf.retitle, args=(1, "Sách vừa đổi tên"))
    with unchanging(shelf.engine) as session:
        change.start()
        postgres.until_waiting("last_moment")
        with reading_session(shelf.engine) as reader:
            assert title_of(reader) == title_of(session) == "Sách 1"
        with transaction(shelf.engine) as elsewhere:
            inviting.add_person(elsewhere, "em.lan", "Lan", Role.PUPIL, inviting.province(elsewhere), at=now())
        assert postgres.waiting("last_moment") == 1, "only who changes a work waits"
    change.join()
    with reading_session(shelf.engine) as reader:
        assert title_of(reader) == "Sách vừa đổi tên"


def test_a_new_index_takes_over_only_after_the_changes_that_have_begun(postgres: Postgres, shelf: Shelf) -> None:
    seen: list[str] = []

    def take_over() -> None:
        with unchanging(shelf.engine) as session:
            seen.append(title_of(session))

    taking = threading.Thread(target=take_over)
    with transaction(shelf.engine) as session:
        session.scalars(select(Work)).one().title = "Sách vừa đổi tên"
        session.flush()
        taking.start()
        postgres.until_waiting("last_moment")
    taking.join()
    assert seen == ["Sách vừa đổi tên"]
