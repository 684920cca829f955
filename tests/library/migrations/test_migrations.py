"""One history of the schema for both databases."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import OperationalError

from library import migrations
from library.catalogue.models import Deposit, Rendition, RenditionKind, Version
from library.database import open_engine, reading_session, transaction
from tests.services.postgres import Postgres
from tests.stage.shelf import MORNING, Shelf

UPGRADE = "import sys; from library import migrations; migrations.upgrade(sys.argv[1])"
HANG = """
import sys, time
from library import migrations
whole = migrations.command.upgrade
def half(config, revision):
    whole(config, revision)
    print("half", flush=True)
    time.sleep(600)
migrations.command.upgrade = half
migrations.upgrade(sys.argv[1])
"""


def test_an_upgrade_that_is_killed_in_the_middle_leaves_the_old_schema_and_can_be_run_again(database_url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HANG, database_url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "half\n"
        process.kill()
    engine = open_engine(database_url)
    assert [name for name in inspect(engine).get_table_names() if name != "alembic_version"] == []
    engine.dispose()
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    assert migrations.current(engine) == migrations.head()
    engine.dispose()


def test_of_two_upgrades_at_once_one_waits_and_finds_nothing_to_do(database_url: str) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, database_url], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [(process.wait(120), process.stderr.read() if process.stderr else "") for process in both] == [
        (0, ""),
        (0, ""),
    ]


def test_whatever_is_done_alone_waits_until_the_one_before_has_ended(database_url: str) -> None:
    first_in, second_in, order = threading.Event(), threading.Event(), list[str]()

    def first(_: Connection) -> None:
        first_in.set()
        second_in.wait(1)  # it cannot come
        order.append("first")

    def second(_: Connection) -> None:
        order.append("second")
        second_in.set()

    with ThreadPoolExecutor(1) as other:
        slow = other.submit(migrations.alone, database_url, first)
        assert first_in.wait(60)
        migrations.alone(database_url, second)
        slow.result()
    assert order == ["first", "second"]


def test_a_database_that_is_not_there_is_an_error_and_no_hang(postgres: Postgres) -> None:
    with pytest.raises(OperationalError):
        migrations.upgrade(postgres.url("no_such_database"))


def test_a_file_may_be_larger_than_two_gib(database_url: str, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, database_url)
    shelf.fill(1)
    with transaction(shelf.engine) as session:
        version = session.scalars(select(Version)).one()
        session.add(
            Rendition(
                version_id=version.id,
                kind=RenditionKind.ORIGINAL,
                key="0" * 64,
                media_type="video/mp4",
                size=3 * 1024**3,
            )
        )
        whose = {
            "unit_id": shelf.unit_id,
            "owner_id": shelf.owner_id,
            "sight": "owner",
            "approve": False,
            "state": "uploading",
            "created_at": MORNING,
        }
        session.add(Deposit(name="bai-giang.mp4", size=3 * 1024**3, **whose))
    with reading_session(shelf.engine) as session:
        assert (session.scalars(select(Rendition.size)).one(), session.scalars(select(Deposit.size)).one()) == (
            3 * 1024**3,
        ) * 2
    shelf.engine.dispose()
