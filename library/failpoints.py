"""Places where a test may kill the process, to show that nothing accepted is lost. Without the setting they do nothing.

`HOCLIEU_FAILPOINT=name` kills at the first arrival, `name:3` at the third; `HOCLIEU_FAILPOINT=name@FILE` only while
FILE does not exist, and creates it first: so that a restarted process passes.
"""

import os
import signal
from pathlib import Path

_arrivals: dict[str, int] = {}


def reach(name: str) -> None:
    """Die here by SIGKILL when the test asked for it."""
    wanted = os.environ.get("HOCLIEU_FAILPOINT", "")
    if not wanted.startswith(name):
        return
    place, _, once = wanted.partition("@")
    place, _, count = place.partition(":")
    if place != name:
        return
    _arrivals[name] = _arrivals.get(name, 0) + 1
    if _arrivals[name] < int(count or 1):
        return
    if once:
        if Path(once).exists():
            return
        Path(once).touch()
    os.kill(os.getpid(), signal.SIGKILL)
