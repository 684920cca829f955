#!/usr/bin/env bash
# pytest-xdist's `--dist loadgroup` and `@pytest.mark.xdist_group`: documented to run the tests of a group in one process.
# With pytest 9.2.0 the mark is not heard: the group is spread over the processes, without a word. pytest-xdist writes the
# group into the private field `_nodeid` of each test; pytest 9.2 no longer builds `nodeid` from it. The same files with
# pytest 9.1.0 are grouped. Tests that share something costly, or build on each other, fail now and then, as if by chance.
# Exits with 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > test_group.py <<'PYTHON'
import os
import time
from pathlib import Path

import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_where(number: int) -> None:
    time.sleep(0.1)
    Path(f"{os.environ['PYTEST_XDIST_WORKER']}.{number}.seen").touch()
PYTHON

processes_with() {
  python3 -m venv "$1"
  "$1/bin/pip" install -q --disable-pip-version-check "pytest==$1" "pytest-xdist==3.8.0"
  rm -f ./*.seen
  "$1/bin/python" -m pytest -q -n 2 --dist loadgroup test_group.py > "$1.log"
  ls ./*.seen | sed 's|./\(gw[0-9]*\)\..*|\1|' | sort -u | wc -l
}

before=$(processes_with 9.1.0)
now=$(processes_with 9.2.0)
echo "eight tests of one group ran in: $before process (pytest 9.1.0), $now processes (pytest 9.2.0); pytest-xdist 3.8.0"
[ "$before" -eq 1 ] && [ "$now" -eq 2 ]
