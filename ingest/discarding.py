"""Stored files that have just lost the last row that named them."""

import contextlib
from collections.abc import Iterable

from library.catalogue import keeping
from library.database import transaction
from library.files.keys import StoreAway
from library.house import House


def discard(house: House, keys: Iterable[str | None]) -> None:
    """Remove those that no row names any more, once that is committed. When the store is away they are orphans, and go
    later.
    """
    with contextlib.suppress(StoreAway), transaction(house.engine) as session:
        keeping.discard_unnamed(session, house.files, {key for key in keys if key})
