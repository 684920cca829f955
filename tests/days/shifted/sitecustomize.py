"""Python imports this at its start when the folder is on PYTHONPATH: the house and its tests live so many seconds away
from now.

`TESTS_SHIFTED_BY` is the number, or a file that holds it: whoever changes the file lets the clock of every process
jump.
"""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

WHERE = os.environ["TESTS_SHIFTED_BY"]


def wanted() -> float:
    """Seconds away from now."""
    return float(Path(WHERE).read_text() if WHERE.startswith("/") else WHERE)


def follow(clock: Any, shift: float) -> None:
    """Jump when the file says so."""
    while True:
        time.sleep(0.2)
        if (now := wanted()) != shift:
            clock.shift(now - shift)
            shift = now


BEGINNING = wanted()
CLOCK = time_machine.travel(datetime.now(UTC) + timedelta(seconds=BEGINNING), tick=True).start()
if WHERE.startswith("/"):
    threading.Thread(target=follow, args=(CLOCK, BEGINNING), daemon=True).start()
