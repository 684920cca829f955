"""What the API promises it promises on PostgreSQL too: the same tests once more, every house with a database of its own
there.
"""

import os
import subprocess
import sys

import pytest

from tests.stage.project import PROJECT


@pytest.mark.full
@pytest.mark.parametrize("folder", ["tests/api", "tests/matrix", "tests/attacks", "tests/faults/test_store_away.py"])
def test_the_same_tests_hold_with_every_house_on_postgres(folder: str) -> None:
    command = [sys.executable, "-m", "pytest", folder, "-m", "not full and not torture", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | {"HOCLIEU_TESTS_ON": "postgres"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
