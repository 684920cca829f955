"""`hoclieu audit`: whole chains, the first broken link, and heads that are exported."""

import json
import shutil
import sqlite3
import stat
from pathlib import Path

from tests.api.commands.command_line import run
from tests.services.house import running
from tests.services.waiting import until


def tamper(home: Path, statement: str) -> None:
    """What somebody does who holds the database file."""
    with sqlite3.connect(home / "hoclieu.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


def test_verify_names_the_first_broken_link_and_an_exported_head_shows_what_was_cut_off(tmp_path: Path) -> None:
    home = tmp_path / "var"
    for number in range(4):
        assert run(home, "user", "add", f"nguoi.{number}", "--unit", "THCS-01", "--json")[0] == 0
    heads = tmp_path / "dau.jsonl"
    assert run(home, "audit", "head", str(heads))[0] == 0
    assert stat.S_IMODE(heads.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in heads.read_text().splitlines()]
    assert {row["unit"] for row in rows} == {None, "tinh", "THCS-01"} and all(len(row["digest"]) == 64 for row in rows)
    assert run(home, "audit", "head", "--json")[1][0]["place"] >= 1
    code, told, _ = run(home, "audit", "verify", "--head", str(heads), "--json")
    assert (code, told[0]["broken"], told[0]["chains"]) == (0, None, 3)

    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    unit = "(SELECT id FROM unit WHERE code = 'THCS-01')"
    tamper(copy, f"UPDATE event SET facts = '{{}}' WHERE place = 3 AND unit_id = {unit}")
    code, told, _ = run(copy, "audit", "verify", "--unit", "THCS-01", "--json")
    assert (code, told) == (1, [{"unit": "THCS-01", "place": 3, "broken": "changed"}])
    assert run(copy, "audit", "verify", "--unit", "tinh", "--json")[0] == 0

    tamper(home, f"DELETE FROM event WHERE place >= 5 AND unit_id = {unit}")
    assert run(home, "audit", "verify", "--json")[0] == 0
    code, told, _ = run(home, "audit", "verify", "--head", str(heads), "--json")
    assert (code, told) == (1, [{"unit": "THCS-01", "place": 5, "broken": "head-gone"}])


def test_what_cannot_be_verified_is_said_with_another_exit_code(tmp_path: Path) -> None:
    run(tmp_path / "var", "user", "add", "ai", "--json")
    assert run(tmp_path / "var", "audit", "verify", "--unit", "KHONG-CO", "--json")[0] == 2
    assert run(tmp_path / "var", "audit", "verify", "--head", str(tmp_path / "khong-co"), "--json")[0] == 2
    (tmp_path / "hong").write_text("{")
    assert run(tmp_path / "var", "audit", "verify", "--head", str(tmp_path / "hong"), "--json")[0] == 2
    assert run(tmp_path / "var", "audit", "head", str(tmp_path / "khong" / "co"), "--json")[0] == 2


def test_the_worker_seals_what_happens_and_writes_the_heads_of_the_day(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house:
        until(lambda: len(list((house.home / "audit-heads").glob("*.jsonl"))) == 1)
        house.administrator().close()  # what happens after the heads of the day is sealed without them
        until(lambda: house.ask("SELECT COUNT(*) FROM event WHERE act = 'signed-in' AND digest IS NOT NULL")[0][0] == 1)
        exported = next((house.home / "audit-heads").glob("*.jsonl"))
        assert stat.S_IMODE(exported.stat().st_mode) == 0o600
        assert stat.S_IMODE(exported.parent.stat().st_mode) == 0o700
        assert house.command("audit", "verify", "--head", str(exported)).returncode == 0
