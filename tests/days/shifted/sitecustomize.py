"""Python imports this at its start when the folder is on PYTHONPATH: the house and its tests live so many seconds away from now."""

import os
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(os.environ["TESTS_SHIFTED_BY"])), tick=True).start()
