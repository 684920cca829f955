"""The pairs of the matching policy and the questions with known pages."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands.bench import app
from search.measuring import pairs
from tests.stage.engines import ENGINES, url_of

LATER_RULES = {"ocr", "prefix", "wrong_keyboard_mode"}  # P4, typing ahead, P7
# folded text on a real engine: nDCG@10, hit@1
BASELINE = {"xquad-vi-pages": (0.967, 0.932), "law-known-item-pages": (0.830, 0.671)}


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new index of each engine."""
    return url_of(request.param, request, tmp_path)


def test_the_pairs_of_the_matching_policy_hold(shared: Path, url: str) -> None:
    verdicts = pairs(json.loads((shared / "vocab" / "search-pairs.json").read_text(encoding="utf-8")), url)
    assert [(one.id, one.wrong) for one in verdicts if not one.passed and one.kind not in LATER_RULES] == []
    assert len(verdicts) == 51


@pytest.mark.full
def test_relevance_is_not_below_the_baseline(shared: Path, url: str) -> None:
    result = CliRunner().invoke(app, ["relevance", str(shared / "data" / "search"), "--index", url, "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert len(rows) == 6
    for row in rows:
        ndcg, first = BASELINE[row["set"]]
        assert (row["ndcg@10"] >= ndcg, row["hit@1"] >= first) == (True, True), row
