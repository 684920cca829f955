"""Files that no row names go after a day, in a folder as in an S3 store; and none that a row names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.receiving import uploading
from ingest.worker import orphans
from library.catalogue import depositing, keeping
from library.catalogue.models import Deposit
from library.clock import now
from library.database import reading_session, transaction
from library.files.keys import hash_of
from library.files.store import FileStore
from library.house import House, open_house
from library.people import inviting
from library.people.roles import Role
from library.people.sign_in import actor_for
from library.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(params=["local", "s3"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An opened house for orphans."""
    files = request.getfixturevalue("minio").url("mo-coi") if request.param == "s3" else ""
    yield (found := open_house(Settings(home=tmp_path / "var", files=files)))
    found.engine.dispose()


def test_files_that_no_row_names_go_after_a_day_and_no_others(house: House, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mo coi" + str(tmp_path).encode())
    lost, named = hash_of(tmp_path / "a"), received(house, b"co chu" + str(tmp_path).encode())
    house.files.put(lost, tmp_path / "a", "text/plain")
    beginnings, moment = [lost[:3], named[:3]], datetime.now(UTC)
    assert orphans.collect(house, beginnings, at=moment + timedelta(hours=23)) == 0
    assert orphans.collect(house, beginnings, at=moment + timedelta(hours=25)) == 1
    assert (house.files.stat(lost), house.files.stat(named) is not None) == (None, True)
    assert orphans.collect(house, beginnings, at=moment + timedelta(hours=25)) == 0


def test_a_file_that_somebody_named_meanwhile_is_not_removed(house: House, tmp_path: Path) -> None:
    key = received(house, b"hai nguoi gui" + str(tmp_path).encode())
    with transaction(house.engine) as session:
        assert keeping.discard_unnamed(session, house.files, [key]) == 0
    assert house.files.stat(key) is not None


class SweptOnce:
    """The store of a house in which a file is swept away right after somebody found it there, or put it there."""

    def __init__(self, store: FileStore) -> None:
        self.store, self.swept = store, 0

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> bool:
        new = self.store.put(key, path, media_type, hashed=hashed)
        if not self.swept:
            self.store.delete(key)
            self.swept += 1
        return new

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@pytest.mark.parametrize("there", [True, False])
def test_no_row_names_a_file_that_a_sweep_took_between_the_store_and_the_row(
    house: House, there: bool, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"den lai" + str(tmp_path).encode())
    key = hash_of(tmp_path / "a")
    if there:
        house.files.put(key, tmp_path / "a", "text/plain")
    sweeping = SweptOnce(house.files)
    assert received(replace(house, files=sweeping), (tmp_path / "a").read_bytes()) == key
    assert sweeping.swept == 1
    assert house.files.stat(key) is not None


def received(house: House, data: bytes) -> str:
    """A deposit with these bytes; its key."""
    with transaction(house.engine) as session:
        login = f"nguoi-{len(data)}-{data[:2].hex()}"
        actor = actor_for(
            session,
            inviting.add_person(session, login, "Lan", Role.ADMINISTRATOR, inviting.province(session), at=now()),
            at=now(),
        )
        wish = {"name": "tep.bin", "size": len(data), "media_type": None, "sight": "public", "approve": False}
        deposit_id = depositing.begin(session, **wish, by=actor, at=now(), lasts=house.upload_lasts).id  # type: ignore[arg-type]
    uploading.staging_path(house, deposit_id).write_bytes(data)
    with uploading.locked(house, deposit_id):
        uploading.finish(house, deposit_id, at=now())
    with reading_session(house.engine) as session:
        return session.get_one(Deposit, deposit_id).key or ""


def test_all_keys_have_their_turn_within_a_day() -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    turns = {one for minute in range(24 * 60) for one in orphans.slices_of(start + timedelta(minutes=minute))}
    assert len(turns) == orphans.SLICES
