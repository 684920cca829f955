"""The row is the queue: a row that has work to do carries its due time, its lease and its tries.

Work is enqueued by setting `due_at` in the transaction of the change that needs it. Any worker on any machine claims
the row; a dead worker's lease expires and another takes over. A worker that lost its lease changes nothing any more.

A try is counted when it begins and taken back when nobody is to blame for its end. So a lease that was lost has cost a
try like one that failed: a row that kills its workers is set aside too. Whatever is kept on the way shows that the row
is sound, and the count begins anew.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Index,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

MOST_TRIES = 3
LONGEST_ERROR = 500


class Workable:
    """A row that may have work to do. A model whose rows belong to schools names their column, and has an index over it
    and `due_at`.
    """

    id: Mapped[uuid.UUID]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    set_aside_at: Mapped[datetime | None]

    @classmethod
    def share_by(cls) -> Any:
        """The column of the school among which workers share their time fairly; None: oldest first."""
        return None


def shared_queue(table: str) -> Index:
    """The index by which `claim` finds each school's oldest due row; only rows that have work to do stand in it."""
    waiting = text("due_at IS NOT NULL")
    return Index(f"ix_{table}_queue", "unit_id", "due_at", sqlite_where=waiting, postgresql_where=waiting)


def leases(table: str) -> Index:
    """The index by which `claim` counts what is in work."""
    held = text("lease_until IS NOT NULL")
    return Index(f"ix_{table}_leases", "lease_until", "unit_id", sqlite_where=held, postgresql_where=held)


Row = TypeVar("Row", bound=Workable)


@dataclass(frozen=True)
class Lease:
    """The right to work on one row until it expires. `holder` is unlike that of any other claim."""

    model: type[Any]
    row_id: uuid.UUID
    holder: str
    attempt: int

    @property
    def worn_out(self) -> bool:
        """Whether all tries before this one ended without a word: the workers died, or were thought dead."""
        return self.attempt > MOST_TRIES


class WornOut(Exception):
    """A row whose every try ended without a word."""

    def __str__(self) -> str:
        return f"each of {MOST_TRIES} workers that began it died, or was silent too long"


class LeaseLost(Exception):
    """Another worker holds this row now; whatever we still hold in our hands must be dropped."""


def enqueue(row: Workable, *, at: datetime) -> None:
    """Say in this transaction that the row has work to do; earlier failures are forgotten, a running lease goes on."""
    row.due_at = at
    if row.lease_until is None:
        row.attempts = 0
    row.last_error = None
    row.set_aside_at = None


def claim(
    session: Session, model: type[Row], *only: ColumnElement[bool], worker: str, at: datetime, seconds: float
) -> tuple[Row, Lease] | None:
    """Take a due row (of those that `only` names) with a lease of `seconds`; None when there is none.

    First the school that has the fewest rows in work, then the oldest row.

    Sound because the transaction writes from its first statement: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by SKIP
    LOCKED.
    """
    for school in _by_turn(session, model, at=at):
        waiting = select(model).where(*_free(model, at), *school, *only).order_by(model.due_at, model.id).limit(1)
        row = session.scalars(waiting.with_for_update(skip_locked=True, of=model)).first()
        if row is not None:
            row.attempts += 1
            row.leased_by = f"{worker}/{uuid.uuid4().hex[:8]}"
            row.lease_until = at + timedelta(seconds=seconds)
            session.flush()
            return row, Lease(model, row.id, row.leased_by, row.attempts)
    return None


def _free(model: type[Workable], at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return (model.due_at <= at, or_(model.lease_until.is_(None), model.lease_until <= at), model.set_aside_at.is_(None))


def _by_turn(session: Session, model: type[Row], *, at: datetime) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """One condition for each school that has due rows, in the order in which they take their turn; one empty condition
    for a model without schools.

    One short question of the indexes, a step a school, however many rows it has: its first due row, and how many of its
    rows are in work.
    """
    column = model.share_by()
    if column is None:
        return [()]
    found = session.execute(_turns(model), {"at": at}).all()  # type: ignore[arg-type]  # a class can be hashed
    waiting = sorted((row for row in found if row.oldest is not None), key=lambda row: (row.held, row.oldest))
    return [(column == row.school,) for row in waiting]


@cache
def _turns(model: type[Workable]) -> Select[Any]:
    """The question of `_by_turn`: to build it takes longer than to ask it, and every idle worker asks it all day."""
    at: BindParameter[datetime] = bindparam("at")
    column = model.share_by()
    first = select(column).where(model.due_at.is_not(None)).order_by(column).limit(1)
    schools = select(first.scalar_subquery().label("school")).cte("schools", recursive=True)
    following = first.where(column > schools.c.school).scalar_subquery()
    schools = schools.union_all(select(following).where(schools.c.school.is_not(None)))
    oldest = select(func.min(model.due_at)).where(column == schools.c.school, *_free(model, at)).scalar_subquery()
    held = select(func.count()).where(column == schools.c.school, model.lease_until > at).scalar_subquery()
    return select(schools.c.school, held.label("held"), oldest.label("oldest")).where(schools.c.school.is_not(None))


def _mine(lease: Lease) -> Any:
    model = lease.model
    return and_(model.id == lease.row_id, model.leased_by == lease.holder)


def _one_less(lease: Lease) -> Any:
    """The tries without this one."""
    return case((lease.model.attempts > 0, lease.model.attempts - 1), else_=0)


def held(session: Session, leases: Iterable[Lease]) -> set[uuid.UUID]:
    """The rows among these that are still held by them."""
    by_model: dict[type[Any], list[Lease]] = {}
    for lease in leases:
        by_model.setdefault(lease.model, []).append(lease)
    return {
        row_id
        for model, some in by_model.items()
        for row_id in session.scalars(select(model.id).where(or_(*map(_mine, some))))
    }


def waits(session: Session, model: type[Workable], *only: ColumnElement[bool], at: datetime) -> bool:
    """Whether anybody could claim a row (of those that `only` names) now."""
    return session.scalar(select(model.id).where(*_free(model, at), *only).limit(1)) is not None


def settle(session: Session, lease: Lease, **values: Any) -> None:
    """Write what a step found, only while the row is ours. Raises LeaseLost."""
    done = session.execute(update(lease.model).where(_mine(lease)).values(**values))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise LeaseLost(f"{lease.model.__name__} {lease.row_id}")


def renew(session: Session, lease: Lease, *, at: datetime, seconds: float, **found: Any) -> None:
    """Stretch the lease, with what was found out. Raises LeaseLost when it is no longer ours."""
    settle(session, lease, lease_until=at + timedelta(seconds=seconds), **found)


def finish(session: Session, lease: Lease, *, next_at: datetime | None = None, **found: Any) -> None:
    """The work is done (`next_at`: until then), with what was found out. Raises LeaseLost when it is no longer ours."""
    settle(session, lease, due_at=next_at, lease_until=None, leased_by=None, attempts=0, last_error=None, **found)


def give_back(session: Session, lease: Lease, **found: Any) -> None:
    """Stop without a verdict, as at SIGTERM: the try does not count and the row is free at once, or behind others
    (`due_at`).
    """
    settle(session, lease, lease_until=None, leased_by=None, attempts=_one_less(lease), **found)


def postpone(session: Session, lease: Lease, reason: str, *, at: datetime) -> None:
    """Try again in half a minute, as long as it takes: the cause lies outside this row (a full disk)."""
    give_back(session, lease, due_at=at + timedelta(seconds=30), last_error=reason[:LONGEST_ERROR])


def fail(session: Session, lease: Lease, error: str, *, at: datetime) -> bool:
    """Note a failed try: again with back-off, or set aside after three; returns whether it was set aside. Raises
    LeaseLost.
    """
    tries = session.scalar(select(lease.model.attempts).where(_mine(lease))) or 0
    last = tries >= MOST_TRIES
    again = None if last else at + timedelta(seconds=2.0**tries)
    aside = at if last else None
    settle(
        session,
        lease,
        due_at=again,
        lease_until=None,
        leased_by=None,
        last_error=error[:LONGEST_ERROR],
        set_aside_at=aside,
    )
    return last


def forget(row: Workable) -> None:
    """There is nothing to do any more, and whoever works on it finds the lease lost."""
    row.due_at = row.lease_until = row.leased_by = row.last_error = row.set_aside_at = None
    row.attempts = 0
