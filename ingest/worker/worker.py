"""The worker: claims what is due and does it. Each kind of work has a hand of its own, so that neither a long book nor
a slow mail server delays a takedown.
"""

import contextlib
import os
import sys
import threading
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ingest.worker import audit, deposits, post, removing, sweep
from ingest.worker.fixity import LOOK_EVERY, Checker
from ingest.worker.hand import WATCH_EVERY, Claims, Hand
from ingest.worker.index import IndexKeeper
from library.clock import now
from library.database import transaction
from library.house import House
from library.operations import pulse

log = structlog.get_logger()


class Worker:
    """One worker of a house; `stop` ends it after the running batch and gives its leases back."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.claims = Claims(house)
        self.stopping = self.claims.stopping

    def hands(self) -> tuple[Hand, ...]:
        """All it does."""
        poll = self.house.settings.poll_seconds
        keeper = IndexKeeper(self.claims)
        return (
            Hand("deposits", poll, deposits.Reader(self.claims).turn),
            Hand("uploads", sweep.PAUSE, partial(sweep.uploads, self.house)),
            Hand("orphans", sweep.PAUSE, partial(sweep.files, self.house)),
            Hand("index", poll, keeper.turn, keeper.close),
            Hand("reminders", post.REMIND_PAUSE, partial(post.remind, self.house)),
            Hand("post", max(1.0, poll), partial(post.send_next, self.house, self.claims.name)),
            Hand("audit", audit.PAUSE, partial(audit.seal, self.house)),
            Hand("audit-heads", audit.HEADS_PAUSE, partial(audit.write_down, self.house)),
            Hand("removing", removing.PAUSE, partial(removing.take_next, self.claims)),
            Hand("fixity", LOOK_EVERY, Checker(self.claims).turn),
            Hand("leases", WATCH_EVERY, self.claims.watch),
            Hand("pulse", pulse.BEATS_EVERY.total_seconds(), self.beat),
        )

    def run(self) -> None:
        """Work until stopped."""
        hands = [
            threading.Thread(target=hand.work, args=(self.stopping,), name=hand.name, daemon=True)
            for hand in self.hands()
        ]
        for hand in hands:
            hand.start()
        while not self.stopping.wait(1):
            if not all(hand.is_alive() for hand in hands):
                log.error("worker-hand-died")
                sys.exit(1)
        for hand in hands:
            hand.join(timeout=10)
        self.claims.give_back(*self.claims.held.values())
        with contextlib.suppress(SQLAlchemyError), transaction(self.house.engine) as session:
            pulse.stopped(session, self.claims.name)

    def beat(self) -> bool:
        """Say that this worker is alive; a busy database hears it next time."""
        with transaction(self.house.engine) as session:
            pulse.beat(session, self.claims.name, at=now())
        return False

    def stop(self) -> None:
        """Ask for the end."""
        self.stopping.set()


def watch_parent() -> None:
    """Die with `serve`: its end of our standard input closes when it is gone, however it went."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
