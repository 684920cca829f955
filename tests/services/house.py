"""A whole house for tests: `hoclieu serve` as people start it, on a free port, in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Row, text

from library.database import open_engine, transaction

ADDRESS = re.compile(r"Hoclieu: (http\S+)")
LINK = re.compile(r"/moi/(\S+)")
PASSWORD = "mật khẩu dài dễ nhớ"


def beside(_home: Path) -> dict[str, str]:
    """The database lies in the folder of the house."""
    return {}


class RunningHouse:
    """One `serve` with its worker; can be killed and started again on the same folder."""

    # settings of the database of the house in this folder
    database_for: Callable[[Path], dict[str, str]] = staticmethod(beside)

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        usual = {"HOCLIEU_HOME": str(home), "HOCLIEU_PORT": "0", "HOCLIEU_LEASE_SECONDS": "4"}
        where = {} if "HOCLIEU_DATABASE" in settings else self.database_for(home)
        self.environment = {**os.environ, **usual, **where, **settings}
        self.address = ""
        self.link: str | None = None
        self.process: subprocess.Popen[str] | None = None
        self.under: list[str] = []  # words before the command, e.g. to run it in a namespace
        self.checkout: Path | None = None  # another build than this one, with an environment of its own
        self.more: list[str] = []  # words after it
        self.ready_at = "/readyz"  # says 200 when the house has started

    def start(self, *, seconds: float = 120, **settings: str) -> "RunningHouse":
        """Start and wait until it is ready."""
        python = self.checkout / ".venv/bin/python" if self.checkout else sys.executable
        command = [*self.under, str(python), "-m", "api.commands.main", "serve", *self.more]
        log = (self.home.parent / f"{self.home.name}.log").open("a")
        self.process = subprocess.Popen(
            command,
            env=self.environment | settings,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            cwd=self.checkout,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"serve ended with {self.process.returncode}, see {log.name}")
            if self.address and self._ready():
                return self
            time.sleep(0.05)
        raise TimeoutError("serve was not ready in time")

    def kill(self) -> None:
        """kill -9 of `serve`; its worker must die by itself."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.address = ""

    def stop(self) -> None:
        """The orderly end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def client(self, **more: Any) -> httpx.Client:
        """A client that knows the address."""
        return httpx.Client(base_url=self.address, timeout=60, follow_redirects=False, **more)

    def administrator(self) -> httpx.Client:
        """The first administrator, signed in; made at the first call."""
        with self.client() as door:
            if self.link:
                wish = {"name": "Trần Thị Quản", "login": "quan.tri", "password": PASSWORD}
                door.post(f"/api/v1/invitations/{self.link}", json=wish).raise_for_status()
                self.link = None
            else:
                door.post("/api/v1/sign-in", json={"login": "quan.tri", "password": PASSWORD}).raise_for_status()
            return self.client(cookies=dict(door.cookies))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same house."""
        return subprocess.run(
            [sys.executable, "-m", "api.commands.main", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def background(self, *words: str) -> subprocess.Popen[bytes]:
        """A command that goes on beside it, e.g. another worker."""
        log = (self.home.parent / f"{self.home.name}.log").open("a")
        return subprocess.Popen([sys.executable, "-m", "api.commands.main", *words], env=self.environment, stderr=log)

    @property
    def database(self) -> str:
        """The address of its database."""
        return self.environment.get("HOCLIEU_DATABASE") or f"sqlite:///{self.home}/hoclieu.db"

    def ask(self, statement: str, **values: Any) -> Sequence[Row[Any]]:
        """What its database says, past the house; a statement that changes something is committed."""
        engine = open_engine(self.database)
        try:
            with transaction(engine) as session:
                done = session.execute(text(statement), values)
                return done.all() if done.returns_rows else []
        finally:
            engine.dispose()

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}{self.ready_at}", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def _listen(self) -> None:
        process = self.process
        for line in process.stdout if process and process.stdout else ():
            if found := ADDRESS.search(line):
                self.address = found.group(1)
            if found := LINK.search(line):
                self.link = found.group(1)


@contextmanager
def running(home: Path, **settings: str) -> Iterator[RunningHouse]:
    """A house that runs for a while."""
    house = RunningHouse(home, **settings).start()
    try:
        yield house
    finally:
        house.stop()


def wait_for(client: httpx.Client, deposit_id: str, *, seconds: float = 300, searchable: bool = True) -> dict[str, Any]:
    """Wait until a deposit has come to its end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row: dict[str, Any] = client.get(f"/api/v1/deposits/{deposit_id}").raise_for_status().json()
        if row["state"] in ("refused", "failed") or (row["state"] == "ready" and (row["searchable"] or not searchable)):
            return row
        time.sleep(0.1)
    raise TimeoutError(f"deposit {row['state']} {row['step']} {row['pages_done']}/{row['page_count']}")


def upload(client: httpx.Client, path: Path, *, chunk: int = 512 * 1024, **told: str) -> str:
    """Send a file by the resumable way, for everybody unless told; returns the deposit's id."""
    metadata = ",".join(
        f"{key} {b64encode(value.encode()).decode()}"
        for key, value in {"filename": path.name, "sight": "public", "licence": "CC-BY-4.0", **told}.items()
    )
    size = path.stat().st_size
    created = client.post(
        "/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata}
    ).raise_for_status()
    data = path.read_bytes()
    for start in range(0, size, chunk):
        headers = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        client.patch(
            created.headers["Location"], content=data[start : start + chunk], headers=headers
        ).raise_for_status()
    return str(created.headers["Location"].rsplit("/", 1)[-1])
