"""Files have their turns: slowly, once a period, whatever stops or kills who reads them."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import select

from ingest.worker.fixity import Watch
from library.catalogue import fixity
from library.catalogue.fixity import FileState, FixitySlice
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from tests.fixity.stored import (
    MB,
    Meanwhile,
    acts,
    check_all,
    checked,
    checker,
    command,
    flipped,
    kept,
    of_one_slice,
    path_of,
    slices,
)
from tests.services.house import RunningHouse
from tests.services.waiting import until
from tests.stage import makers


def test_a_fresh_house_and_an_older_one_read_a_little_at_a_time(house: House) -> None:
    period, begin = timedelta(days=90), now()

    def arrange(every: timedelta, at: datetime) -> list[timedelta]:
        with transaction(house.engine) as session:
            fixity.arrange(session, every=every, at=at)
        due = sorted(one.due_at for one in slices(house) if one.due_at)
        assert len(due) == len(slices(house)) == fixity.SLICES
        assert begin < due[0] and due[-1] <= at + every * fixity.SHARE
        return [after - before for before, after in pairwise(due)]

    even = period * fixity.SHARE / fixity.SLICES
    assert all(abs(gap - even) < timedelta(seconds=1) for gap in arrange(period, begin))
    assert all(abs(gap - even / 3) < timedelta(seconds=1) for gap in arrange(period / 3, begin)), (
        "a shorter period is heeded at once"
    )
    after_holidays = begin + timedelta(days=100)
    turns = sorted(fixity.turn(one.beginning, after=after_holidays, every=period) for one in slices(house))
    assert all(abs(after - before - even) < timedelta(seconds=1) for before, after in pairwise(turns))


def test_every_file_is_read_once_in_each_period(house: House) -> None:
    keys = kept(house, [f"tep {number}".encode() for number in range(30)])
    with transaction(house.engine) as session:
        fixity.arrange(session, every=house.settings.fixity_every, at=now())
        for one in session.scalars(select(FixitySlice)):
            one.due_at = (one.due_at or now()) - house.settings.fixity_every  # the time has gone by
    read = Counter[str]()

    class Reading(Meanwhile):
        def open(self, key: str, **part: Any) -> BinaryIO:
            read[key] += 1
            return self.store.open(key, **part)

    while checker(replace(house, files=Reading(house.files, print))).check_next():
        pass
    assert read == dict.fromkeys(keys, 1)
    found = slices(house)
    assert sum(one.files for one in found) == 30 and sum(one.bytes for one in found) == sum(
        len(f"tep {number}") for number in range(30)
    )
    assert all(
        one.checked_at and one.due_at and one.due_at - one.checked_at <= house.settings.fixity_every for one in found
    )


def test_a_slow_disk_does_not_lose_its_lease(house: House) -> None:
    (key,) = kept(house, [bytes(3 * MB)])
    impatient = replace(house, settings=house.settings.model_copy(update={"lease_seconds": 4.0}))
    leases = list[datetime]()

    class Slow:
        """A file of which each piece takes more than a quarter of the lease, and all of it longer than the lease."""

        def __init__(self, file: BinaryIO) -> None:
            self.file = file

        def read(self, size: int) -> bytes:
            with reading_session(house.engine) as session:
                leases.extend(
                    filter(
                        None, session.scalars(select(FixitySlice.lease_until).where(FixitySlice.beginning == key[:2]))
                    )
                )
            piece_comes = now() + timedelta(seconds=1.1)
            until(lambda: now() > piece_comes)
            return self.file.read(size)

        def __enter__(self) -> "Slow":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

    class SlowStore(Meanwhile):
        def open(self, key: str, **part: Any) -> Any:
            return Slow(self.store.open(key, **part))

    assert check_all(replace(impatient, files=SlowStore(house.files, print))) == {}
    assert len(leases) == 4 and all(before < after for before, after in pairwise(leases)), (
        "it is stretched after each piece"
    )
    one = next(one for one in slices(house) if one.beginning == key[:2])
    assert (one.attempts, one.files) == (0, 1) and one.checked_at


def test_the_pace_is_kept_and_nought_is_no_limit(house: House) -> None:
    gentle = replace(house, settings=house.settings.model_copy(update={"fixity_mb": 2}))
    assert 99 < Watch(gentle, threading.Event(), size=200 * MB).early() <= 100
    assert Watch(house, threading.Event(), size=200 * MB).early() == 0


@pytest.mark.parametrize("place", ["fixity-kept", pytest.param("fixity-kept:2", marks=pytest.mark.full)])
def test_a_check_that_is_killed_in_the_middle_loses_nothing(house: House, place: str) -> None:
    keys = kept(house, of_one_slice("5a", 240))
    for key in keys:
        path_of(house, key).write_bytes(b"hong")
    assert command(house, "fixity", "run", "--all", HOCLIEU_FAILPOINT=place, HOCLIEU_LEASE_SECONDS="2")[0] == -9
    noted = next(one for one in slices(house) if one.beginning == "5a")
    assert (noted.files, noted.reached) == (
        100 * int(place[-1] if place[-1].isdigit() else 1),
        sorted(keys)[noted.files - 1],
    )
    code, found, figures = checked(house, HOCLIEU_LEASE_SECONDS="2")
    assert (code, set(found), figures["files"]) == (1, set(keys), 240)
    assert acts(house) == {"file-damaged": 240}


def test_a_check_that_is_told_to_stop_gives_its_slice_back_and_goes_on_there(house: House) -> None:
    keys, stopping = kept(house, of_one_slice("5a", 140)), threading.Event()
    path_of(house, max(keys)).unlink()

    def stop(key: str) -> None:
        if key == sorted(keys)[120]:
            stopping.set()

    class Stopping(Meanwhile):
        def open(self, key: str, **part: Any) -> BinaryIO:
            self.act(key)
            return self.store.open(key, **part)

    with transaction(house.engine) as session:
        fixity.ask(session, since=now(), at=now())
    hand = checker(replace(house, files=Stopping(house.files, stop)), stopping)
    until(lambda: hand.check_next() and stopping.is_set())
    one = next(one for one in slices(house) if one.beginning == "5a")
    assert (one.lease_until, one.attempts, one.files) == (None, 0, 100)
    assert check_all(house) == {max(keys): FileState.MISSING}


def test_the_worker_reads_what_is_due_and_looks_again_at_what_was_damaged(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path / "var")
    assert (
        house.command(
            "import",
            str(makers.textbook(tmp_path / "a.pdf", 1)),
            "--approve",
            "--sight",
            "public",
            "--licence",
            "CC0-1.0",
            "--json",
        ).returncode
        == 0
    )
    ((key,),) = house.ask("SELECT key FROM rendition WHERE kind = 'original'")
    path = tmp_path / "var" / "files" / key[:2] / key[2:4] / key
    data = path.read_bytes()
    flipped(path, data)
    house.ask("UPDATE fixity_slice SET due_at = created_at")
    worker = house.background("work")
    try:
        until(lambda: house.ask("SELECT key, state FROM damaged_file") == [(key, FileState.MISMATCH)])
        until(lambda: house.ask("SELECT count(*) FROM fixity_slice WHERE checked_at IS NULL") == [(0,)])
    finally:
        worker.terminate()
        assert worker.wait(60) == 0
    path.write_bytes(data)
    house.ask("UPDATE damaged_file SET seen_at = '2026-01-01 00:00:00.000000'")
    worker = house.background("work")
    try:
        until(lambda: house.ask("SELECT count(*) FROM damaged_file") == [(0,)])
    finally:
        worker.terminate()
        assert worker.wait(60) == 0


# The province's store
