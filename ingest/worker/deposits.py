"""The hand that reads deposits: each is brought to its end, and a refusal is an end too."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from ingest import discarding, pipeline
from ingest.parsing.sandbox import Cut
from ingest.worker.hand import Claim, Claims, Stopped
from library.catalogue import depositing
from library.catalogue.models import Deposit, DepositState
from library.clock import now
from library.database import reading_session, transaction, work_queue
from library.database.work_queue import LeaseLost, Workable
from library.errors import Refusal

log = structlog.get_logger()
# seconds, after which a large deposit gives way to new ones, and any to those that gave way themselves
SLICE, LONG_SLICE = 1.0, 60.0
EVERYBODY = 4  # turns, of which one is the oldest deposit's: however many come, the large ones go on


class GaveWay(Exception):
    """Others wait; the row is back in the queue behind them, and goes on where it stopped."""


@dataclass
class Reader:
    """Takes deposits one after the other. What gave way once comes behind what is new, but every fourth turn is the
    oldest one's.
    """

    claims: Claims
    turns: int = 0

    def turn(self) -> bool:
        """One deposit that is due; returns whether there was one."""
        self.turns += 1
        return (
            self.turns % EVERYBODY > 0 and self.somebody_gave_way() and self.take(Deposit.turns == 0)
        ) or self.take()

    def somebody_gave_way(self) -> bool:
        """Whether the new ones have anybody to overtake."""
        with reading_session(self.claims.house.engine) as session:
            return work_queue.waits(session, Deposit, Deposit.turns > 0, at=now())

    def take(self, *only: ColumnElement[bool]) -> bool:
        """One of these, to its end or until others wait."""
        with self.claims.claimed(Deposit, *only, aside=set_aside) as claim:
            if claim is None:
                return False
            try:
                read(self.claims, claim)
            except Cut as cut:
                raise LeaseLost from cut
            except GaveWay:
                log.info("deposit-gave-way", name=claim.row.name)
        return True


def read(claims: Claims, claim: Claim[Deposit]) -> None:
    """One deposit; a refusal is an end too."""
    try:
        pipeline.run(claims.house, claim.row, claim.lease, leash=claim.leash, rest=partial(rest, claims, claim))
    except Refusal as refusal:
        refuse(claims, claim, refusal)
        return
    with transaction(claims.house.engine) as session:
        work_queue.finish(session, claim.lease)
    log.info("deposit-ready", name=claim.row.name)


def rest(claims: Claims, claim: Claim[Deposit], is_large: bool) -> None:
    """Between two batches: has the worker been told to stop, or is it somebody else's turn? Raises Stopped, GaveWay,
    LeaseLost.
    """
    if claims.stopping.is_set():
        raise Stopped
    spent = time.monotonic() - claim.began
    if spent < (SLICE if is_large else LONG_SLICE):
        return
    with reading_session(claims.house.engine) as session:
        others = work_queue.waits(session, Deposit, *(() if spent >= LONG_SLICE else (Deposit.turns == 0,)), at=now())
    if others:
        with transaction(claims.house.engine) as session:
            work_queue.give_back(session, claim.lease, due_at=now(), turns=Deposit.turns + 1)
        raise GaveWay


def refuse(claims: Claims, claim: Claim[Deposit], refusal: Refusal) -> None:
    """Say so on the row and remove what nobody else needs."""
    with transaction(claims.house.engine) as session:
        work_queue.finish(session, claim.lease)
        deposit = session.get_one(Deposit, claim.row.id)
        depositing.refuse(session, deposit, refusal, at=now())
        key = deposit.key
    discarding.discard(claims.house, [key])
    log.info("deposit-refused", code=refusal.code)


def set_aside(session: Session, row: Workable, at: datetime) -> None:
    """Three tries broke."""
    depositing.refuse(
        session, session.get_one(Deposit, row.id), depositing.ProcessingFailed(), at=at, state=DepositState.FAILED
    )
