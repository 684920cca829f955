"""Whatever is told about a work has words of its own in its history, in both languages."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from library.announced import ACTS
from library.catalogue import correcting, history
from library.catalogue.history import Line
from library.catalogue.models import DepositState
from library.reviews import amending
from library.reviews.transitions import ReviewState
from tests.stage.project import PROJECT

FLOORS = ("library", "search", "ingest", "api")
# the ends of acts that are named when they happen
CHOSEN = {
    "review-": (ReviewState.OVERRULED, ReviewState.RECALLED, ReviewState.SUPERSEDED),
    "upload-": (DepositState.FAILED, DepositState.REFUSED),
}
OF_OTHER_THINGS = (
    "audit-",
    "backup-",
    "calendar-",
    "class-",
    "copy-",
    "enrolled",
    "file-",
    "house-",
    "link-",
    "loan-",
    "password-",
    "patron-",
    "person-",
    "role-",
    "signed-",
    "unit-",
)


def acts() -> set[str]:
    """Every act that is told anywhere in the code."""
    found: set[str] = set()
    for path in (one for floor in FLOORS for one in (PROJECT / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) in ("audit.tell", "announcing.tell")
                and ast.unparse(node.args[1]) not in ("READ", "act")
            ):
                found |= told(node.args[1], path)
    return found


def told(act: ast.expr, path: Path) -> set[str]:
    """The act as it stands, or all that it may be."""
    if isinstance(act, ast.Constant):
        return {str(act.value)}
    assert isinstance(act, ast.JoinedStr) and isinstance(act.values[0], ast.Constant), (
        f"{path}: {ast.unparse(act)} is not told in words one can find"
    )
    first = str(act.values[0].value)
    return {first + one for one in CHOSEN.get(first, ("…",))}


def test_every_act_that_is_told_of_a_work_or_an_upload_has_words() -> None:
    found = acts() | {correcting.DESCRIBED, amending.IN_REVIEW}  # told through `correcting.put`, by name
    assert {"work-returned", "review-overruled", "loan-made", "unit-…"} <= found
    assert {one for one in found if not one.startswith(OF_OTHER_THINGS)} == set(ACTS)


@pytest.mark.parametrize("act", sorted(ACTS))
def test_the_words_of_an_act_are_vietnamese_and_english(act: str) -> None:
    line = Line("Lan", act, {"fields": ["title"], "sight": "school"}, datetime(2026, 11, 23, tzinfo=UTC))
    vi, en = history.in_words(line, "vi", ACTS), history.in_words(line, "en", ACTS)
    assert vi != en and not {act, act.replace("-", " ")} & {vi, en}
    assert en.isascii() and not vi.isascii()
