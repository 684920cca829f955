"""Noting that somebody is there, so that a sign-in on a shared computer ends half an hour after its last use."""

import contextlib
import time

from sqlalchemy.exc import OperationalError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.dependencies import COOKIE
from library.clock import now
from library.errors import Busy
from library.people import sign_in

SECONDS = 60  # between two notes of one sign-in
MOST_KNOWN = 10_000


class NotingUse:
    """After a response, at most once a minute for a sign-in: an update that touches nothing unless the computer is
    shared.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.noted: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            return
        cookies = HTTPConnection(scope).cookies
        token = cookies.get(COOKIE) or cookies.get(f"__Host-{COOKIE}")
        if token and self._due(token):
            # the answer has left; a note that is lost is made again in a minute
            with contextlib.suppress(OperationalError, Busy):
                await scope["app"].state.gate.write(lambda session: sign_in.note_use(session, token, at=now()))

    def _due(self, token: str) -> bool:
        moment = time.monotonic()
        if moment - self.noted.get(token, float("-inf")) < SECONDS:
            return False
        if len(self.noted) >= MOST_KNOWN:
            self.noted.clear()
        self.noted[token] = moment
        return True
