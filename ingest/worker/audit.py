"""The worker's part of the audit: seals what waits, and once a day writes the heads of all chains into a folder that
can be carried away.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.audit import sealing
from library.calendar import local_date
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from library.people.models import Unit

PAUSE = 1.0  # seconds
HEADS_PAUSE = 60.0


def seal(house: House) -> bool:
    """What waits."""
    seal_waiting(house)
    return False


def write_down(house: House) -> bool:
    """The heads, once a day; a hand of its own, because a folder that cannot be written is no reason to seal later."""
    keep_heads(house, at=now())
    return False


def seal_waiting(house: House) -> int:
    """Seal all that waits, one batch a transaction; takes no place for writing when there is nothing."""
    sealed = 0
    while True:
        with reading_session(house.engine) as session:
            if not sealing.waiting(session):
                return sealed
        with transaction(house.engine) as session:
            batch = sealing.seal(session)
        if not batch:
            return sealed
        sealed += batch


def heads_told(session: Session, *, at: datetime) -> list[dict[str, Any]]:
    """The heads of all chains, as they are exported; the deployment's own chain has no unit."""
    found = sealing.heads(session)
    codes: dict[Any, str] = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}
    told = [
        {
            "unit": codes.get(head.unit_id) if head.unit_id else None,
            "unit_id": str(head.unit_id) if head.unit_id else None,
            "place": head.place,
            "digest": head.digest,
            "moment": at.isoformat(timespec="seconds"),
        }
        for head in found
    ]
    return sorted(told, key=lambda one: (one["unit"] or "", one["unit_id"] or ""))


def keep_heads(house: House, *, at: datetime) -> None:
    """Write today's heads into HOME/audit-heads, once; readable for the house's own account only."""
    folder = house.settings.home.absolute() / "audit-heads"
    path = folder / f"{local_date(at):%Y-%m-%d}.jsonl"
    if path.exists():
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    seal_waiting(house)
    with reading_session(house.engine) as session:
        write_heads(path, heads_told(session, at=at))


def write_heads(path: Path, heads: list[dict[str, Any]]) -> None:
    """One object a line; there is never half a file."""
    growing = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(json.dumps(head, ensure_ascii=False) + "\n" for head in heads)
        file.flush()
        os.fsync(file.fileno())
    growing.rename(path)
