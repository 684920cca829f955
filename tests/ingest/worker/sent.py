"""Files that people have sent, and what has become of them."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from api.commands.importing import keeper, take
from ingest.worker.deposits import Reader
from ingest.worker.hand import Claims, Hand
from library.catalogue.models import Deposit, Page
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from tests.stage import makers


def send(house: House, path: Path) -> uuid.UUID:
    """A file that waits to be read."""
    deposit_id = take(house, path, keeper(house, None), approve=False, sight="public")[2]
    assert deposit_id is not None
    return deposit_id


def book(house: House, path: Path, pages: int) -> uuid.UUID:
    """A book of so many pages that waits to be read."""
    return send(house, makers.textbook(path, pages, title=path.stem))


def row(house: House, deposit_id: uuid.UUID) -> Deposit:
    """The deposit as it stands."""
    with reading_session(house.engine) as session:
        return session.get_one(Deposit, deposit_id)


def pages(house: House) -> int:
    """How many pages the house keeps."""
    with reading_session(house.engine) as session:
        return session.scalar(select(func.count()).select_from(Page)) or 0


def change(house: House, deposit_id: uuid.UUID, **values: Any) -> None:
    """Behind the house's back."""
    with transaction(house.engine) as session:
        session.execute(update(Deposit).where(Deposit.id == deposit_id).values(**values))


def expire(house: House, deposit_id: uuid.UUID) -> None:
    """Its worker has been silent too long, or the time until its next try is over."""
    change(house, deposit_id, lease_until=None, due_at=now())


def warnings(house: House, deposit_id: uuid.UUID) -> list[tuple[str, int | None]]:
    """What its owner is told."""
    return [(one["code"], one["page"]) for one in row(house, deposit_id).warnings]


def read_all(house: House) -> None:
    """One worker reads what there is."""
    hand = Reader(Claims(house))
    while hand.turn():
        pass


@contextmanager
def working(*hands: Hand) -> Iterator[None]:
    """These hands work beside the test."""
    stopping = threading.Event()
    threads = [threading.Thread(target=hand.work, args=(stopping,), daemon=True) for hand in hands]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(30)
