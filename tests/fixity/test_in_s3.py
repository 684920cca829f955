"""The same on a real S3 store: what its disks do to an object is found, and a store that is away is no damage."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import minio as bare
import pytest

from library.catalogue.fixity import FileState
from library.files.keys import StoreAway
from library.files.s3 import name_of
from library.house import House, open_house
from library.settings import Settings
from tests.fixity.stored import (
    check_all,
    checked,
    command,
    cut,
    deleted,
    flipped,
    kept,
    slices,
    zeroed,
)
from tests.services.minio import SECRET, USER, Minio


@pytest.fixture
def distant(minio: Minio, tmp_path: Path) -> Iterator[House]:
    """A house whose files lie in an S3 store, in a bucket of its own."""
    yield (
        found := open_house(
            Settings(home=tmp_path / "var", files=minio.url(f"do-ben-{os.urandom(3).hex()}"), fixity_mb=0)
        )
    )
    found.engine.dispose()


def on_disk(server: Minio, house: House, key: str) -> list[Path]:
    """What the server has written for an object: a file with its description, and with its bytes when they are few;
    else these in another.
    """
    folder = server.folder / "data" / house.settings.files.partition("?")[0].rsplit("/", 1)[-1] / name_of(key)
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


@pytest.mark.full
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
    assert set(found.values()) <= {FileState.MISMATCH, FileState.MISSING, FileState.UNREADABLE}


def test_bytes_that_a_real_s3_store_takes_for_right_are_found_to_be_others(
    distant: House, minio: Minio, tmp_path: Path
) -> None:
    keys = kept(distant, [b"mot", b"hai", b"ba"])
    client = bare.Minio(f"127.0.0.1:{minio.port}", USER, SECRET, secure=False)
    bucket = distant.settings.files.partition("?")[0].rsplit("/", 1)[-1]
    (tmp_path / "hai").write_bytes(b"hai")
    client.fput_object(bucket, name_of(keys[0]), str(tmp_path / "hai"))
    client.remove_object(bucket, name_of(keys[2]))
    assert checked(distant)[:2] == (1, {keys[0]: FileState.MISMATCH, keys[2]: FileState.MISSING})


@pytest.mark.full
def test_a_store_that_is_away_is_no_damage_and_no_try_is_lost(tmp_path: Path) -> None:
    with Minio() as server:
        house = open_house(Settings(home=tmp_path / "var", files=server.url(), fixity_mb=0))
        keys = kept(house, [b"con day", b"cung con"])
        server.kill()
        code, rows, said = command(house, "fixity", "run", "--all")
        assert (code, rows) == (2, []) and "The file store is away" in said and "Traceback" not in said
        with pytest.raises(StoreAway):
            check_all(house)
        assert {(one.attempts, one.set_aside_at, one.lease_until) for one in slices(house)} == {(0, None, None)}
        assert {one.last_error is not None for one in slices(house)} == {True, False}
        server.start()
        assert checked(house)[:2] == (0, {})
        assert command(house, "fixity", "status")[1][-1]["files"] == len(keys)
        house.engine.dispose()
