"""The limited child: one job in, answers out. The job names the module whose `work` does it; that is imported, with the
parser it needs, after the limits are set.
"""

import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from ingest.parsing import sandbox
from library import logs


def main() -> None:
    """Read the job, confine ourselves, answer line by line."""
    gc.disable()  # a short life of many small objects without cycles: collecting would double the cost of a page
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a parser prints belongs to the log
    job: dict[str, Any] = json.load(sys.stdin)
    logs.set_up("parser")
    isolated = sandbox.confine(sandbox.Limits(**job.pop("limits")))
    module = job.pop("module")
    if module == sandbox.PROBE:
        print(json.dumps({"isolated": isolated}), file=answers, flush=True)
        return
    said = 0
    for answer in importlib.import_module(module).work(
        **{name: Path(value) if name in ("path", "folder") else value for name, value in job.items()}
    ):
        print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)
        said += 1
    if logs.this_request():  # a job of the house, not of somebody at a terminal
        structlog.get_logger().info("parsed", module=module, answers=said)


if __name__ == "__main__":
    main()
