"""The sweep takes what was left behind and nothing of whoever is still at work, however both interleave."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.commands import importing
from ingest import sweeping
from ingest.receiving import uploading
from ingest.receiving.parts import write_at
from library.catalogue import depositing
from library.catalogue.models import Deposit, DepositState
from library.clock import now
from library.database import reading_session, transaction
from library.house import House, open_house
from library.people.sign_in import Actor
from library.settings import Settings
from tests.services.waiting import at_work

DATA = b"hoc lieu" * 1000
TIMES = 25
LATER = timedelta(minutes=10)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield (found := open_house(Settings(home=tmp_path / "var")))
    found.engine.dispose()


@pytest.fixture
def keeper(house: House) -> Actor:
    return importing.keeper(house, None)


def begin(house: House, by: Actor, size: int = len(DATA)) -> uuid.UUID:
    with transaction(house.engine) as session:
        return uploading.begin(
            session, house, name="tep.bin", size=size, media_type=None, sight="public", approve=False, by=by, at=now()
        ).id


def send(house: House, upload: uuid.UUID, *, until: int = len(DATA)) -> None:
    with uploading.locked(house, upload) as descriptor:
        write_at(descriptor, DATA[:until], 0)
        if until == len(DATA):
            uploading.finish(house, upload, at=now())


def untouched(house: House, upload: uuid.UUID) -> None:
    """Nobody has sent anything for ten minutes."""
    moment = time.time() - LATER.total_seconds()
    os.utime(uploading.staging_path(house, upload), (moment, moment))


def state_of(house: House, upload: uuid.UUID) -> str | None:
    with reading_session(house.engine) as session:
        found = session.get(Deposit, upload)
        return found.state if found else None


def staged(house: House) -> set[str]:
    return {path.name for path in house.settings.staging.iterdir()}


def by_upload(house: House, by: Actor, _path: Path) -> uuid.UUID | None:
    upload = begin(house, by)
    send(house, upload, until=3000)
    send(house, upload)
    return upload


def by_import(house: House, by: Actor, path: Path) -> uuid.UUID | None:
    return importing.take(house, path, by, approve=False, sight="public")[2]


@pytest.mark.parametrize("way", [by_upload, by_import])
def test_no_upload_or_import_that_is_begun_while_it_sweeps_is_destroyed(
    house: House, keeper: Actor, way: Callable[[House, Actor, Path], uuid.UUID | None], tmp_path: Path
) -> None:
    (tmp_path / "tep.bin").write_bytes(DATA)
    ending = threading.Event()

    def sweep() -> None:
        while not ending.is_set():
            sweeping.sweep(house, at=now())

    with at_work([sweep], ending):
        sent = [way(house, keeper, tmp_path / "tep.bin") for _ in range(TIMES)]
    assert [state_of(house, upload) if upload else None for upload in sent] == [DepositState.WAITING] * TIMES


def test_what_begins_between_the_folder_and_the_rows_is_no_business_of_a_sweep(
    house: House, keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule of five minutes alone would not hold for a machine that stands still, or a clock that jumps."""
    begun: list[uuid.UUID] = []
    listing, reading = sweeping.staged, sweeping.reading_session

    def begin_between() -> None:
        """After the first look of the sweep, whichever that is."""
        if not begun:
            begun.append(begin(house, keeper))
            untouched(house, begun[0])

    def folder(path: Path) -> list[sweeping.Staged]:
        files = list(listing(path))
        begin_between()
        return files

    @contextmanager
    def rows(engine: Engine) -> Iterator[Session]:
        with reading(engine) as session:
            yield session
        begin_between()

    monkeypatch.setattr(sweeping, "staged", folder)
    monkeypatch.setattr(sweeping, "reading_session", rows)
    sweeping.sweep(house, at=now() + timedelta(minutes=1))
    assert (state_of(house, begun[0]), staged(house)) == (DepositState.RECEIVING, {begun[0].hex})


def test_a_file_whose_row_cannot_be_read_yet_stays(house: House, keeper: Actor) -> None:
    with transaction(house.engine) as session:
        upload = uploading.begin(
            session, house, name="tep.bin", size=5, media_type=None, sight="public", approve=False, by=keeper, at=now()
        ).id
        sweeping.sweep(house, at=now())
    assert (state_of(house, upload), staged(house)) == (DepositState.RECEIVING, {upload.hex})


def test_what_was_left_behind_goes_or_is_accepted_once_nobody_has_touched_it_for_five_minutes(
    house: House, keeper: Actor
) -> None:
    whole, part, alone = begin(house, keeper), begin(house, keeper), uuid.uuid4()
    for upload, count in ((whole, len(DATA)), (part, 100), (alone, 100)):
        uploading.staging_path(house, upload).write_bytes(DATA[:count])
    rowless = begin(house, keeper)
    uploading.staging_path(house, rowless).unlink()
    sweeping.sweep(house, at=now())
    assert staged(house) == {whole.hex, part.hex, alone.hex}
    sweeping.sweep(house, at=now() + LATER)
    assert [state_of(house, upload) for upload in (whole, part, rowless)] == [
        DepositState.WAITING,
        DepositState.RECEIVING,
        None,
    ]
    assert staged(house) == {part.hex}
    sweeping.sweep(house, at=now() + house.upload_lasts + LATER)
    assert (state_of(house, part), staged(house)) == (None, set())


def test_an_expired_upload_that_goes_on_in_this_moment_is_not_taken_away(house: House, keeper: Actor) -> None:
    upload = begin(house, keeper)
    with uploading.locked(house, upload):
        sweeping.sweep(house, at=now() + house.upload_lasts + LATER)
    send(house, upload)
    assert state_of(house, upload) == DepositState.WAITING


def test_who_comes_in_the_moment_after_it_was_taken_away_hears_that_it_is_gone(
    house: House, keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(house, keeper)
    opening = os.open

    def slow(path: Path, flags: int) -> int:
        descriptor = opening(path, flags)
        path.unlink()
        return descriptor

    monkeypatch.setattr(os, "open", slow)
    with pytest.raises(depositing.UnknownDeposit), uploading.locked(house, upload):
        pass
