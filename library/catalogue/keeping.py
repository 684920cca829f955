"""Rows and stored files: no row names a file that is not there, and a file that no row names does not stay.

Between "the store has it already" and the row that names it, a sweep may take an orphan away. So both hold the key in
their transaction: who names it looks once more, who removes it asks for rows once more. On SQLite the one writer is
hold enough.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from library.catalogue.models import Deposit, DepositState, Rendition
from library.database import hold
from library.files.store import FileStore

COMING = Deposit.state.not_in((DepositState.REFUSED, DepositState.FAILED))


def are_there(session: Session, files: FileStore, keys: Collection[str]) -> bool:
    """Whether the store has all of them, and keeps them until this transaction has named them."""
    hold(session, keys)
    return all(files.stat(key) is not None for key in keys)


def named(session: Session, keys: Collection[str]) -> set[str]:
    """Which of the files a row still needs."""
    held = session.scalars(select(Rendition.key).where(Rendition.key.in_(keys)))
    coming = session.scalars(select(Deposit.key).where(Deposit.key.in_(keys), COMING))
    return {key for key in (*held, *coming) if key}


def named_from(session: Session, beginning: str, *, after: str, limit: int) -> list[str]:
    """The next files that a row still needs, in the order of their keys: with this beginning, and after that key."""
    found: set[str] = set()
    for key, needed in ((Rendition.key, true()), (Deposit.key, COMING)):
        part = select(key).where(key >= beginning, key < f"{beginning}g", key > after, needed)
        found.update(one for one in session.scalars(part.distinct().order_by(key).limit(limit)) if one)
    return sorted(found)[:limit]


def discard_unnamed(
    session: Session, files: FileStore, keys: Collection[str], *, kept_before: datetime | None = None
) -> int:
    """Remove those of the files that no row names, and that are older than `kept_before`; returns how many."""
    hold(session, keys)
    gone = 0
    for key in set(keys) - named(session, keys):
        stat = files.stat(key)
        if stat is not None and (kept_before is None or stat.kept_at <= kept_before):
            files.delete(key)
            gone += 1
    return gone
