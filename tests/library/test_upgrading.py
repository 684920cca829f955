"""Upgrading a database that is in use loses no row, whatever happens in between."""

import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

from library import migrations
from library.migrations import METADATA

FIRST = "0001"
MOMENT = "2026-01-01 00:00:00.000000"


def old_house(path: Path, works: int) -> dict[str, int]:
    """A database of the first release with a unit, a person and some works with pages; the number of rows of each table."""
    migrations.upgrade(f"sqlite:///{path}", revision=FIRST)
    unit, person = uuid.uuid4().hex, uuid.uuid4().hex
    with sqlite3.connect(path) as database:
        fill(database, "unit", [{"id": unit, "code": "tinh", "kind": "province", "name": "Tỉnh"}])
        fill(database, "person", [{"id": person, "login": "co.huong", "name": "Hương", "created_at": MOMENT}])
        works_, versions, pages, audience = [], [], [], []
        for number in range(works):
            work, version = uuid.uuid4().hex, uuid.uuid4().hex
            works_.append({"id": work, "key": number, "unit_id": unit, "owner_id": person, "title": f"Sách {number}", "created_at": MOMENT})
            versions.append({"id": version, "work_id": work, "number": 1, "kind": "pdf", "created_at": MOMENT})
            pages += [{"version_id": version, "number": page, "text": "chữ", "boxes": b"", "width": 1, "height": 1, "source": "text"} for page in (1, 2)]
            audience.append({"work_id": work, "token": "public", "from_at": MOMENT})
        for table, rows in (("work", works_), ("version", versions), ("page", pages), ("audience", audience)):
            fill(database, table, rows)
    return counts(path)


def fill(database: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    """Rows with what their table demands besides: empty lists, noughts, words."""
    columns = {row[1]: row for row in database.execute(f"PRAGMA table_info({table})")}
    demanded = {name: _anything(row[2]) for name, row in columns.items() if row[3] and row[4] is None}
    for row in rows:
        whole = demanded | row
        marks = ", ".join("?" for _ in whole)
        database.execute(f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({marks})", list(whole.values()))


def _anything(kind: str) -> object:
    return "[]" if kind == "JSON" else 0 if kind in ("INTEGER", "BOOLEAN", "FLOAT") else "draft"


def counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_an_upgrade_keeps_every_row_of_every_table(tmp_path: Path) -> None:
    before = old_house(tmp_path / "h.db", 50)
    migrations.upgrade(f"sqlite:///{tmp_path}/h.db")
    after = counts(tmp_path / "h.db")
    assert before["page"] == 100
    assert {table: after[table] for table in before} == before
    assert set(METADATA.tables) <= set(after)


def test_an_upgrade_killed_in_the_middle_leaves_the_old_schema_and_is_done_by_the_next_start(tmp_path: Path) -> None:
    before = old_house(tmp_path / "h.db", 50)
    url = f"sqlite:///{tmp_path}/h.db"
    slow = "from alembic import op\nimport time\nfrom library import migrations\nreal = op.create_table\n"
    slow += "def waiting(*a, **k):\n    print('in the middle', flush=True)\n    time.sleep(600)\n    return real(*a, **k)\n"
    slow += f"op.create_table = waiting\nmigrations.upgrade({url!r})\n"
    child = subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert child.stdout is not None and child.stdout.readline().strip() == "in the middle"
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert counts(tmp_path / "h.db") == before
    migrations.upgrade(url)
    after = counts(tmp_path / "h.db")
    assert {table: after[table] for table in before} == before
