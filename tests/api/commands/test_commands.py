"""The command line: one object a line on stdout, exit codes 0, 1 and 2."""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest

from api.commands.doctor import backup
from library.calendar import LOCAL
from library.clock import now
from tests.api.commands.command_line import run
from tests.services.machinery import free_port
from tests.stage import makers

pytestmark = pytest.mark.slow
OPEN = ("--sight", "public", "--licence", "CC0-1.0")  # to everybody


def test_import_waits_until_searchable_and_search_finds_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "tep"
    folder.mkdir()
    book = makers.textbook(folder / "toan-8.pdf", makers.KEY_PAGE)
    makers.scanned(book, folder / "ban-quet.pdf", [2])
    makers.encrypted(folder / "khoa.pdf")
    words = (*OPEN, "--unit", "THCS-01", "--json")
    code, rows, _ = run(tmp_path / "var", "import", str(folder), "--approve", *words)
    by_name = {Path(row["path"]).name: row for row in rows}
    assert code == 1
    assert {name: row["verdict"] for name, row in by_name.items()} == {
        "toan-8.pdf": "accepted",
        "ban-quet.pdf": "accepted",
        "khoa.pdf": "refused",
    }
    assert (by_name["toan-8.pdf"]["pages"], by_name["ban-quet.pdf"]["ocr_pages"], by_name["khoa.pdf"]["code"]) == (
        makers.KEY_PAGE,
        1,
        "encrypted",
    )
    assert by_name["khoa.pdf"]["vi"] and by_name["khoa.pdf"]["en"]
    code, hits, _ = run(tmp_path / "var", "search", "dinh li thales dao", "--json")
    assert code == 0
    assert [(hit["work_id"], hit["page"], hit["tier"]) for hit in hits] == [
        (by_name["toan-8.pdf"]["work_id"], makers.KEY_PAGE, 1)
    ]
    assert "Thalès" in hits[0]["snippet"] and hits[0]["score"] > 0
    assert run(tmp_path / "var", "search", "qwertyuiop", "--json")[:2] == (1, [])
    code, findings, _ = run(tmp_path / "var", "doctor", "--json")
    assert (code, {one["name"] for one in findings if one["state"] == "fault"}) == (0, set())


def test_what_was_not_approved_is_found_by_its_keepers_only(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "nhap.pdf", 1, title="Bản nháp riêng")
    assert run(tmp_path / "var", "user", "add", "quan", "--role", "administrator", "--json")[0] == 0
    code, rows, _ = run(tmp_path / "var", "import", str(book), "--json")
    assert (code, rows[0]["state"]) == (0, "draft")
    assert run(tmp_path / "var", "search", "ban nhap rieng", "--json")[1] == []
    assert (
        run(tmp_path / "var", "search", "ban nhap rieng", "--as", "quan", "--json")[1][0]["work_id"]
        == rows[0]["work_id"]
    )
    assert run(tmp_path / "var", "search", "a", "--as", "khong-co", "--json")[0] == 2


def test_attack_26_an_import_that_shall_be_published_says_for_whom(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "a.pdf", 1)
    # the province is no school
    for words in (
        ["--approve"],
        ["--approve", "--sight", "class"],
        ["--sight", "pubic"],
        ["--approve", "--sight", "school"],
    ):
        code, rows, said = run(tmp_path / "var", "import", str(book), *words, "--json")
        assert (code, [row["code"] for row in rows]) == (2, ["unknown-readers"]) and "Chưa rõ mở cho ai đọc" in said


def test_read_says_what_the_pipeline_makes_of_a_file(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "toan-8.pdf", 2)
    code, rows, _ = run(
        tmp_path / "var", "read", str(book), str(makers.jpeg_called_pdf(tmp_path / "anh.pdf")), "--json", "--boxes"
    )
    assert code == 1
    assert [(row["verdict"], row["code"]) for row in rows] == [
        ("accepted", None),
        ("refused", "not-the-type-it-claims"),
    ]
    page = rows[0]["pages"][0]
    assert {"number", "text", "source", "score", "words"} <= set(page)
    assert page["words"] == len(page["boxes"])
    assert not (tmp_path / "var").exists()


def test_mistaken_settings_stop_a_command_with_all_mistakes(tmp_path: Path) -> None:
    code, rows, said = run(tmp_path / "var", "serve", HOCLIEU_DATABASE="mysql://x", HOCLIEU_PORT="x")
    assert (code, rows) == (2, [])
    assert "HOCLIEU_DATABASE" in said and "HOCLIEU_PORT" in said


def test_doctor_finds_a_missing_file(tmp_path: Path) -> None:
    run(
        tmp_path / "var",
        "import",
        str(makers.textbook(tmp_path / "a.pdf", 1)),
        "--approve",
        "--sight",
        "public",
        "--licence",
        "CC-BY-4.0",
        "--json",
    )
    next(path for path in (tmp_path / "var" / "files").rglob("*") if path.is_file()).unlink()
    code, findings, _ = run(tmp_path / "var", "doctor", "--json")
    assert (code, [one["name"] for one in findings if one["state"] == "fault"]) == (1, ["files"])


def states(home: Path, *names: str) -> dict[str, str]:
    """What doctor says of these."""
    return {one["name"]: one["state"] for one in run(home, "doctor", "--json")[1] if one["name"] in names}


def ask(home: Path, statement: str) -> None:
    """Past the house."""
    with sqlite3.connect(home / "hoclieu.db") as connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.full
def test_fixity_names_the_file_that_changed_and_doctor_says_what_to_do(tmp_path: Path) -> None:
    home = tmp_path / "var"
    run(
        home,
        "import",
        str(makers.textbook(tmp_path / "a.pdf", 1)),
        "--approve",
        "--sight",
        "public",
        "--licence",
        "CC0-1.0",
        "--json",
    )
    assert run(home, "fixity", "run", "--json")[1][-1]["checked"] == 0, "in a fresh house nothing has its turn yet"
    code, (figures,), said = run(home, "fixity", "run", "--all", "--json")
    assert (code, figures["checked"], figures["late"], figures["files"]) == (0, 256, False, 4)
    assert (
        figures["bytes"] == sum(path.stat().st_size for path in (home / "files").rglob("*") if path.is_file())
        and "256 / 256" in said
    )
    path = max((path for path in (home / "files").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert run(home, "fixity", "run", "--json")[0] == 0, "its turn has not come again"
    code, rows, _ = run(home, "fixity", "run", "--all", "--json")
    assert (code, [row.get("key") for row in rows], rows[0]["state"], rows[1]["mismatch"]) == (
        1,
        [path.name, None],
        "mismatch",
        1,
    )
    assert run(home, "fixity", "status", "--json")[:2] == (1, [rows[0], {**rows[1], "oldest_seconds": ANY}])
    code, findings, _ = run(home, "doctor", "--json")
    (fixity,) = (one for one in findings if one["state"] == "fault")
    assert (code, fixity["name"]) == (1, "fixity") and path.name in fixity["text"]
    path.write_bytes(data)
    assert run(home, "fixity", "run", "--json")[0] == 0
    assert states(home, "fixity") == {"fixity": "ok"}


@pytest.mark.full
def test_a_check_that_is_late_is_named(tmp_path: Path) -> None:
    home = tmp_path / "var"
    run(home, "user", "add", "quan", "--json")
    ask(home, "UPDATE fixity_slice SET created_at = datetime('now', '-179 days')")
    assert (run(home, "fixity", "status", "--json")[0], states(home, "fixity")) == (0, {"fixity": "ok"})
    ask(home, "UPDATE fixity_slice SET created_at = datetime('now', '-181 days') WHERE beginning = '7f'")
    code, (figures,), _ = run(home, "fixity", "status", "--json")
    assert (code, figures["late"], figures["oldest_seconds"] // 86400) == (1, True, 181)
    assert states(home, "fixity") == {"fixity": "warning"}
    assert run(home, "fixity", "status", "--json", HOCLIEU_FIXITY_DAYS="91")[0] == 0
    assert run(home, "fixity", "run", "--all", "--json")[0] == 0
    assert states(home, "fixity") == {"fixity": "ok"}


@pytest.mark.full
def test_a_backup_is_noted_by_the_script_that_made_it_and_its_age_is_told(tmp_path: Path) -> None:
    home = tmp_path / "var"
    run(home, "user", "add", "quan", "--json")
    assert run(home, "backup", "status", "--json")[:2] == (1, [{"taken_at": None, "age_seconds": None, "late": True}])
    assert states(home, "backup") == {"backup": "ok"} and [backup(None, at=now(), needed=True).state] == ["warning"]
    old = now() - timedelta(hours=49)
    for moment, state, code in ((old, "warning", 1), (old + timedelta(hours=2), "ok", 0)):
        noted = run(home, "backup", "done", "--at", moment.astimezone(LOCAL).isoformat(timespec="seconds"), "--json")
        assert noted[:2] == (0, [{"taken_at": moment.isoformat(timespec="seconds")}])
        assert states(home, "backup") == {"backup": state} and run(home, "backup", "status", "--json")[0] == code
    assert run(home, "backup", "done", "--json")[0] == 0
    assert run(home, "backup", "status", "--json")[1][0]["age_seconds"] < 3600
    for wrong in ((now() + timedelta(hours=1)).isoformat(), "hôm qua"):
        assert run(home, "backup", "done", "--at", wrong, "--json")[:2] == (2, [])


def test_user_add_and_reset_print_a_link_that_works_once(tmp_path: Path) -> None:
    home = tmp_path / "var"
    code, rows, _ = run(home, "user", "add", "co.huong", "--unit", "THCS-01", "--json")
    assert (code, len(rows)) == (0, 1) and "/moi/" in rows[0]["link"]
    again = run(home, "user", "reset", "co.huong", "--json")
    assert again[0] == 0 and again[1][0]["link"] != rows[0]["link"]
    wrong = {
        "login-taken": ("add", "co.huong"),
        "unknown-person": ("reset", "ai.do"),
        "unknown-role": ("add", "a", "--role", "x"),
    }
    for what, words in wrong.items():
        code, rows, _ = run(home, "user", *words, "--json")
        assert (code, [row.get("code") for row in rows]) == (2, [what])


def test_no_link_is_printed_for_who_is_deleted(tmp_path: Path) -> None:
    home = tmp_path / "var"
    run(home, "user", "add", "co.huong", "--unit", "THCS-01", "--json")
    ask(home, "UPDATE person SET deleted_at = created_at, disabled_at = created_at WHERE login = 'co.huong'")
    for act in ("reset", "let-try"):
        code, rows, _ = run(home, "user", act, "co.huong", "--json")
        assert (code, [row.get("code") for row in rows]) == (2, ["unknown-person"])


def test_bench_pairs_says_what_passes_and_what_is_missed(tmp_path: Path) -> None:
    documents = [{"id": "D1", "title": "Phân số bằng nhau"}, {"id": "D2", "title": "Đường tròn"}]
    held = {"id": "P1", "class": "no_diacritics", "query": "phan so", "must_match": ["D1"]}
    missed = {"id": "P2", "class": "no_diacritics", "query": "qwertyuiop", "must_match": ["D2"]}
    for pairs, expected, last in (
        ([held], 0, {"passed": 1, "missed": 0}),
        ([held, missed], 1, {"passed": 1, "missed": 1}),
    ):
        (tmp_path / "pairs.json").write_text(json.dumps({"docs": documents, "pairs": pairs}))
        code, rows, _ = run(tmp_path / "var", "bench", "pairs", str(tmp_path / "pairs.json"), "--json")
        assert (code, rows[-1]) == (expected, last)
    assert rows[1]["wrong"] == ["D2 is missing"]
    assert run(tmp_path / "var", "bench", "pairs", str(tmp_path / "khong-co.json"), "--json")[0] == 2
    assert run(tmp_path / "var", "bench", "relevance", str(tmp_path), "--json")[0] == 2


def test_a_database_that_is_away_is_said_in_a_sentence_without_its_password(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://thu_vien:b7Yq2kTz9@127.0.0.1:{free_port()}/thu_vien"
    for command in (["migrate"], ["doctor"], ["user", "add", "co.huong"]):
        code, rows, said = run(tmp_path / "var", *command, HOCLIEU_DATABASE=nowhere)
        assert (code, rows) == (2, [])
        assert "The database cannot be used: " in said and "Traceback" not in said and "b7Yq2kTz9" not in said
