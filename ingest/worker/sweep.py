"""The hands that clear away: unfinished uploads whose time is over, and files that no row names."""

from ingest import sweeping
from ingest.worker import orphans
from library.clock import now
from library.house import House

PAUSE = 60.0  # seconds; `orphans` counts on it


def uploads(house: House) -> bool:
    """Once over; while the store is away, next time."""
    sweeping.sweep(house, at=now())
    return False


def files(house: House) -> bool:
    """The slices of this minute."""
    orphans.collect(house, orphans.slices_of(now()), at=now())
    return False
