"""An index that is gone, damaged or held by somebody: readers make nothing and say so, the keeper fills a new one, on
every engine.
"""

import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ingest.worker.hand import Claims
from ingest.worker.index import IndexKeeper
from library.catalogue import publishing
from library.catalogue.models import Work
from library.clock import now
from library.database import alone, open_engine, reading_session, transaction
from library.house import House, open_house
from library.people.sight import VISITOR
from library.settings import Settings
from search import standing_in
from search.elastic.cluster import Cluster
from search.engines import build_beside, open_index
from search.index import Index, IndexAway, IndexLost, Tuning
from search.indexing import Standing, standing
from search.query import parse
from search.rebuilding import Pace, Progress, rebuild
from search.tantivy.folders import BUILDING, FORMAT, current
from search.tantivy.opening import READERS_LOCK
from tests.services.postgres import APPLICATION, Postgres
from tests.services.waiting import until
from tests.stage.engines import PATIENT, opened
from tests.stage.shelf import Shelf

WORKS = 5


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "var")
    made.fill(WORKS)
    made.enqueue()
    yield made
    made.engine.dispose()


@pytest.fixture
def house(shelf: Shelf, tmp_path: Path, index_url: str) -> Iterator[House]:
    """That shelf, with a worker that looks at its index all the time."""
    settings = Settings(home=tmp_path / "var", index=index_url, index_look_seconds=1e-9, index_answer_seconds=60)
    yield (found := open_house(settings))
    found.engine.dispose()


@pytest.fixture
def keeper(house: House) -> Iterator[IndexKeeper]:
    """The hand that keeps it; everything is written."""
    made = IndexKeeper(Claims(house))
    assert made.turn()
    yield made
    made.close()


@pytest.fixture
def reader(index_url: str) -> Iterator[Index]:
    """As `serve` has it open."""
    made = opened(index_url)
    yield made
    made.close()


def asked(house: House, reader: Index, text: str) -> tuple[bool, list[str]]:
    """Whether the catalogue stood in, and what was found."""
    with reading_session(house.engine) as session:
        found = standing_in.answer(session, reader, parse(text, VISITOR), at=now())
        return found.degraded, [work.work.title for work in found.works]


def remove(house: House) -> None:
    """All of it is gone."""
    if house.settings.index.startswith("tantivy:"):
        shutil.rmtree(live(house).parent)
    else:
        cluster = Cluster(house.settings.index, PATIENT)
        cluster.client.indices.delete(index=",".join(cluster.behind(cluster.base)))


def live(house: House) -> Path:
    home = Path(house.settings.index.removeprefix("tantivy://"))
    return home / current(home)


def in_meta(text: Callable[[bytes], bytes]) -> Callable[[House], None]:
    def damage(house: House) -> None:
        meta = live(house) / "meta.json"
        meta.write_bytes(text(meta.read_bytes()))

    return damage


def without(ending: str) -> Callable[[House], None]:
    def damage(house: House) -> None:
        for path in live(house).glob(f"*.{ending}"):
            path.unlink()

    return damage


def no_folder(house: House) -> None:
    folder = live(house)
    shutil.rmtree(folder)
    folder.write_text("this is no folder")


def no_home(house: House) -> None:
    no_folder(house)
    (live(house).parent / "current").write_text(f"{FORMAT}-nowhere")


DAMAGES: dict[str, Callable[[House], None]] = {
    "removed": remove,
    "its folder removed": lambda house: shutil.rmtree(live(house)),
    "meta empty": in_meta(lambda _: b""),
    "meta cut": in_meta(lambda whole: whole[: len(whole) // 2]),
    "meta garbage": in_meta(lambda _: b"\x00\xff garbage"),
    "no terms": without("term"),
    "no numbers": without("fast"),
    "no positions": without("pos"),
    "unreadable": no_folder,
    "pointing nowhere": no_home,
}


@pytest.mark.parametrize("index_url", ["tantivy"], indirect=True)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_stood_in_for_until_the_keeper_has_filled_a_new_one(
    house: House, keeper: IndexKeeper, reader: Index, index_url: str, damage: str
) -> None:
    assert asked(house, reader, "sach2") == (False, ["Sách 2"])  # by a word of its page
    DAMAGES[damage](house)
    fresh = opened(index_url)
    assert asked(house, fresh, "sách 2") == (True, ["Sách 2"])
    assert (keeper.turn(), keeper.index) == (False, None), "an index that was lost is closed"
    assert asked(house, fresh, "sach2") == (True, []), "an empty index was made, and readers believe it"
    keeper.turn()
    assert [asked(house, one, "sach2") for one in (reader, fresh)] == [(False, ["Sách 2"])] * 2
    assert not (live(house).parent / BUILDING).exists()
    fresh.close()


def test_a_removed_index_comes_back_on_every_engine(house: House, keeper: IndexKeeper, reader: Index) -> None:
    remove(house)
    with reading_session(house.engine) as session, pytest.raises(IndexLost):
        reader.works()
    with reading_session(house.engine) as session:
        assert standing(session, reader).lost
    keeper.turn()
    assert asked(house, reader, "sách 2") == (True, ["Sách 2"])
    keeper.turn()
    with reading_session(house.engine) as session:
        assert standing(session, reader) == (WORKS, WORKS)
    # a busy engine may still be away for a question
    until(lambda: asked(house, reader, "sach2") == (False, ["Sách 2"]))


def test_works_that_went_from_an_index_that_is_well_otherwise_come_back(
    house: House, keeper: IndexKeeper, reader: Index, shelf: Shelf
) -> None:
    assert keeper.index is not None
    keeper.index.delete(str(shelf.id_of(2)))
    keeper.index.commit()
    assert asked(house, reader, "sach2") == (False, [])
    keeper.turn()
    keeper.turn()
    assert asked(house, reader, "sach2") == (False, ["Sách 2"])


def test_what_was_deleted_is_not_missed_and_what_comes_back_is_waited_for(
    house: House, keeper: IndexKeeper, reader: Index, shelf: Shelf
) -> None:
    def set_deleted(deleted_at: datetime | None) -> None:
        with transaction(house.engine) as session:
            work = session.get_one(Work, shelf.id_of(2))
            work.deleted_at = deleted_at
            publishing.write_audience(session, work, at=now())

    def counted() -> Standing:
        with reading_session(house.engine) as session:
            return standing(session, reader)

    set_deleted(now())
    assert keeper.turn()
    assert (counted(), keeper.index is not None) == ((WORKS - 1, WORKS - 1), True), "a deleted work is no lost one"
    set_deleted(None)
    assert not counted().lost
    assert keeper.turn()
    assert counted() == (WORKS, WORKS)


def test_whoever_reads_makes_nothing(index_url: str, tmp_path: Path) -> None:
    reader = opened(index_url)
    for ask in (reader.works, reader.count, lambda: list(reader.entries())):
        with pytest.raises(IndexLost):
            ask()
    assert list(tmp_path.iterdir()) == []
    writer = opened(index_url, writing=True)
    writer.commit()
    assert (reader.works(), reader.count()) == (0, 0)
    for one in (reader, writer):
        one.close()


def test_an_empty_house_has_lost_nothing(index_url: str, tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path / "var", index=index_url))
    keeper = IndexKeeper(Claims(house))
    assert (keeper.turn(), keeper.index is not None) == (False, True)
    keeper.close()
    house.engine.dispose()


def test_whoever_finds_the_readers_lock_held_hears_that_it_is_away_instead_of_waiting_without_an_end(
    tmp_path: Path,
) -> None:
    url = f"tantivy://{tmp_path}/index"
    writer = open_index(url, writing=True)
    reader = open_index(url)
    assert reader.works() == 0
    with (tmp_path / "index" / FORMAT / READERS_LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(tmp_path / "index" / FORMAT / "meta.json", (1, 1))  # as after a commit
        for one in (reader, open_index(url)):
            with pytest.raises(IndexAway) as away:
                one.works()
            assert not isinstance(away.value, IndexLost), "what is only locked is rebuilt"
        with pytest.raises(IndexAway):
            writer.commit()
    assert reader.works() == 0
    writer.close()


def test_a_rebuild_that_was_damaged_too_is_begun_anew(tmp_path: Path) -> None:
    url = f"tantivy://{tmp_path}/index"
    first = build_beside(url)
    with pytest.raises(BlockingIOError):
        build_beside(url)
    first.keep(7)
    first.close()
    (begun,) = (tmp_path / "index").glob(f"{FORMAT}-*")
    (begun / "meta.json").write_text("{}")
    second = build_beside(url)
    assert second.done == -1
    second.close()
    (tmp_path / "index" / BUILDING).write_text("{")
    third = build_beside(url, tuning=Tuning())
    assert third.done == -1
    third.close()


def test_on_postgres_one_machine_at_a_time_rebuilds(database_url: str) -> None:
    engine = open_engine(database_url)
    if engine.dialect.name == "postgresql":
        with alone(engine, "a"), alone(engine, "b"), pytest.raises(BlockingIOError), alone(engine, "a"):
            pass
    with alone(engine, "a"), transaction(engine):
        pass
    engine.dispose()


def test_while_one_machine_rebuilds_another_one_is_refused_and_may_later(postgres: Postgres, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, postgres.database(f"t_{uuid.uuid4().hex}", owner=APPLICATION))
    shelf.fill(WORKS)
    here, there = (build_beside(f"tantivy://{tmp_path}/{machine}") for machine in ("here", "there"))
    told: list[Progress] = []

    def meanwhile(progress: Progress) -> None:
        with pytest.raises(BlockingIOError):
            rebuild(shelf.engine, there, Pace(None), told.append)
        told.append(progress)

    rebuild(shelf.engine, here, Pace(None), meanwhile)
    assert [one.works for one in told] == [WORKS]
    rebuild(shelf.engine, there, Pace(None), told.append)
    assert [one.works for one in told] == [WORKS] * 2
    for one in (here, there):
        one.close()
    shelf.engine.dispose()
