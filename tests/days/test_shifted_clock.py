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
    "tests/api/circulation/test_desk.py",
    "tests/api/people/test_rosters.py",
    "tests/days/test_demonstration.py",
    "tests/library/catalogue/test_fixity.py",
    "tests/library/catalogue/test_history_words.py",
    "tests/library/catalogue/test_overviews.py",
    "tests/library/circulation/test_judging.py",
    "tests/library/circulation/test_reading_history.py",
    "tests/library/circulation/test_titles.py",
    "tests/library/database/test_work_queue.py",
    "tests/library/notices/test_notices.py",
    "tests/library/reviews/test_after_approval.py",
    "tests/library/reviews/test_readers.py",
    "tests/library/reviews/test_reviewing.py",
    "tests/library/reviews/test_transitions.py",
    "tests/library/test_usage.py",
)
# a whole demonstration takes a minute: on the day of the fault, and where most of its loans move
SHOWN = "tests/api/commands/test_demo.py"
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
