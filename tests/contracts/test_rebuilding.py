"""A new index beside the live one, on every engine: it takes over whole, survives kills, and brings nothing back."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from library.catalogue.models import Audience
from library.database import reading_session, transaction
from library.people.sight import PUBLIC, VISITOR
from search import comparing, tiers
from search.comparing import Difference, differences
from search.documents import documents_of
from search.engines import build_beside
from search.index import Index
from search.query import parse
from search.rebuilding import WORKS_AT_ONCE, Pace, Progress, rebuild
from tests.contracts.works import work
from tests.stage.engines import PATIENT, opened
from tests.stage.shelf import Shelf

pytestmark = pytest.mark.slow

AT_ONCE = replace(PATIENT, bulk=1)  # each document leaves at once


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def live(index_url: str) -> Iterator[Index]:
    made = opened(index_url, writing=True)
    yield made
    made.close()


def nothing(_: Progress) -> None:
    pass


def build(shelf: Shelf, index_url: str, tell: Callable[[Progress], None] = nothing) -> None:
    beside = build_beside(index_url, tuning=PATIENT)
    try:
        rebuild(shelf.engine, beside, Pace(None), tell)
    finally:
        beside.close()


def compared(shelf: Shelf, index: Index) -> list[Difference]:
    with reading_session(shelf.engine) as session:
        return list(differences(session, index, at=datetime.now(UTC)))


def found(index: Index, text: str) -> set[tuple[int, int]]:
    return {hit[:2] for hit in index.search(tiers.main(parse(text, VISITOR)), limit=500).hits}


def test_a_rebuilt_index_holds_everything_and_readers_and_the_writer_go_on_in_it(
    shelf: Shelf, live: Index, index_url: str
) -> None:
    shelf.fill(5, 3)
    shelf.index(live)
    live.delete(str(shelf.id_of(2)))
    live.write(documents_of(work(99, "thừa"), [(1, "không có trong thư viện")]))
    live.commit()
    reader = opened(index_url)
    assert found(reader, "sach2") == set()
    told: list[Progress] = []
    build(shelf, index_url, told.append)
    assert told[-1] == Progress(works=5, of=5, pages=20)
    assert (reader.count(), compared(shelf, reader), found(reader, "sach2"), found(reader, "thừa")) == (
        20,
        [],
        {(2, 1), (2, 2), (2, 3)},
        set(),
    )
    shelf.fill(1, first=6)
    shelf.index(live, 6)
    assert found(reader, "sach6") == {(6, 1)}
    assert compared(shelf, reader) == []


def test_what_is_withdrawn_while_the_index_is_rebuilt_does_not_come_back(
    shelf: Shelf, live: Index, index_url: str
) -> None:
    shelf.fill(WORKS_AT_ONCE + 10)
    shelf.index(live)
    happened: list[int] = []

    def meanwhile(one: Progress) -> None:
        if not happened:
            shelf.withdraw(3)
            shelf.index(live, 3)  # the worker is quick with this one,
            shelf.withdraw(4)  # and has not come to this one
            # a licence that runs out by its date, without anybody changing the work
            with transaction(shelf.engine) as session:
                session.query(Audience).filter_by(work_id=shelf.id_of(5)).update({"until_at": datetime.now(UTC)})
            happened.append(one.works)

    build(shelf, index_url, meanwhile)
    assert happened == [WORKS_AT_ONCE]
    assert found(live, "sach2") == {(2, 1)}
    assert [found(live, f"sach{number}") for number in (3, 4, 5)] == [set()] * 3
    assert compared(shelf, live) == []


def test_a_rebuild_that_was_killed_goes_on_where_it_was(
    shelf: Shelf, live: Index, index_url: str, tmp_path: Path
) -> None:
    shelf.fill(2 * WORKS_AT_ONCE + 50)
    shelf.index(live, 1)
    killed = command(shelf, index_url, tmp_path, "index", "rebuild", "--json", HOCLIEU_FAILPOINT="rebuild-kept")
    assert killed.returncode == -9, killed.stderr
    shelf.withdraw(2)
    assert live.count() == 2
    again = command(shelf, index_url, tmp_path, "index", "rebuild", "--json")
    rows = [json.loads(line) for line in again.stdout.splitlines()]
    assert (again.returncode, rows[0]["works"], rows[-1]["differences"]) == (0, 2 * WORKS_AT_ONCE, 0), again.stderr
    assert rows[-1]["documents"] == live.count() == 2 * (2 * WORKS_AT_ONCE + 50)
    assert found(live, "sach2") == set()


def third(shelf: Shelf, index: Index, revision: int, *pages: int) -> None:
    """The documents of the third work as they were at a revision."""
    facts = replace(work(3, "Sách 3"), work_id=str(shelf.id_of(3)), revision=revision)
    index.write(documents_of(facts, [(page, "tam giác trang") for page in pages]))


def test_what_a_dead_builder_sent_and_did_not_live_to_show_does_not_stay(
    shelf: Shelf, live: Index, index_url: str
) -> None:
    shelf.fill(3)
    shelf.index(live)
    beside = build_beside(index_url, tuning=AT_ONCE)
    third(shelf, beside.index, 0, 1, 9)
    beside.close()
    build(shelf, index_url)
    assert compared(shelf, live) == []


def test_a_work_that_a_dead_builder_had_half_replaced_is_replaced_whole(
    shelf: Shelf, live: Index, index_url: str
) -> None:
    shelf.fill(3)
    shelf.index(live)
    beside = build_beside(index_url, tuning=AT_ONCE)
    third(shelf, beside.index, 0, 1, 9)
    beside.keep(3)
    beside.index.delete(str(shelf.id_of(3)))
    third(shelf, beside.index, 1, 1)  # has arrived; that page 9 has to go had not
    beside.close()
    build(shelf, index_url)
    assert compared(shelf, live) == []


def test_every_kind_of_difference_is_found(shelf: Shelf, live: Index, index_url: str, tmp_path: Path) -> None:
    shelf.fill(8, 2)
    shelf.index(live)
    assert compared(shelf, live) == []
    live.delete(str(shelf.id_of(1)))
    live.write(documents_of(work(99, "thừa"), [(1, "x")]))
    whole = replace(work(2, "Sách 2"), work_id=str(shelf.id_of(2)))
    live.delete(str(shelf.id_of(2)))
    live.write(documents_of(whole, [(1, "tam giác")]))  # a page is lost
    live.delete(str(shelf.id_of(3)))
    live.write(
        documents_of(
            replace(work(3, "Sách 3"), work_id=str(shelf.id_of(3)), sight=(PUBLIC, "unit:1")),
            [(1, "tam giác"), (2, "tam giác")],
        )
    )
    live.commit()
    with transaction(shelf.engine) as session:
        session.connection().exec_driver_sql("UPDATE work SET revision = 2, indexed_revision = 2 WHERE key = 4")
        # only late
        session.connection().exec_driver_sql(
            "UPDATE work SET revision = 3, due_at = '2026-11-23 08:00:00' WHERE key = 5"
        )
    assert [(one.work_key, one.what) for one in compared(shelf, live)] == [
        (1, comparing.MISSING),
        (2, comparing.PAGES),
        (3, comparing.AUDIENCE),
        (4, comparing.REVISION),
        (99, comparing.EXTRA),
    ]
    status = command(shelf, index_url, tmp_path, "index", "status", "--compare", "--json")
    row = json.loads(status.stdout.splitlines()[-1])
    assert (status.returncode, row["differences"], row["waiting"]) == (1, 5, 1)


def test_more_than_ten_thousand_documents_are_compared_to_the_last(shelf: Shelf, live: Index) -> None:
    shelf.fill(105, 100)
    shelf.index(live)
    assert live.count() == 105 * 101
    assert compared(shelf, live) == []
    live.delete(str(shelf.id_of(105)))
    live.commit()
    assert [(one.work_key, one.what) for one in compared(shelf, live)] == [(105, comparing.MISSING)]


def test_a_rebuild_keeps_to_its_pace(shelf: Shelf) -> None:
    pace = Pace(1000.0)
    started = datetime.now(UTC)
    for _ in range(10):
        pace.after(50)
    assert datetime.now(UTC) - started >= timedelta(seconds=0.49)


def command(shelf: Shelf, index_url: str, home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`hoclieu …` on this database and index."""
    told = {"HOCLIEU_DATABASE": shelf.url, "HOCLIEU_INDEX": index_url, "HOCLIEU_HOME": str(home)}
    words = (sys.executable, "-m", "api.commands.main", *words)
    return subprocess.run(words, env={**os.environ, **told, **more}, capture_output=True, text=True, check=False)
