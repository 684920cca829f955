"""Lines that fail: a small TCP proxy on this machine, and the ways in which it lets people down."""

import contextlib
import socket
import threading
import time


class Line:
    """Carries to `port`. A line fails by refusing who comes, or by dropping in the middle of what it carries."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self.listening.close()

    def dead(self) -> bool:
        """Whether nobody gets through now."""
        return False

    def drops(self, size: int, *, upward: bool) -> bool:
        """Whether the line goes down instead of carrying these bytes, sent upward by who asks or downward as an
        answer.
        """
        raise NotImplementedError

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                if self.dead():
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._carry, args=(near, far), kwargs={"upward": True}, daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near), kwargs={"upward": False}, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, *, upward: bool) -> None:
        with contextlib.suppress(OSError):
            while (data := source.recv(65536)) and not self.drops(len(data), upward=upward):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class CutLine(Line):
    """After `after` bytes sent upward the line is dead for `seconds`, once."""

    def __init__(self, port: int, *, after: int, seconds: float) -> None:
        self.left, self.seconds = after, seconds
        self.dead_until = 0.0
        self.was_cut = False
        super().__init__(port)

    def dead(self) -> bool:
        return time.monotonic() < self.dead_until

    def drops(self, size: int, *, upward: bool) -> bool:
        if not upward or self.was_cut:
            return False
        self.left -= size
        if self.left < 0:
            self.was_cut = True
            self.dead_until = time.monotonic() + self.seconds
        return self.was_cut


class LosingLine(Line):
    """Once told to lose the next answer, it takes the request there and drops the line when the answer comes."""

    def __init__(self, port: int) -> None:
        self.losing, self.lost = False, 0
        super().__init__(port)

    def drops(self, size: int, *, upward: bool) -> bool:
        if upward or not self.losing:
            return False
        self.losing, self.lost = False, self.lost + 1
        return True


class SlowLine(Line):
    """An answer takes `seconds`, or as long as the house needs for it. While the line is `cut` nobody gets through, and
    what was on its way is lost: the request, or the answer to one that has arrived.
    """

    def __init__(self, port: int) -> None:
        self.seconds, self.cut = 0.0, False
        self.asked_at = time.monotonic()
        super().__init__(port)

    def dead(self) -> bool:
        return self.cut

    def drops(self, size: int, *, upward: bool) -> bool:
        if upward:
            self.asked_at = time.monotonic()
        else:
            time.sleep(max(0.0, self.asked_at + self.seconds - time.monotonic()))
        return self.cut
