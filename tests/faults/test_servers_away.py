"""Each server of a province stands still, is stopped, or is killed for ten seconds while people work: nothing accepted
is lost, nothing is done twice.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.house import RunningHouse, running
from tests.services.load import (
    DESKS,
    Load,
    every_loan_is_there_once,
    no_file_is_lost_or_double,
    the_index_is_as_the_database,
)
from tests.services.machinery import Server
from tests.services.people import open_school, person
from tests.services.trio import Trio
from tests.services.waiting import until
from tests.stage import makers

AWAY_SECONDS, BEFORE, AFTER = 10.0, 4, 4  # and how many files must be accepted before and after
PAUSE, STOP, KILL = "pause", "stop", "kill"
SERVERS = ("postgres", "minio", "elasticsearch")


@pytest.fixture(scope="module")
def province(trio: Trio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A school with librarians."""
    with running(tmp_path_factory.mktemp("province") / "var", **trio.house()) as house:
        with house.administrator() as root:
            open_school(root)
            for number in range(DESKS):
                person(root, "AA", f"thu.thu.{number}", "librarian")
        yield house


def ready(house: RunningHouse) -> bool:
    with house.client() as client:
        return client.get("/readyz").status_code == 200


def go_and_come_back(server: Server, how: str) -> None:
    """Away for ten seconds in one of three ways."""
    getattr(server, how)()
    time.sleep(AWAY_SECONDS)
    server.resume() if how == PAUSE else server.start()


AWAY = [(name, how) for name in SERVERS for how in (PAUSE, STOP, KILL)]


@pytest.mark.full
@pytest.mark.parametrize(("name", "how"), AWAY)
def test_while_a_server_is_away_nothing_accepted_is_lost_and_nothing_is_done_twice(
    trio: Trio, province: RunningHouse, name: str, how: str, tmp_path: Path
) -> None:
    book = makers.textbook(tmp_path / "sach.pdf", 1, title=f"Sách lúc {name} nghỉ").read_bytes()
    with Load(province, book).going() as load:
        until(lambda: load.strange or (len(load.accepted) >= BEFORE and load.lent.total() >= BEFORE))
        go_and_come_back(trio.servers()[name], how)
        until(lambda: ready(province))
        files, loans = len(load.accepted), load.lent.total()
        until(lambda: load.strange or (len(load.accepted) >= files + AFTER and load.lent.total() >= loans + AFTER))
    assert load.strange == []
    no_file_is_lost_or_double(province, load)
    every_loan_is_there_once(province, load)
    the_index_is_as_the_database(province)
