"""The chain over the audit: the lines of each unit are sealed into hashes, so that whoever changes, removes, adds or
moves one is found.

A line's digest is taken over its predecessor's digest and its own ids, codes, digests and facts, each with its length
before it. Running numbers are left out, and so are names of people: erasing a person breaks nothing. What a chain
cannot see by itself, that its newest lines are gone, is seen with a head that was exported before (`heads`) and is kept
where the writer of the database cannot reach.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from library.audit import Event

log = structlog.get_logger()
AT_ONCE = 500  # lines sealed in one transaction
ONE_SEALER = 0x484F434C  # the advisory lock of PostgreSQL; on SQLite there is one writer anyway
GENESIS = "hoclieu-audit-1"


@dataclass(frozen=True)
class Head:
    """The newest sealed line of a chain; `unit_id` is None for the deployment's own."""

    unit_id: uuid.UUID | None
    place: int
    digest: str


@dataclass(frozen=True)
class Break:
    """The first broken link of a chain, and in which way it is broken: missing, moved, cut, changed, head-gone."""

    unit_id: uuid.UUID | None
    place: int
    how: str


def genesis(unit_id: uuid.UUID | None) -> str:
    """What the first line of a chain names as its predecessor."""
    return hashlib.sha256(f"{GENESIS}:{unit_id or ''}".encode()).hexdigest()


def digest_of(line: Event, place: int, previous: str) -> str:
    """The hash of a line at this place after that predecessor."""
    moment = line.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
    facts = json.dumps(line.facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    fields = (
        previous,
        place,
        line.id,
        moment,
        line.act,
        line.unit_id,
        line.person_id,
        line.on_behalf_of,
        line.subject_kind,
        line.subject_id,
        line.before,
        line.after,
        facts,
        line.origin,
    )
    return hashlib.sha256(b"".join(_prefixed(field) for field in fields)).hexdigest()


def waiting(session: Session) -> bool:
    """Whether there is anything to seal; takes no lock."""
    return session.scalar(select(Event.sequence).where(Event.place.is_(None)).limit(1)) is not None


def seal(session: Session, *, at_once: int = AT_ONCE) -> int:
    """Seal the lines that wait, oldest first, and return how many. While another transaction seals, nothing is done.

    A line that cannot be told in bytes holds up its own chain, and no other.
    """
    if not _alone(session):
        return 0
    lines = session.scalars(select(Event).where(Event.place.is_(None)).order_by(Event.sequence).limit(at_once)).all()
    ends: dict[uuid.UUID | None, tuple[int, str]] = {}
    held_up = set[uuid.UUID | None]()
    sealed = 0
    for line in lines:
        if line.unit_id in held_up:
            continue
        place, previous = ends.get(line.unit_id) or _end(session, line.unit_id)
        try:
            digest = digest_of(line, place + 1, previous)
        except (ValueError, TypeError) as error:
            log.error("audit-line-broken", sequence=line.sequence, error=str(error))
            held_up.add(line.unit_id)
            continue
        line.place, line.previous, line.digest = place + 1, previous, digest
        ends[line.unit_id] = (place + 1, digest)
        sealed += 1
    session.flush()
    return sealed


def heads(session: Session) -> list[Head]:
    """The newest sealed line of every chain."""
    newest = select(Event.unit_id).where(Event.place.is_not(None)).distinct()
    return [Head(row.unit_id, *_end(session, row.unit_id)) for row in session.execute(newest).all()]


def verify(
    session: Session, unit_ids: Iterable[uuid.UUID | None], known: Sequence[Head] = ()
) -> tuple[list[Break], int]:
    """The first broken link of each of these chains that has one, and how many lines were looked at. `known`: heads
    exported before.
    """
    breaks, lines = [], 0
    for unit_id in unit_ids:
        promised: dict[int, set[str]] = {}
        for head in known:
            if head.unit_id == unit_id:
                promised.setdefault(head.place, set()).add(head.digest)
        broken, count = _verify_one(session, unit_id, promised)
        lines += count
        if broken is not None:
            breaks.append(broken)
    return breaks, lines


def chains(session: Session) -> set[uuid.UUID | None]:
    """The units that have sealed lines."""
    return set(session.scalars(select(Event.unit_id).where(Event.place.is_not(None)).distinct()))


def _verify_one(session: Session, unit_id: uuid.UUID | None, promised: dict[int, set[str]]) -> tuple[Break | None, int]:
    place, previous = 0, genesis(unit_id)
    for line in _sealed(session, unit_id):
        how = _fault(line, place + 1, previous)
        if how is not None:
            return Break(unit_id, place + 1, how), place
        place, previous = place + 1, line.digest or ""
        if promised.pop(place, {previous}) != {previous}:
            return Break(unit_id, place, "head-gone"), place
    return (Break(unit_id, place + 1, "head-gone") if promised else None), place


def _fault(line: Event, place: int, previous: str) -> str | None:
    if line.place != place:
        return "missing" if (line.place or 0) > place else "moved"
    if line.previous != previous:
        return "cut"
    return None if line.digest == digest_of(line, place, previous) else "changed"


def _sealed(session: Session, unit_id: uuid.UUID | None) -> Iterator[Event]:
    mine = select(Event).where(Event.unit_id == unit_id, Event.place.is_not(None)).order_by(Event.place, Event.sequence)
    return session.scalars(mine.execution_options(yield_per=AT_ONCE, populate_existing=True))


def _end(session: Session, unit_id: uuid.UUID | None) -> tuple[int, str]:
    """Place and digest of the newest sealed line; place 0 with the genesis before the first."""
    newest = (
        select(Event.place, Event.digest)
        .where(Event.unit_id == unit_id, Event.place.is_not(None))
        .order_by(Event.place.desc())
        .limit(1)
    )
    row = session.execute(newest).first()
    return (row[0] or 0, row[1] or "") if row is not None else (0, genesis(unit_id))


def _alone(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": ONE_SEALER}))


def _prefixed(field: object) -> bytes:
    if field is None:
        return b"-"
    told = str(field).encode()
    return b"%d:%b" % (len(told), told)
