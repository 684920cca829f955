"""What the starters of real servers share: ports, an ordinary user, folders, starting, waiting, stopping, killing,
pausing.

A starter is one small file a server. It subclasses `Server` and says three things: the command, the environment when it
needs one, and how to ask whether the server answers:

    class Postgres(Server):
        name = "postgres"

        def command(self) -> list[str]: ...
        def answers(self) -> bool: ...

    with Postgres() as server:      # started, answering, on a free port, in a temporary folder of its own
        ...                          # server.port, server.folder, server.log; kill(), start() again, pause(), resume()
    # stopped, its folder gone

Everything listens on 127.0.0.1. Servers that refuse to run as root run as an ordinary user when we are root: its
folders come from `owned_folder`. What is downloaded or built is kept under `cache()`, which an ordinary user may not be
able to read.
"""

import contextlib
import functools
import grp
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import pytest

from tests.services.waiting import until

USER = "hoclieu-test"
STOP_SECONDS = 30.0


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now. The system gives those from 32768 up to outgoing connections: one
    could be gone before its server starts, or starts again, so it is none of them.
    """
    while True:
        with socket.socket() as listening, contextlib.suppress(OSError):
            listening.bind(("127.0.0.1", port := random.randrange(10_000, 32_768)))
            return port


def cache() -> Path:
    """Where downloads and built binaries are kept between runs."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hoclieu"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def missing(what: str) -> NoReturn:
    """The server is not to be had here. Where CI is set that is a failure; elsewhere the test is skipped with the
    sentence what to install.
    """
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@functools.cache
def _ordinary() -> pwd.struct_passwd | None:
    """The user that servers run as when we are root; made when there is none. None: we are ordinary ourselves."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(USER)
    subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
        check=False,
        capture_output=True,
    )
    return pwd.getpwnam(USER)  # also when another test run made it in the same moment


def ordinary_user() -> list[str]:
    """The words to put before a command that refuses to run as root; none when we are not root."""
    user = _ordinary()
    if user is None:
        return []
    group = grp.getgrgid(user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={group.gr_gid}", "--clear-groups"]


def owned_folder(prefix: str) -> Path:
    """A new temporary folder that belongs to that ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix=f"hoclieu-{prefix}-"))
    user = _ordinary()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def descendants(pid: int) -> list[int]:
    """The process and all below it, parents first; servers give their children process groups of their own."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [(int(child), int(parent)) for child, parent in (line.split() for line in listed.splitlines())]
    family = [pid]
    for one in family:
        family.extend(child for child, parent in pairs if parent == one)
    return family


def stands_still(pid: int) -> bool:
    """Whether the stop has reached every thread: they notice one after the other, and until then they answer. Without
    /proc nobody can tell.
    """
    states = []
    for thread in Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            states.append(thread.read_text().rpartition(")")[2].split()[0])
    return all(state in "TtZX" for state in states)


class Server:
    """One real server: a context manager that starts it, waits until it answers, stops it and removes its folder."""

    name = "server"
    # which of the three URLs of a house it can serve, e.g. HOCLIEU_DATABASE; `make services` starts one server for each
    setting = ""
    stop_signal = signal.SIGTERM
    needs_ordinary_user = True

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = owned_folder(self.name)
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The words that start the server in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it needs beside our own environment."""
        return {}

    def settings(self) -> dict[str, str]:
        """The settings with which a house uses this server, once it runs."""
        return {}

    def prepare(self) -> None:
        """Once, before the first start: lay out the data folder."""

    def answers(self) -> bool:
        """Ask the server whether it is ready; may raise OSError while it is not."""
        raise NotImplementedError

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the server's kind (an initialiser, a client) as its user; raises with what it said when it
        fails.
        """
        done = subprocess.run(
            self._as_user([*words]),
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    def start(self, *, seconds: float = 300) -> Self:
        """Start and wait until it answers. Also after `stop` and `kill`, on the same port and the same data."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._as_user(self.command()),
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + seconds
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > end:
                said = self.log.read_text(errors="replace")[-3000:]
                self.kill()
                raise RuntimeError(f"{self.name} did not start ({self.process.returncode}):\n{said}")
            time.sleep(0.05)
        return self

    def ready(self) -> bool:
        """Whether it runs and answers."""
        if self.process is None or self.process.poll() is not None:
            return False
        with contextlib.suppress(OSError):
            return self.answers()
        return False

    def stop(self) -> None:
        """The orderly end; harmless when it has ended."""
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """kill -9 of the server and of every process it started, as when the machine's power fails."""
        if self.process is not None and self.process.poll() is None:
            self._tell(signal.SIGKILL)
            self.process.wait()

    def pause(self) -> None:
        """Stand still: connections stay open, nothing is answered from the moment this returns."""
        self._tell(signal.SIGSTOP)
        if self.process is not None:
            family = descendants(self.process.pid)
            until(lambda: all(map(stands_still, family)), otherwise=f"{self.name} does not stand still")

    def resume(self) -> None:
        """Go on after `pause`."""
        self._tell(signal.SIGCONT)

    def close(self) -> None:
        """Stop and forget everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.prepare()
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _as_user(self, words: list[str]) -> list[str]:
        return [*ordinary_user(), *words] if self.needs_ordinary_user else words

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder), **self.environment()}

    def _tell(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            for pid in descendants(self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
