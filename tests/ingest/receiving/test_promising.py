"""Room is promised once, however many begin at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.receiving import uploading
from library.clock import now
from library.database import transaction
from library.house import House, open_house
from library.people import inviting
from library.people.roles import Role
from library.people.sign_in import Actor, actor_for
from library.settings import Settings
from library.space import DiskFull

PEOPLE = 8


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    yield (found := open_house(Settings(home=tmp_path / "var", database=database_url, upload_limit=10**15)))
    found.engine.dispose()


def test_of_many_who_begin_at_once_no_more_are_told_to_send_than_have_room(house: House) -> None:
    with transaction(house.engine) as session:
        lan = actor_for(
            session,
            inviting.add_person(session, "lan", "Lan", Role.ADMINISTRATOR, inviting.province(session), at=now()),
            at=now(),
        )
    size = int(house.settings.disk.room() * 0.3)  # three have room, whatever else happens on this disk
    with ThreadPoolExecutor(PEOPLE) as pool:
        begun = list(pool.map(lambda _: is_begun(house, lan, size), range(PEOPLE)))
    assert begun.count(True) == 3
    assert sorted(path.stat().st_size for path in house.settings.staging.iterdir()) == [0, 0, 0]


def is_begun(house: House, by: Actor, size: int) -> bool:
    with suppress(DiskFull), transaction(house.engine) as session:
        uploading.begin(
            session, house, name="tep.bin", size=size, media_type=None, sight="public", approve=False, by=by, at=now()
        )
        return True
    return False


def test_the_reserve_is_never_promised(house: House) -> None:
    with transaction(house.engine) as session:
        lan = actor_for(
            session,
            inviting.add_person(session, "lan", "Lan", Role.ADMINISTRATOR, inviting.province(session), at=now()),
            at=now(),
        )
    narrow = replace(house, settings=house.settings.model_copy(update={"disk_reserve": 0.999}))
    assert (is_begun(narrow, lan, 1), is_begun(house, lan, 1)) == (False, True)
