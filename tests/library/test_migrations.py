"""One history of the schema for both databases."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Inspector, inspect, select
from sqlalchemy.exc import OperationalError

from library import migrations
from library.catalogue.models import ORIGINAL, Deposit, Rendition, Version
from library.database import open_engine, reading_session, transaction
from tests.contracts.shelf import MORNING, Shelf
from tests.services.postgres import APPLICATION, Postgres

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


def described(engine: Engine) -> dict[str, Any]:
    """Tables, columns with their kinds, keys, indexes, constraints: what both databases must agree on."""
    looking, found = inspect(engine), dict[str, Any]()
    for table in sorted(looking.get_table_names()):
        found[table] = {
            "columns": {one["name"]: (one["nullable"], kind(one["type"])) for one in looking.get_columns(table)},
            "primary": looking.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted((one["name"] or "", one["constrained_columns"], one["referred_table"]) for one in looking.get_foreign_keys(table)),
            "unique": sorted((one["name"] or "", one["column_names"]) for one in looking.get_unique_constraints(table)),
            "indexes": sorted((one["name"] or "", one["column_names"], bool(one["unique"])) for one in own_indexes(looking, table)),
            "checks": sorted(one["name"] or "" for one in looking.get_check_constraints(table)),
        }  # fmt: skip
    return found


def own_indexes(looking: Inspector, table: str) -> list[Any]:
    """Without those that PostgreSQL makes for its unique constraints."""
    return [one for one in looking.get_indexes(table) if "duplicates_constraint" not in one]


def kind(found: Any) -> str:
    """The kind of a column, as far as SQLite knows kinds."""
    name = str(found).upper().split("(")[0]
    same = {"VARCHAR": "TEXT", "CHAR": "UUID", "TIMESTAMP": "DATETIME", "DOUBLE PRECISION": "DOUBLE", "DOUBLE_PRECISION": "DOUBLE"}
    same |= {"BYTEA": "BLOB", "BIGINT": "INTEGER"}
    return same.get(name, name)


def test_the_two_databases_have_the_same_schema_after_upgrade(tmp_path: Path, postgres: Postgres) -> None:
    urls = [f"sqlite:///{tmp_path}/h.db", postgres.database("same_schema", owner=APPLICATION)]
    schemas = []
    for url in urls:
        migrations.upgrade(url)
        engine = open_engine(url)
        schemas.append(described(engine))
        engine.dispose()
    assert schemas[0].keys() == schemas[1].keys()
    for table, one in schemas[0].items():
        assert one == schemas[1][table], table


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
    both = [subprocess.Popen([sys.executable, "-c", UPGRADE, database_url], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.wait(120), process.stderr.read() if process.stderr else "") for process in both] == [(0, ""), (0, "")]


def test_a_database_that_is_not_there_is_an_error_and_no_hang(postgres: Postgres) -> None:
    with pytest.raises(OperationalError):
        migrations.upgrade(postgres.url("no_such_database"))


def test_a_file_may_be_larger_than_two_gib(database_url: str, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, database_url)
    shelf.fill(1)
    with transaction(shelf.engine) as session:
        version = session.scalars(select(Version)).one()
        session.add(Rendition(version_id=version.id, kind=ORIGINAL, key="0" * 64, media_type="video/mp4", size=3 * 1024**3))
        whose = {"unit_id": shelf.unit_id, "owner_id": shelf.owner_id, "sight": "owner", "approve": False, "state": "uploading", "created_at": MORNING}
        session.add(Deposit(name="bai-giang.mp4", size=3 * 1024**3, **whose))
    with reading_session(shelf.engine) as session:
        assert (session.scalars(select(Rendition.size)).one(), session.scalars(select(Deposit.size)).one()) == (3 * 1024**3,) * 2
    shelf.engine.dispose()
