"""Several processes write to one work at the same moment: the index overlooks none of it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.house import open_house
from ingest.index_keeping import IndexKeeper, Written
from library.catalogue import cataloguing
from library.catalogue.models import Work
from library.clock import now
from library.database import reading_session, transaction
from library.settings import Settings
from tests.contracts.shelf import Shelf
from tests.services.postgres import APPLICATION, Postgres
from tests.services.waiting import until


@pytest.fixture
def shelf(postgres: Postgres, tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path, postgres.database("last_moment", owner=APPLICATION))
    made.fill(1)
    yield made
    made.engine.dispose()
    postgres.drop("last_moment")


def one_waits(server: Postgres) -> None:
    """Until somebody stands before a lock."""
    until(lambda: server.waiting("last_moment"), otherwise="nobody waits")


def test_a_change_that_commits_while_the_index_says_it_is_done_is_done_too(postgres: Postgres, shelf: Shelf, tmp_path: Path) -> None:
    shelf.enqueue()
    house = open_house(Settings(home=tmp_path / "var", database=shelf.url))
    keeper, batch = IndexKeeper(house, "one", threading.Event(), {}, lambda *_: None), list[Written]()
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
        one_waits(postgres)
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
        one_waits(postgres)
    second.join()
    with reading_session(shelf.engine) as session:
        assert session.scalars(select(Work.revision)).one() == before + 2
