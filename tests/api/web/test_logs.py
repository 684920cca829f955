"""The logs: one JSON object a line, and one id from the request over the worker down to the parser."""

import json
from pathlib import Path
from typing import Any

from tests.services.house import running, upload, wait_for
from tests.stage import makers


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Every line of a log; each must be an object."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_id_of_the_request_that_brought_a_file_stands_in_every_line_down_to_the_parser(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "toan-8.pdf", 2)
    scan = makers.scanned(book, tmp_path / "quet.pdf", [1, 2])
    with running(tmp_path / "var") as house, house.administrator() as client:
        client.headers["X-Request-Id"] = "mot-cuon-sach-quet"
        wait_for(client, upload(client, scan, approve="true"))
    told = [one for one in lines_of(tmp_path / "var.log") if one.get("request_id") == "mot-cuon-sach-quet"]
    assert {one["process"] for one in told} == {"serve", "work", "parser"}
    assert {one["module"].rpartition(".")[2] for one in told if one["event"] == "parsed"} >= {
        "read_text",
        "recognise",
        "draw_pages",
    }
    assert any(one["event"] == "deposit-ready" for one in told)


def test_an_id_that_would_break_the_log_is_replaced(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, house.client() as client:
        for strange in ("a" * 65, "a b", "{}", "é"):
            answer = client.get("/livez", headers={"X-Request-Id": strange.encode()})
            assert answer.headers["X-Request-Id"] != strange and len(answer.headers["X-Request-Id"]) == 16
    assert lines_of(tmp_path / "var.log")
