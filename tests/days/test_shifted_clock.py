"""The tests that depend on the day, under a shifted clock: house, worker and tests live at another moment."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from library.clock import now
from tests.days.moments import MOMENTS

HERE = Path(__file__).parent
DATED = (  # but no kills, races or servers of others, whose clock is not shifted
    "tests/api/test_rosters.py",
    "tests/circulation/test_desk.py",
    "tests/circulation/test_judging.py",
    "tests/circulation/test_reading_history.py",
    "tests/circulation/test_titles.py",
    "tests/days/test_demonstration.py",
    "tests/library/test_fixity.py",
    "tests/library/test_history_words.py",
    "tests/library/test_notices.py",
    "tests/library/test_overviews.py",
    "tests/library/test_usage.py",
    "tests/library/test_work_queue.py",
    "tests/reviews/test_after_approval.py",
    "tests/reviews/test_readers.py",
    "tests/reviews/test_reviewing.py",
    "tests/reviews/test_transitions.py",
)
# a whole demonstration takes a minute: on the day of the fault, and where most of its loans move
SHOWN = "tests/api/test_demo.py"
SHOWN_AT = ("monday-of-the-fault", "tet", "last-day-of-the-year", "leap-day")


@pytest.mark.full
@pytest.mark.parametrize("name", MOMENTS)
def test_the_suite_does_not_depend_on_the_day(name: str) -> None:
    away = datetime.fromisoformat(MOMENTS[name]) - now()
    files = (*DATED, SHOWN) if name in SHOWN_AT else DATED
    shifted = {
        "PYTHONPATH": str(HERE / "shifted"),
        "TESTS_SHIFTED_BY": str(away.total_seconds()),
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--tb=short",
        "-m",
        "not full and not torture",
        "-k",
        "not postgres",
        *files,
    ]
    done = subprocess.run(
        command, env=os.environ | shifted, capture_output=True, text=True, cwd=HERE.parents[1], timeout=900
    )
    assert done.returncode == 0, done.stdout[-4000:]
