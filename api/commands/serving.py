"""`hoclieu serve`."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import FrameType

import uvicorn

from api.app import create_app
from api.commands.telling import opened, progress, stop
from library import logs
from library.clock import now
from library.database import transaction
from library.house import House, refuse_unready
from library.people import inviting

GRACE = 20  # seconds for running requests at the end
RESTART_AFTER = 1.0  # seconds between a worker's death and its successor


def serve(*, own_worker: bool = True) -> None:
    """Answer requests; in embedded mode this starts its own worker child, which dies with it."""
    logs.set_up("serve")
    # before and after the server's own handler: an end with all its `finally`
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with opened() as house:
        refuse_unready(house)
        listening = listen(house)
        address = house.settings.public_url or "http://{}:{}".format(*listening.getsockname()[:2])
        keeper = WorkerKeeper()
        if own_worker and not house.settings.in_production:
            keeper.start()
        try:
            announce(house, address)
            Serving(config_of(house), keeper).run(sockets=[listening])
        finally:
            keeper.stop()


def config_of(house: House) -> uvicorn.Config:
    """How the server runs. It believes what a proxy says of its client only where the settings name that proxy."""
    proxies = house.settings.trusted_proxies
    return uvicorn.Config(
        create_app(house),
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )


class Serving(uvicorn.Server):
    """A server whose worker begins to end in the moment that it does, so that both have their twenty seconds at
    once.
    """

    def __init__(self, config: uvicorn.Config, keeper: "WorkerKeeper") -> None:
        super().__init__(config)
        self.keeper = keeper

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal has come: take no new requests, finish those that run."""
        self.keeper.end()
        super().handle_exit(sig, frame)


def listen(house: House) -> socket.socket:
    """The socket, taken before anything is announced."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((house.settings.host, house.settings.port))
    except OSError as error:
        stop(f"Cannot listen on {house.settings.host}:{house.settings.port}: {error}. Set HOCLIEU_PORT to a free port.")
    listening.listen(512)
    return listening


def announce(house: House, address: str) -> None:
    """Print the address; as long as there is no administrator, a one-time link too."""
    print(f"Hoclieu: {address}", flush=True)
    with transaction(house.engine) as session:
        token = inviting.invite_first_administrator(session, at=now())
    if token:
        print(
            (
                "Quản trị viên đầu tiên (một lần, trong 1 giờ) / first administrator (once, within 1 hour): "
                f"{address}/moi/{token}"
            ),
            flush=True,
        )


class WorkerKeeper:
    """Keeps one worker child alive; the child sees the end of its standard input when we die."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Start the child and watch it."""
        self.thread.start()

    def end(self) -> None:
        """Ask the child to finish what it has in hand."""
        self.stopping.set()
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def stop(self) -> None:
        """End the child; it gives its leases back."""
        self.end()
        if self.child is not None:
            try:
                self.child.wait(GRACE)
            except subprocess.TimeoutExpired:
                self.child.kill()

    def _keep(self) -> None:
        while not self.stopping.is_set():
            self.child = subprocess.Popen(
                [sys.executable, "-m", "api.commands.main", "work", "--until-parent-dies"],
                stdin=subprocess.PIPE,
                env=os.environ.copy(),
            )
            code = self.child.wait()
            if not self.stopping.is_set():
                progress.print(f"worker ended ({code}), starting another")
                time.sleep(RESTART_AFTER)
