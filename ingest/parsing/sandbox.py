"""Hostile files meet a child process with limits that fit the step; it can only fail its own deposit.

The child (`ingest/parsing/child.py`) gets one job on its standard input and answers with one JSON object a line.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import asdict, dataclass
from typing import Any

from library import logs
from library.logs import REQUEST_ID

MB = 1024 * 1024
PROBE = "probe"  # no module: the child only says whether it is cut off from the network
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
KEPT = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "HOCLIEU_TESSDATA", "TMPDIR")


@dataclass(frozen=True)
class Limits:
    """What a child may use: bytes of memory and of any file it writes, seconds of processor and of the clock."""

    memory: int = 1536 * MB
    file: int = 64 * MB
    cpu: int = 10
    wall: int = 60


class ChildDied(Exception):
    """The child was killed, by its limits or by a fault in a parser."""


class Cut(Exception):
    """The child was ended because nobody wants its answers any more."""


class Leash:
    """Holds the children of one piece of work, so that all of them can be ended at once."""

    def __init__(self) -> None:
        self.is_cut = False
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def hold(self, child: subprocess.Popen[bytes]) -> None:
        """One more; it does not live long when the leash is cut."""
        with self._lock:
            self._children.add(child)
            if self.is_cut:
                child.kill()

    def let_go(self, child: subprocess.Popen[bytes]) -> None:
        """It has ended."""
        with self._lock:
            self._children.discard(child)

    def cut(self) -> None:
        """End all, and whoever comes."""
        with self._lock:
            self.is_cut = True
            for child in self._children:
                child.kill()


def run(job: dict[str, Any], limits: Limits, leash: Leash | None = None) -> Generator[dict[str, Any]]:
    """Run one job and yield its answers as they come. Raises ChildDied, Cut."""
    leash = leash or Leash()
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "ingest.parsing.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_environment(),
        close_fds=True,
    )
    if child.stdin is None or child.stdout is None:
        raise ChildDied("no pipes")
    leash.hold(child)
    watch = threading.Timer(limits.wall, child.kill)
    watch.start()
    try:
        child.stdin.write(json.dumps({"limits": asdict(limits), **job}).encode())
        child.stdin.close()
        for line in child.stdout:
            yield json.loads(line)
        if child.wait() != 0:
            raise ChildDied(f"{job['module']}: {_reason(child.returncode)}")
    except (BrokenPipeError, json.JSONDecodeError, ChildDied) as error:
        if leash.is_cut:
            raise Cut from error
        raise ChildDied(str(error)) from error
    finally:
        watch.cancel()
        leash.let_go(child)
        child.kill()
        child.wait()
        child.stdout.close()


def confine(limits: Limits) -> bool:
    """Inside the child: set the limits, die with the parent, leave the network; returns whether the network is cut
    off.
    """
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return bool(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def network_isolated() -> bool:
    """Whether this system lets a child leave the network; where not, the deployment must give the worker none."""
    try:
        return any(answer.get("isolated") for answer in run({"module": PROBE}, Limits()))
    except ChildDied:
        return False


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"OMP_THREAD_LIMIT": "1", REQUEST_ID: logs.this_request() or os.environ.get(REQUEST_ID, "")}


def _reason(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
