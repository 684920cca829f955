"""The hand that ends deletions: what nobody may bring back any more is removed, and then the files that no row
names.
"""

from datetime import timedelta

import structlog

from ingest import discarding
from ingest.worker.hand import Claim, Claims
from library.clock import now
from library.database import transaction, work_queue
from library.deleting import removing
from library.operations.deletions import Deletion

log = structlog.get_logger()
PAUSE = 10.0  # seconds
INDEX_FIRST = timedelta(minutes=1)  # until we look again whether the index has let go of it


def take_next(claims: Claims) -> bool:
    """One deletion whose days are over; returns whether there was one."""
    with claims.claimed(Deletion) as claim:
        if claim is None:
            return False
        remove(claims, claim)
    return True


def remove(claims: Claims, claim: Claim[Deletion]) -> None:
    """To its end in one transaction; when it was undone in the last moment, nothing happens. Raises LeaseLost."""
    with transaction(claims.house.engine) as session:
        deletion = session.get_one(Deletion, claim.row.id, with_for_update=True)
        stands = deletion.undone_at is None and deletion.done_at is None
        if stands and not removing.is_ready(session, deletion):
            work_queue.finish(session, claim.lease, next_at=now() + INDEX_FIRST)
            return
        keys = removing.remove(session, deletion, at=now()) if stands else set()
        work_queue.finish(session, claim.lease)
    discarding.discard(claims.house, keys)
    log.info("removed", deletion=str(claim.row.id), kind=claim.row.kind)
