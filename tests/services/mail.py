"""A real mail server."""

import mailbox
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.services.machinery import free_port


class MailServer:
    """A real SMTP server in a process of its own that keeps what it gets."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        listen = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aiosmtpd", "-n", "-l", listen, "-c", "aiosmtpd.handlers.Mailbox", str(self.folder)]
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with closing(socket.socket()) as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("the mail server did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    def letters(self) -> list[mailbox.MaildirMessage]:
        return list(mailbox.Maildir(self.folder)) if self.folder.exists() else []
