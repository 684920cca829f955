"""The worker's part of deleting: what nobody may bring back any more is removed, and then the files that no row names."""

import contextlib
import uuid
from datetime import datetime, timedelta

import structlog

from ingest.house import House
from library import work_queue
from library.catalogue import keeping
from library.database import transaction
from library.deleting import removing
from library.files.keys import StoreAway
from library.operations.deletions import Deletion
from library.work_queue import Lease

log = structlog.get_logger()
INDEX_FIRST = timedelta(minutes=10)  # until we look again whether the index has let go of it


def remove(house: House, deletion_id: uuid.UUID, lease: Lease, *, at: datetime) -> None:
    """One deletion to its end; when it was undone in the last moment, nothing happens. Raises LeaseLost."""
    with transaction(house.engine) as session:
        deletion = session.get_one(Deletion, deletion_id, with_for_update=True)
        stands = deletion.undone_at is None and deletion.done_at is None
        if stands and not removing.is_ready(session, deletion):
            work_queue.finish(session, lease, next_at=at + INDEX_FIRST)
            return
        keys = removing.remove(session, deletion, at=at) if stands else set()
        work_queue.finish(session, lease)
    with contextlib.suppress(StoreAway), transaction(house.engine) as session:  # what stays is an orphan and goes later
        gone = keeping.discard_unnamed(session, house.files, keys)
        log.info("removed", deletion=str(deletion_id), files=gone)
