"""A lease lives as long as the work, and a lease that is lost costs a try."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ingest import pipeline
from ingest.parsing import sandbox
from ingest.parsing.sandbox import Cut, Leash, Limits
from ingest.worker.deposits import Reader, set_aside
from ingest.worker.hand import LONGEST_CLAIM, Claims, Hand, Stopped
from library.catalogue.models import Deposit, DepositState
from library.clock import now
from library.database import transaction, work_queue
from library.database.work_queue import MOST_TRIES
from library.house import House
from tests.ingest.worker.sent import book, expire, pages, read_all, row, send, working
from tests.services.waiting import until
from tests.stage import makers

pytestmark = pytest.mark.slow


def short(house: House, seconds: float) -> House:
    """The same house with short leases."""
    return replace(house, settings=house.settings.model_copy(update={"lease_seconds": seconds}))


def test_work_that_takes_longer_than_its_lease_keeps_it(house: House, tmp_path: Path) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 1)
    ours, other = Claims(short(house, 1.0)), Claims(short(house, 1.0))
    assert ours.take(Deposit)
    with working(Hand("leases", 0.1, ours.watch)):
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            assert other.take(Deposit) is None, "another worker took what is in work"
            time.sleep(0.1)
    assert row(house, deposit_id).attempts == 1


@pytest.mark.parametrize(("began", "is_kept"), [(LONGEST_CLAIM - 60, True), (LONGEST_CLAIM + 60, False)])
def test_a_hand_that_has_hung_for_hours_loses_its_row_and_one_that_works_for_as_long_as_work_takes_does_not(
    house: House, tmp_path: Path, began: float, is_kept: bool
) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 1)
    claims = Claims(house)
    claim = claims.take(Deposit)
    assert claim is not None
    claim.began -= began
    claim.stretched -= house.settings.lease_seconds  # it is time for more
    before = row(house, deposit_id).lease_until
    claims.watch()
    after = row(house, deposit_id).lease_until
    assert before is not None and after is not None and (after > before) == is_kept


def test_a_file_that_costs_every_worker_its_lease_is_set_aside_and_its_neighbour_is_read(
    house: House, tmp_path: Path
) -> None:
    poison, neighbour = book(house, tmp_path / "a.pdf", 1), book(house, tmp_path / "b.pdf", 1)
    for _ in range(MOST_TRIES):
        taken = Claims(house).take(Deposit)
        assert taken is not None and taken.row.id == poison
        expire(house, poison)
        with transaction(house.engine) as session:  # it stays the oldest
            session.get_one(Deposit, poison).due_at = row(house, neighbour).created_at
    read_all(house)
    kept = row(house, poison)
    assert (kept.state, kept.code, kept.set_aside_at is not None) == (DepositState.FAILED, "processing-failed", True)
    assert kept.last_error and "each of 3 workers" in kept.last_error
    assert row(house, neighbour).state == DepositState.READY


def test_a_large_file_whose_workers_die_goes_on_as_long_as_each_of_them_kept_something(
    house: House, tmp_path: Path
) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 3)
    for _ in range(3 * MOST_TRIES):
        taken = Claims(house).take(Deposit)
        assert taken is not None
        with transaction(house.engine) as session:
            work_queue.renew(session, taken.lease, at=now(), seconds=60, attempts=1)  # as a kept batch does
        expire(house, deposit_id)
    read_all(house)
    assert (row(house, deposit_id).state, pages(house)) == (DepositState.READY, 3)


def test_recognised_pages_are_kept_one_by_one(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "KEEP_EVERY", -1.0)  # however soon one comes after the other on this machine
    scan = makers.scanned(makers.textbook(tmp_path / "b.pdf", 4), tmp_path / "scan.pdf", range(1, 5))
    deposit_id = send(house, scan)
    kept: list[tuple[str | None, int]] = []
    claim = Claims(house).take(Deposit)
    assert claim is not None

    def rest(_is_large: bool) -> None:
        one = row(house, deposit_id)
        kept.append((one.step, one.pages_done))
        if one.step == "draw":
            raise Stopped

    with pytest.raises(Stopped):
        pipeline.run(house, claim.row, claim.lease, leash=claim.leash, rest=rest)
    assert [done for step, done in kept if step == "recognise"] == [1, 2, 3, 4]


def test_what_comes_slowly_is_kept_by_its_time_and_what_comes_quickly_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = 0.0

    def coming(*seconds: float) -> Iterator[int]:
        nonlocal moment
        for number, one in enumerate(seconds):
            moment += one
            yield number

    monkeypatch.setattr(pipeline, "time", SimpleNamespace(monotonic=lambda: moment))
    slow, quick = 1.2 * pipeline.KEEP_EVERY, 0.4 * pipeline.KEEP_EVERY
    assert list(pipeline.batches(coming(slow, slow, slow), 9)) == [[0], [1], [2]]
    assert list(pipeline.batches(coming(slow, quick, quick, quick, quick), 9)) == [[0], [1, 2, 3], [4]]
    assert list(pipeline.batches(coming(slow, 0, 0, 0, 0), 2)) == [[0], [1, 2], [3, 4]]


def test_what_runs_for_a_lost_lease_is_ended_at_once(house: House, tmp_path: Path) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 1)
    claims = Claims(house)
    began = time.monotonic()
    with working(Hand("leases", 0.1, claims.watch)), claims.claimed(Deposit, aside=set_aside) as claim:
        assert claim is not None
        stolen = threading.Timer(1.0, lambda: (expire(house, deposit_id), Claims(house).take(Deposit)))
        stolen.start()
        job = {"module": "ingest.kinds.pdf.read_text", "path": str(tmp_path / "a.pdf"), "numbers": [1] * 500_000}
        with pytest.raises(Cut):
            list(sandbox.run(job, Limits(cpu=300, wall=300), claim.leash))
    assert time.monotonic() - began < 60
    assert row(house, deposit_id).attempts == 2, "the loser has changed nothing"


def test_a_cut_leash_lets_nobody_begin(tmp_path: Path) -> None:
    leash = Leash()
    leash.cut()
    job = {"module": "ingest.kinds.pdf.read_text", "path": str(makers.textbook(tmp_path / "a.pdf", 1)), "numbers": [1]}
    with pytest.raises(Cut):
        list(sandbox.run(job, Limits(), leash))


def test_a_worker_that_is_told_to_stop_gives_its_file_back_after_a_batch(house: House, tmp_path: Path) -> None:
    deposit_id = book(house, tmp_path / "a.pdf", 20)
    claims = Claims(house)
    reader = threading.Thread(target=Reader(claims).turn)
    reader.start()
    until(lambda: pages(house) > 0)
    claims.stopping.set()
    reader.join(60)
    kept = row(house, deposit_id)
    assert (kept.lease_until, kept.attempts) == (None, 0) or kept.state == DepositState.READY
    read_all(house)
    assert (row(house, deposit_id).state, pages(house), cast(int, row(house, deposit_id).page_count)) == (
        DepositState.READY,
        20,
        20,
    )
