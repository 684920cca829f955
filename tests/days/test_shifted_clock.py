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
DATED = (
    "tests/api/test_demo.py",
    "tests/api/test_rosters.py",
    "tests/circulation",
    "tests/days/test_demonstration.py",
    "tests/fixity",
    "tests/library/test_fixity.py",
    "tests/library/test_history_words.py",
    "tests/library/test_notices.py",
    "tests/library/test_overviews.py",
    "tests/library/test_usage.py",
    "tests/library/test_work_queue.py",
    "tests/reviews",
)


@pytest.mark.full
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_the_suite_does_not_depend_on_the_day(moment: str) -> None:
    away = datetime.fromisoformat(moment) - now()
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
        *DATED,
    ]
    done = subprocess.run(
        command, env=os.environ | shifted, capture_output=True, text=True, cwd=HERE.parents[1], timeout=900
    )
    assert done.returncode == 0, done.stdout[-4000:]
