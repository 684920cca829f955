"""A hand outlives whatever breaks in one row, sets it aside with a sentence, and the others go on."""

import errno
import os
import subprocess
import sys
import textwrap
import threading
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ingest import sweeping
from ingest.worker import index as keeping
from ingest.worker.audit import seal_waiting
from ingest.worker.hand import AWAY_SECONDS, LONGEST_PAUSE, Claims, Hand, outside
from ingest.worker.index import IndexKeeper
from ingest.worker.worker import Worker
from library import audit
from library.audit import Event
from library.catalogue.models import DepositState, Version, Work
from library.clock import now
from library.database import reading_session, transaction
from library.database.work_queue import MOST_TRIES
from library.files.keys import StoreAway, hash_of
from library.files.local import LocalStore
from library.house import House
from library.people import inviting
from search.index import Index
from tests.ingest.worker.sent import book, expire, read_all, row
from tests.services.waiting import until
from tests.stage.project import PROJECT

pytestmark = pytest.mark.slow


def test_a_turn_that_breaks_ends_no_hand_and_is_not_tried_again_in_a_hot_loop() -> None:
    def turn() -> bool:
        raise [KeyError("facts"), IndexError(), StoreAway("gone"), OperationalError("", {}, Exception("gone"))][
            hand.broken % 4
        ]

    hand = Hand("any", 0.1, turn)
    pauses = [hand.take_turn() for _ in range(2)]
    assert pauses == [2 * AWAY_SECONDS, 4 * AWAY_SECONDS]
    assert hand.take_turn() >= AWAY_SECONDS, "a store that is away"
    hand.broken = 3
    assert hand.take_turn() >= AWAY_SECONDS, "a database that is away"
    hand.broken = 400
    assert hand.take_turn() == LONGEST_PAUSE
    hand.turn = lambda: True
    assert hand.take_turn() == 0 and hand.broken == 0


def test_a_file_that_breaks_the_reading_is_set_aside_after_three_tries_and_its_neighbours_are_read(
    house: House, tmp_path: Path
) -> None:
    broken, neighbour = book(house, tmp_path / "a.pdf", 1), book(house, tmp_path / "b.pdf", 1)
    path = house.settings.home / "files"
    key = row(house, broken).key or ""
    (path / key[:2] / key[2:4] / key).unlink()
    for _ in range(MOST_TRIES):
        read_all(house)
        expire(house, broken) if row(house, broken).state != DepositState.FAILED else None
    kept = row(house, broken)
    assert (kept.state, kept.code, kept.attempts) == (DepositState.FAILED, "processing-failed", MOST_TRIES)
    assert kept.last_error and kept.last_error.startswith("FileNotFoundError")
    assert row(house, neighbour).state == DepositState.READY


def test_a_statement_that_can_never_pass_is_not_taken_for_a_database_that_is_away() -> None:
    class Said(Exception):
        sqlstate = "57014"

    class Gone(Exception):
        sqlstate = "57P01"

    assert [outside(OperationalError("", {}, kind())) for kind in (Said, Gone)] == [False, True]


def test_while_the_index_is_damaged_files_are_read_and_the_index_goes_on_when_it_is_whole(
    house: House, tmp_path: Path
) -> None:
    index = house.settings.home / "index"
    index.write_text("no folder at all")
    worker = Worker(house)
    running = threading.Thread(target=worker.run, daemon=True)
    running.start()
    try:
        deposit_id = book(house, tmp_path / "a.pdf", 1)
        until(lambda: row(house, deposit_id).state == DepositState.READY)
        assert running.is_alive()
        index.unlink()

        def indexed() -> bool:
            with reading_session(house.engine) as session:
                return all(work.indexed_revision == work.revision for work in session.query(Work))

        until(indexed)
    finally:
        worker.stop()
        running.join(30)


def test_one_work_that_cannot_be_indexed_holds_up_no_other(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [book(house, tmp_path / f"{name}.pdf", 1) for name in "abc"]
    read_all(house)
    with reading_session(house.engine) as session:
        works = [
            session.scalars(select(Version.work_id).where(Version.id == row(house, one).version_id)).one()
            for one in ids
        ]
    write = keeping.write_work

    def breaking(session: Session, index: Index, work_id: uuid.UUID, *, at: datetime) -> int:
        if work_id == works[1]:
            raise IndexError("no such page")
        return write(session, index, work_id, at=at)

    monkeypatch.setattr(keeping, "write_work", breaking)
    keeper = IndexKeeper(Claims(house))
    for _ in range(12):
        keeper.turn()
        with transaction(house.engine) as session:
            session.execute(update(Work).where(Work.due_at.is_not(None)).values(due_at=Work.created_at))
    keeper.close()
    with reading_session(house.engine) as session:
        found = [session.get_one(Work, work_id) for work_id in works]
    assert [(work.indexed_revision == work.revision, work.set_aside_at is not None) for work in found] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_a_staged_file_that_cannot_be_swept_holds_up_no_other(house: House) -> None:
    staging, old = house.settings.staging, (now() - timedelta(days=2)).timestamp()
    left = [staging / str(uuid.UUID(int=number)) for number in range(4)]
    for path in left:
        path.mkdir() if path is left[0] else path.write_bytes(b"x")
        os.utime(path, (old, old))
    sweeping.sweep(house, at=now())
    assert [path.exists() for path in left] == [True, False, False, False]


def test_a_line_that_cannot_be_sealed_holds_up_its_own_chain_and_no_other(house: House) -> None:
    def tell(code: str, title: str) -> None:
        with transaction(house.engine) as session:
            unit = inviting.ensure_school(session, code, at=now())
            audit.tell(session, "told", unit, unit_id=unit.id, by=None, at=now(), title=title)

    tell("AA", "hỏng \ud800")
    tell("BB", "lành")
    tell("AA", "sau đó")
    seal_waiting(house)
    with reading_session(house.engine) as session:
        told = {
            (line.facts["title"], line.place is not None)
            for line in session.scalars(select(Event).where(Event.act == "told"))
        }
    assert told == {("hỏng \ud800", False), ("lành", True), ("sau đó", False)}


READ_ONLY = """
    import subprocess, sys
    from pathlib import Path
    from dataclasses import replace
    from library.house import open_house
    from ingest.worker.deposits import Reader
    from ingest.worker.hand import Claims, Hand
    from library.files.keys import StoreAway
    from library.settings import Settings
    from tests.ingest.worker.sent import book, change, read_all, row

    disk, home = Path(sys.argv[1]), Path(sys.argv[2])
    def mount(how):
        subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
    house = open_house(Settings(home=home, files=f"file://{disk}/files"))
    first = book(house, home / "a.pdf", 1)
    mount("ro")
    hand = Hand("deposits", 0.1, Reader(Claims(house)).turn)
    for _ in range(5):
        assert hand.take_turn() >= 1.0, "it waits"
        kept = row(house, first)
        assert (kept.attempts, kept.set_aside_at, kept.lease_until) == (0, None, None), kept.last_error
        assert "Read-only" in kept.last_error, kept.last_error
        change(house, first, due_at=kept.created_at)
    try:
        house.files.delete("0" * 64)
        book(house, home / "b.pdf", 1)
    except StoreAway:
        pass
    else:
        raise AssertionError("the port hides that the disk is read-only")
    mount("rw")
    change(house, first, due_at=kept.created_at)
    read_all(house)
    assert row(house, first).state == "ready", row(house, first).last_error
    print("held")
"""


@pytest.mark.parametrize("name", ["EROFS", "EIO", "EACCES", "ESTALE"])
def test_a_disk_that_cannot_write_now_is_a_store_that_is_away_and_costs_no_row_a_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    number = getattr(errno, name)

    def broken(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    store, path = LocalStore(tmp_path / "files"), tmp_path / "a"
    path.write_bytes(b"a")
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StoreAway) as away:
        store.put(hash_of(path), path, "text/plain")
    assert outside(away.value) and away.value.errno == number
    assert store.stat(hash_of(path)) is None, "nothing stands under a key that is not on the disk"


def test_a_disk_that_has_become_read_only_is_a_store_that_is_away(tmp_path: Path) -> None:
    disk, home = tmp_path / "disk", tmp_path / "var"
    disk.mkdir()
    home.mkdir()
    words = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs tmpfs "{disk}" && exec "$@"', "sh"]
    probe = subprocess.run([*words, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"this machine gives no mount namespace: {probe.stderr.decode().strip()}")
    script = [sys.executable, "-c", textwrap.dedent(READ_ONLY), str(disk), str(home)]
    done = subprocess.run([*words, *script], capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.stdout.endswith("held\n"), done.stderr
