"""A line that is cut: a small TCP proxy on this machine that lets so many bytes through, then drops everything for a while."""

import contextlib
import socket
import threading
import time


class CutLine:
    """Carries to `port`; after `after` bytes sent upward the line is dead for `seconds`, once."""

    def __init__(self, port: int, *, after: int, seconds: float) -> None:
        self.target, self.left, self.seconds = port, after, seconds
        self.dead_until = 0.0
        self.was_cut = False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self.listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                if time.monotonic() < self.dead_until:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, upward: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if upward and not self.was_cut:
                    self.left -= len(data)
                    if self.left < 0:
                        self.was_cut = True
                        self.dead_until = time.monotonic() + self.seconds
                        break
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class LosingLine:
    """Carries to `port`; once told to lose the next answer, it takes the request there and drops the line when the answer comes."""

    def __init__(self, port: int) -> None:
        self.target, self.losing, self.lost = port, False, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self.listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answers and self.losing:
                    self.losing, self.lost = False, self.lost + 1
                    break
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
