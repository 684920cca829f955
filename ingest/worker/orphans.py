"""Files that no row names: a process died between the store and the row, or a deposit was refused. They go after a day.

A province keeps a hundred million files, so the store is looked through in slices of its keys, each about once a day.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

import structlog

from library.catalogue import keeping
from library.database import reading_session, transaction
from library.house import House

log = structlog.get_logger()
A_DAY = timedelta(days=1)
SLICES = 16**3
A_MINUTE = 3  # slices; all of them take 23 hours
AT_ONCE = 100  # keys a transaction


def slices_of(at: datetime) -> list[str]:
    """The beginnings of keys whose turn it is in this minute."""
    first = int(at.timestamp()) // 60 * A_MINUTE
    return [f"{(first + place) % SLICES:03x}" for place in range(A_MINUTE)]


def collect(house: House, beginnings: Iterable[str], *, at: datetime) -> int:
    """Remove the orphans of these slices that are older than a day; returns how many."""
    gone = 0
    for beginning in beginnings:
        old = (key for key, stat in house.files.keys(beginning) if stat.kept_at <= at - A_DAY)
        while keys := list(islice(old, AT_ONCE)):
            with reading_session(house.engine) as session:
                lost = set(keys) - keeping.named(session, keys)
            if lost:
                with transaction(house.engine) as session:
                    gone += keeping.discard_unnamed(session, house.files, lost, kept_before=at - A_DAY)
    if gone:
        log.info("orphans-collected", files=gone)
    return gone
