"""How the house is, at a glance: cheap, however many look."""

import shutil
from pathlib import Path

import pytest

from ingest.worker import vitals
from ingest.worker.hand import Claims
from ingest.worker.index import IndexKeeper
from ingest.worker.vitals import Watch
from library.database import reading_session
from library.house import House
from search.engines import index_of
from tests.ingest.worker.sent import book, read_all


def test_a_lost_index_is_seen_and_the_works_are_not_counted_at_each_look(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(house, tmp_path / "a.pdf", 1)
    read_all(house)
    keeper = IndexKeeper(Claims(house))
    while keeper.turn():
        pass
    keeper.close()
    watch = Watch(house, index_of(house.settings))

    def lost() -> bool:
        with reading_session(house.engine) as session:
            return watch.is_lost(session)

    assert not lost()
    shutil.rmtree(house.settings.home / "index")
    assert not lost(), "counted at each look"
    monkeypatch.setattr(vitals, "COUNTED_EVERY", 0)
    assert lost()
