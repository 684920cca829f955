"""A function fits on a screen: in the house and in its tests. What a migration did once is not rewritten."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.stage.project import PROJECT

FLOORS = ("library", "search", "ingest", "api", "tests")
MOST = 40  # lines


def too_long(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MOST:
                yield f"{path.relative_to(PROJECT)}: {node.name} has {lines} lines"


def test_no_function_is_longer_than_forty_lines() -> None:
    sources = [one for floor in FLOORS for one in (PROJECT / floor).rglob("*.py") if "versions" not in one.parts]
    assert len(sources) > 500
    assert [found for one in sources for found in too_long(one)] == []
