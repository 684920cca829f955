"""One pass over the bytes of an upload: the hash is ready when they are, whoever received them."""

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.receiving import uploading
from ingest.receiving.parts import Part, RunningHashes
from library.catalogue.models import Deposit
from library.clock import now
from library.database import reading_session, transaction
from library.house import House, open_house
from library.people import inviting
from library.people.roles import Role
from library.people.sign_in import actor_for
from library.settings import Settings

DATA = bytes(range(256)) * 20_000  # five megabytes


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield (found := open_house(Settings(home=tmp_path / "var")))
    found.engine.dispose()


def begin(house: House) -> uuid.UUID:
    with transaction(house.engine) as session:
        keeper = inviting.add_person(session, "lan", "Lan", Role.ADMINISTRATOR, inviting.province(session), at=now())
        actor = actor_for(session, keeper, at=now())
        wish = {"name": "tep.bin", "size": len(DATA), "media_type": None, "sight": "public", "approve": False}
        return uploading.begin(session, house, **wish, by=actor, at=now()).id


def receive(house: House, hashes: RunningHashes, deposit_id: uuid.UUID, start: int, end: int) -> str | None:
    """A part as a process with these hashes takes it in; the key, when it knows one."""
    with uploading.locked(house, deposit_id) as descriptor:
        part = Part(descriptor, start, len(DATA), hashes.at(deposit_id, start), None, house.settings.disk)
        part.write([DATA[start:end]])
        hashes.keep(deposit_id, part.offset, part.whole)
        return part.whole.hexdigest() if part.whole else None


def finish(house: House, deposit_id: uuid.UUID, key: str | None) -> bytes:
    """The bytes that were kept."""
    with uploading.locked(house, deposit_id):
        uploading.finish(house, deposit_id, at=now(), key=key)
    with reading_session(house.engine) as session:
        key = session.get_one(Deposit, deposit_id).key or ""
    assert key == hashlib.sha256(DATA).hexdigest()
    with house.files.open(key) as kept:
        return kept.read()


def test_who_received_every_byte_reads_none_of_them_again(house: House) -> None:
    counters = Path("/proc/self/io")
    if not counters.is_file():
        pytest.skip("this system does not count the bytes that a process reads")
    deposit_id, hashes = begin(house), RunningHashes()
    for start in range(0, len(DATA), 2_000_000):
        key = receive(house, hashes, deposit_id, start, start + 2_000_000)
    before = int(counters.read_text().split()[1])
    with uploading.locked(house, deposit_id):
        uploading.finish(house, deposit_id, at=now(), key=key)
    assert int(counters.read_text().split()[1]) - before < len(DATA) / 2
    with reading_session(house.engine) as session:
        assert session.get_one(Deposit, deposit_id).key == hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("turns", ["aab", "aba", "abb", "bba", "abab"])
def test_two_processes_that_take_turns_keep_the_right_bytes_under_the_right_key(house: House, turns: str) -> None:
    deposit_id = begin(house)
    hands = {"a": RunningHashes(), "b": RunningHashes()}
    step = -(-len(DATA) // len(turns))
    for place, hand in enumerate(turns):
        key = receive(house, hands[hand], deposit_id, place * step, (place + 1) * step)
    assert finish(house, deposit_id, key) == DATA


def test_bytes_that_a_hash_has_not_seen_are_hashed_from_the_disk(house: House) -> None:
    deposit_id, hashes = begin(house), RunningHashes()
    receive(house, hashes, deposit_id, 0, 1_000_000)
    # a part that broke in the middle: written, but not remembered
    with uploading.locked(house, deposit_id) as descriptor:
        Part(descriptor, 1_000_000, len(DATA), hashes.at(deposit_id, 1_000_000), None, house.settings.disk).write(
            [DATA[1_000_000:3_000_000]]
        )
    key = receive(house, hashes, deposit_id, 3_000_000, len(DATA))
    assert key is None and finish(house, deposit_id, key) == DATA
