"""The hand that reads deposits: each is brought to its end, and a refusal is an end too."""

import contextlib
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from ingest import pipeline
from ingest.worker.hand import Claim, Claims
from library import work_queue
from library.catalogue import depositing, keeping
from library.catalogue.models import FAILED, Deposit
from library.clock import now
from library.database import transaction
from library.errors import Refusal
from library.files.keys import StoreAway
from library.work_queue import Workable

log = structlog.get_logger()


def take_next(claims: Claims) -> bool:
    """One deposit that is due; returns whether there was one."""
    with claims.claimed(Deposit, aside=set_aside) as claim:
        if claim is None:
            return False
        try:
            pipeline.run(claims.house, claim.row.id, claim.lease)
        except Refusal as refusal:
            refuse(claims, claim, refusal)
            return True
        with transaction(claims.house.engine) as session:
            work_queue.finish(session, claim.lease)
        log.info("deposit-ready", name=claim.row.name)
    return True


def refuse(claims: Claims, claim: Claim[Deposit], refusal: Refusal) -> None:
    """Say so on the row and remove what nobody else needs."""
    with transaction(claims.house.engine) as session:
        work_queue.finish(session, claim.lease)
        deposit = session.get_one(Deposit, claim.row.id)
        depositing.refuse(session, deposit, refusal, at=now())
        key = deposit.key
    with contextlib.suppress(StoreAway), transaction(claims.house.engine) as session:  # what stays is an orphan and goes later
        keeping.discard_unnamed(session, claims.house.files, [key] if key else [])
    log.info("deposit-refused", code=refusal.code)


def set_aside(session: Session, row: Workable, at: datetime) -> None:
    """Three tries broke."""
    depositing.refuse(session, session.get_one(Deposit, row.id), depositing.ProcessingFailed(), at=at, state=FAILED)
