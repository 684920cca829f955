"""Stored files are read again: whatever happened to one behind the house's back is found, and no whole file is blamed."""

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import minio as bare
import pytest
from sqlalchemy import func, select

from ingest import uploading
from ingest.fixity import Checker, Watch
from ingest.house import House, open_house
from library.audit import Event
from library.catalogue import depositing, fixity, keeping
from library.catalogue.fixity import MISMATCH, MISSING, UNREADABLE, DamagedFile, FixitySlice
from library.catalogue.models import REFUSED, Deposit
from library.clock import now
from library.database import reading_session, transaction
from library.files.keys import StoreAway
from library.files.s3 import name_of
from library.files.store import FileStore
from library.people import inviting
from library.people.models import ADMINISTRATOR
from library.people.sign_in import actor_for
from library.settings import Settings
from tests import makers
from tests.services.house import RunningHouse
from tests.services.minio import SECRET, USER, Minio
from tests.services.waiting import until

MB = 1024 * 1024
Break = Callable[[Path, bytes], None]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An opened house on its own disk."""
    yield (found := open_house(Settings(home=tmp_path / "var", fixity_mb=0)))
    found.engine.dispose()


def kept(house: House, contents: Iterable[bytes]) -> list[str]:
    """Files as people send them; their keys."""
    keys = []
    with transaction(house.engine) as session:
        person = inviting.add_person(session, f"nguoi.{os.urandom(4).hex()}", "Lan", ADMINISTRATOR, inviting.province(session), at=now())
        actor = actor_for(session, person, at=now())
    for data in contents:
        with transaction(house.engine) as session:
            wish: dict[str, Any] = {"name": "tep.bin", "size": len(data), "media_type": None, "sight": "public", "approve": False}
            deposit_id = depositing.begin(session, **wish, by=actor, at=now(), lasts=house.upload_lasts).id
        uploading.staging_path(house, deposit_id).write_bytes(data)
        with uploading.locked(house, deposit_id):
            uploading.finish(house, deposit_id, at=now())
        keys.append(sha256(data).hexdigest())
    return keys


def of_one_slice(beginning: str, count: int) -> list[bytes]:
    """Contents whose keys begin alike."""
    found, number = list[bytes](), 0
    while len(found) < count:
        data = f"tep {number}".encode()
        if sha256(data).hexdigest().startswith(beginning):
            found.append(data)
        number += 1
    return found


def command(house: House, *words: str, **settings: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, objects on stdout, and stderr of a command on this house."""
    own = {"HOCLIEU_HOME": str(house.settings.home), "HOCLIEU_FILES": house.settings.files, "HOCLIEU_FIXITY_MB": "0"}
    words = (sys.executable, "-m", "api.commands.main", *words, "--json")
    done = subprocess.run(words, env={**os.environ, **own, **settings}, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def checked(house: House, **settings: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """What `hoclieu fixity run --all` says: its exit code, the damaged files with their states, and the figures."""
    code, rows, said = command(house, "fixity", "run", "--all", **settings)
    assert rows, said
    return code, {row["key"]: row["state"] for row in rows[:-1]}, rows[-1]


def path_of(house: House, key: str) -> Path:
    return house.settings.home / "files" / key[:2] / key[2:4] / key


def flipped(path: Path, data: bytes) -> None:
    bit = random.Random(data).randrange(len(data) * 8)
    path.write_bytes(data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :])


def cut(path: Path, data: bytes) -> None:
    path.write_bytes(data[: random.Random(data).randrange(len(data))])


def zeroed(path: Path, data: bytes) -> None:
    path.write_bytes(bytes(len(data)))


def deleted(path: Path, _data: bytes) -> None:
    path.unlink()


def swapped(path: Path, data: bytes) -> None:
    """The whole bytes of another file that the house has, too."""
    path.write_bytes(max((one for one in path.parents[2].glob("*/*/*") if one != path), key=lambda one: sha256(one.name.encode() + data).digest()).read_bytes())


BREAKS: dict[Break, str] = {flipped: MISMATCH, cut: MISMATCH, zeroed: MISMATCH, swapped: MISMATCH, deleted: MISSING}


def some(count: int, seed: int) -> list[bytes]:
    """Contents of all sizes: one byte, a page's text, more than is read at once."""
    chance = random.Random(seed)
    sizes = [1, 2, MB - 1, MB, MB + 1, 2 * MB + 7] + [chance.randrange(3, 40_000) for _ in range(count)]
    return [size.to_bytes(8) + chance.randbytes(size) for size in sizes[:count]]


def test_a_hundred_of_a_hundred_damages_are_found_in_one_pass_and_no_whole_file_is_blamed(house: House) -> None:
    contents = some(160, seed=7)
    keys = kept(house, contents)
    assert checked(house)[:2] == (0, {})
    victims = dict(zip(keys, contents, strict=True))
    damage = dict(zip(keys[::-1][:94] + keys[:6], [*BREAKS] * 20, strict=True))
    whole = {key: path_of(house, key).read_bytes() for key in keys}
    for key, act in damage.items():
        act(path_of(house, key), victims[key])
    assert all(not path_of(house, key).is_file() or path_of(house, key).read_bytes() != whole[key] for key in damage)
    code, found, figures = checked(house)
    assert len(damage) == 100
    assert (code, found) == (1, {key: BREAKS[act] for key, act in damage.items()})
    assert (figures["files"], figures["mismatch"], figures["missing"], figures["checked"]) == (160, 80, 20, fixity.SLICES)
    assert command(house, "fixity", "status")[0] == 1
    for key, data in whole.items():
        path_of(house, key).write_bytes(data)
    code, rows, _ = command(house, "fixity", "run")
    assert (code, len(rows)) == (0, 1), "what was brought back is whole as soon as somebody looks, whatever is due"
    assert acts(house) == {"file-damaged": 100, "file-recovered": 100}
    assert command(house, "fixity", "status")[0] == 0


def acts(house: House) -> Counter[str]:
    """What the audit says of files, and how often."""
    with reading_session(house.engine) as session:
        told = session.execute(select(Event.act, func.count()).where(Event.subject_kind == "damaged_file").group_by(Event.act)).all()
        return Counter(dict(told))


def test_a_file_that_a_folder_stands_for_cannot_be_read(house: House) -> None:
    (key,) = kept(house, [b"thu muc"])
    path_of(house, key).unlink()
    path_of(house, key).mkdir()
    assert checked(house)[:2] == (1, {key: UNREADABLE})


def test_damage_that_is_known_is_told_once_and_again_when_it_becomes_another(house: House) -> None:
    (key,) = kept(house, [b"mot tep"])
    path_of(house, key).write_bytes(b"khac")
    assert [checked(house)[1], checked(house)[1]] == [{key: MISMATCH}] * 2
    assert acts(house) == {"file-damaged": 1}
    path_of(house, key).unlink()
    assert checked(house)[1] == {key: MISSING}
    assert acts(house) == {"file-damaged": 2}


class Meanwhile:
    """The store of a house in which something happens while the first file is being opened."""

    def __init__(self, store: FileStore, act: Callable[[str], None]) -> None:
        self.store, self.act, self.done = store, act, False

    def open(self, key: str, **part: Any) -> BinaryIO:
        if not self.done:
            self.done = True
            self.act(key)
        return self.store.open(key, **part)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def checker(house: House, stopping: threading.Event | None = None) -> Checker:
    """As a worker holds it; what breaks is not swallowed."""

    def failed(_one: FixitySlice, _lease: object, error: Exception) -> None:
        raise error

    return Checker(house, "worker", stopping or threading.Event(), {}, failed)


def check_all(house: House) -> dict[str, str]:
    """One pass over everything, in this process; what is damaged then."""
    with transaction(house.engine) as session:
        fixity.ask(session, since=now(), at=now())
    while checker(house).check_next():
        pass
    with reading_session(house.engine) as session:
        return {one.key: one.state for one in session.scalars(select(DamagedFile))}


def test_a_file_whose_row_went_meanwhile_is_no_damage(house: House) -> None:
    (key,) = kept(house, [b"bo di"])

    def give_up(_key: str) -> None:
        with transaction(house.engine) as session:
            session.scalars(select(Deposit).where(Deposit.key == key)).one().state = REFUSED
        with transaction(house.engine) as session:
            assert keeping.discard_unnamed(session, house.files, [key]) == 1

    watched = Meanwhile(house.files, give_up)
    assert (check_all(replace(house, files=watched)), watched.done) == ({}, True)


def test_a_file_that_was_sent_again_before_it_was_judged_is_no_damage(house: House) -> None:
    (key,) = kept(house, [b"gui lai"])
    path_of(house, key).unlink()

    def refuse(_key: str) -> None:
        path_of(house, key).write_bytes(b"gui lai")
        raise FileNotFoundError(key)

    assert check_all(replace(house, files=Meanwhile(house.files, refuse))) == {}


def test_damage_of_a_file_that_nobody_needs_any_more_is_forgotten(house: House) -> None:
    (key,) = kept(house, [b"khong can nua"])
    path_of(house, key).unlink()
    assert check_all(house) == {key: MISSING}
    with transaction(house.engine) as session:
        session.scalars(select(Deposit)).one().state = REFUSED
    checker(house).look_again(seen_before=now())
    assert check_all(house) == {}
    assert acts(house) == {"file-damaged": 1, "file-forgotten": 1}


def slices(house: House) -> list[FixitySlice]:
    with reading_session(house.engine) as session:
        return list(session.scalars(select(FixitySlice).order_by(FixitySlice.beginning)))


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
    assert all(abs(gap - even / 3) < timedelta(seconds=1) for gap in arrange(period / 3, begin)), "a shorter period is heeded at once"
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
    assert sum(one.files for one in found) == 30 and sum(one.bytes for one in found) == sum(len(f"tep {number}") for number in range(30))
    assert all(one.checked_at and one.due_at and one.due_at - one.checked_at <= house.settings.fixity_every for one in found)


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
                leases.extend(filter(None, session.scalars(select(FixitySlice.lease_until).where(FixitySlice.beginning == key[:2]))))
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
    assert len(leases) == 4 and all(before < after for before, after in pairwise(leases)), "it is stretched after each piece"
    one = next(one for one in slices(house) if one.beginning == key[:2])
    assert (one.attempts, one.files) == (0, 1) and one.checked_at


def test_the_pace_is_kept_and_nought_is_no_limit(house: House) -> None:
    gentle = replace(house, settings=house.settings.model_copy(update={"fixity_mb": 2}))
    assert 99 < Watch(gentle, threading.Event(), size=200 * MB).early() <= 100
    assert Watch(house, threading.Event(), size=200 * MB).early() == 0


@pytest.mark.parametrize("place", ["fixity-kept", "fixity-kept:2"])
def test_a_check_that_is_killed_in_the_middle_loses_nothing(house: House, place: str) -> None:
    keys = kept(house, of_one_slice("5a", 240))
    for key in keys:
        path_of(house, key).write_bytes(b"hong")
    assert command(house, "fixity", "run", "--all", HOCLIEU_FAILPOINT=place, HOCLIEU_LEASE_SECONDS="2")[0] == -9
    noted = next(one for one in slices(house) if one.beginning == "5a")
    assert (noted.files, noted.reached) == (100 * int(place[-1] if place[-1].isdigit() else 1), sorted(keys)[noted.files - 1])
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
    assert check_all(house) == {max(keys): MISSING}


def test_the_worker_reads_what_is_due_and_looks_again_at_what_was_damaged(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path / "var")
    assert house.command("import", str(makers.textbook(tmp_path / "a.pdf", 1)), "--approve", "--json").returncode == 0
    ((key,),) = house.ask("SELECT key FROM rendition WHERE kind = 'original'")
    path = tmp_path / "var" / "files" / key[:2] / key[2:4] / key
    data = path.read_bytes()
    flipped(path, data)
    house.ask("UPDATE fixity_slice SET due_at = created_at")
    worker = house.background("work")
    try:
        until(lambda: house.ask("SELECT key, state FROM damaged_file") == [(key, MISMATCH)])
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


@pytest.fixture
def distant(minio: Minio, tmp_path: Path) -> Iterator[House]:
    """A house whose files lie in an S3 store, in a bucket of its own."""
    yield (found := open_house(Settings(home=tmp_path / "var", files=minio.url(f"do-ben-{os.urandom(3).hex()}"), fixity_mb=0)))
    found.engine.dispose()


def on_disk(server: Minio, house: House, key: str) -> list[Path]:
    """What the server has written for an object: a file with its description, and with its bytes when they are few; else these in another."""
    folder = server.folder / "data" / house.settings.files.partition("?")[0].rsplit("/", 1)[-1] / name_of(key)
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


def test_damage_on_the_disks_of_a_real_s3_store_is_found_too(distant: House, minio: Minio) -> None:
    chance = random.Random(3)
    contents = [chance.randbytes(size) for size in (*range(2000, 2008), *[400_000 + number for number in range(8)])]
    keys = kept(distant, contents)
    assert checked(distant)[:2] == (0, {})
    acts = [flipped, cut, zeroed, deleted] * 4
    whole = {keys[7], keys[15]}
    for key, act in zip(keys, acts, strict=True):
        if key not in whole:
            path = on_disk(minio, distant, key)[-1]
            act(path, path.read_bytes())
    code, found, _ = checked(distant)
    assert (code, set(found)) == (1, set(keys) - whole)
    assert set(found.values()) <= {MISMATCH, MISSING, UNREADABLE}


def test_bytes_that_a_real_s3_store_takes_for_right_are_found_to_be_others(distant: House, minio: Minio, tmp_path: Path) -> None:
    keys = kept(distant, [b"mot", b"hai", b"ba"])
    client = bare.Minio(f"127.0.0.1:{minio.port}", USER, SECRET, secure=False)
    bucket = distant.settings.files.partition("?")[0].rsplit("/", 1)[-1]
    (tmp_path / "hai").write_bytes(b"hai")
    client.fput_object(bucket, name_of(keys[0]), str(tmp_path / "hai"))
    client.remove_object(bucket, name_of(keys[2]))
    assert checked(distant)[:2] == (1, {keys[0]: MISMATCH, keys[2]: MISSING})


def test_a_store_that_is_away_is_no_damage_and_no_try_is_lost(tmp_path: Path) -> None:
    with Minio() as server:
        house = open_house(Settings(home=tmp_path / "var", files=server.url(), fixity_mb=0))
        keys = kept(house, [b"con day", b"cung con"])
        server.kill()
        code, rows, said = command(house, "fixity", "run", "--all")
        assert (code, rows) == (2, []) and "away" in said
        with pytest.raises(StoreAway):
            check_all(house)
        assert {(one.attempts, one.set_aside_at, one.lease_until) for one in slices(house)} == {(0, None, None)}
        assert {one.last_error is not None for one in slices(house)} == {True, False}
        server.start()
        assert checked(house)[:2] == (0, {})
        assert command(house, "fixity", "status")[1][-1]["files"] == len(keys)
        house.engine.dispose()
