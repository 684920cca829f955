"""One call of the command line, as a script makes it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def run(home: Path, *words: str, **settings: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, objects on stdout, and stderr."""
    environment = {**os.environ, "HOCLIEU_HOME": str(home)} | settings
    done = subprocess.run(
        [sys.executable, "-m", "api.commands.main", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr
