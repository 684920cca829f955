"""The templates stay readable: short lines, each piece once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.stage.project import PROJECT

TEMPLATES = sorted((PROJECT / "api").glob("*/templates/*.html"))
PARTS = next(one for one in TEMPLATES if one.name == "parts.html")
WIDTH = 120
MACRO = re.compile(r"\{%-? macro (\w+)")


def macros_of(path: Path) -> list[str]:
    return MACRO.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_line_is_longer_than_a_screen_is_wide(path: Path) -> None:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    assert [f"{number}: {line.strip()}" for number, line in lines if len(line) > WIDTH] == []


def test_a_piece_is_in_parts_because_two_places_need_it() -> None:
    text = "\n".join(one.read_text(encoding="utf-8") for one in TEMPLATES)
    called = Counter(re.findall(r"(?<!macro )\b(\w+)\(", text))
    assert macros_of(PARTS) and [name for name in macros_of(PARTS) if called[name] < 2] == []


def test_no_template_makes_a_piece_again() -> None:
    again = {path.name: set(macros_of(path)) & set(macros_of(PARTS)) for path in TEMPLATES if path != PARTS}
    assert {name: found for name, found in again.items() if found} == {}
