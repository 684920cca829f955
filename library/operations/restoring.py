"""A backup back into an empty house: everything is looked at before anything is written, then the files, then all rows
in one transaction.
"""

import json
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table, inspect, select
from sqlalchemy.orm import Session

from library import audit
from library.database import Base
from library.errors import Clash, Wrong
from library.files.keys import hash_of
from library.files.store import FileStore, is_whole
from library.operations import backups, deletions, rows
from library.operations.deletions import Deletion, Tombstone
from library.operations.folder import NAMES, REMOVED, SETTINGS, One

# a house that nobody has used has no row in any of them
LIVED_IN = ("person", "work", "deposit", "item", "loan", "membership")
SHOWN = 20


class HouseNotEmpty(Clash):
    code = "house-not-empty"
    vi = "Thư viện này đã có dữ liệu ({table}). Chỉ phục hồi vào một thư viện trống, để không ghi đè lên gì cả."
    en = (
        "This house holds data already ({table}). A backup is restored into an empty house only, so that nothing is "
        "written over."
    )


class BackupDamaged(Wrong):
    code = "backup-damaged"
    vi = "Bản sao lưu không còn nguyên vẹn, chưa ghi gì vào thư viện. Hỏng hoặc thiếu {count} tệp: {names}"
    en = "The backup is not whole; nothing has been written into the house. Damaged or missing: {count}: {names}"


class BackupOfOtherSchema(Clash):
    code = "backup-of-other-schema"
    vi = (
        "Cơ sở dữ liệu trống này ở phiên bản {here}, bản sao lưu ở {there}. Bỏ cơ sở dữ liệu trống đi rồi phục hồi, "
        "trước khi chạy `hoclieu migrate`."
    )
    en = (
        "This empty database stands at revision {here}, the backup at {there}. Take an empty database and restore "
        "before you run `hoclieu migrate`."
    )


def refuse_lived_in(connection: Connection) -> None:
    """Raises HouseNotEmpty."""
    there = set(inspect(connection).get_table_names())
    for name in LIVED_IN:
        if name in there and connection.execute(select(Base.metadata.tables[name].c[0]).limit(1)).first() is not None:
            raise HouseNotEmpty(table=name)


def verify(one: One, told: Callable[[int, int], object] = max) -> None:
    """Read everything that the backup holds and compare it with the hashes. Raises BackupDamaged, which names what is
    not whole.
    """
    faults = [f"{path.name}" for path, digest in _written(one) if not path.is_file() or hash_of(path) != digest]
    if NAMES not in faults:
        faults += _damaged(one, told)
    if faults:
        raise BackupDamaged(count=len(faults), names=", ".join(faults[:SHOWN]) + (" …" if len(faults) > SHOWN else ""))


def _written(one: One) -> Iterator[tuple[Path, str]]:
    yield one.place / SETTINGS, one.manifest.settings
    yield one.place / NAMES, one.manifest.files["sha256"]
    for name, table in one.manifest.tables.items():
        yield one.table(name), table["sha256"]


def _damaged(one: One, told: Callable[[int, int], object]) -> Iterator[str]:
    known = {*one.manifest.gone, *one.manifest.damaged}
    for number, key in enumerate(one.named(), 1):
        path = one.file(key)
        if key not in known and (not path.is_file() or hash_of(path) != key):
            yield key
        told(number, one.manifest.files["count"])


def put_files(one: One, files: FileStore, aside: Path, told: Callable[[int, int], object] = max) -> None:
    """Every file into the store; what is there already and whole stays. As often as you like. Raises BackupDamaged,
    StoreAway.
    """
    known = {*one.manifest.gone, *one.manifest.damaged}
    for number, key in enumerate((key for key in one.named() if key not in known), 1):
        if files.stat(key) is None or not is_whole(files, key):
            _put(one.file(key), key, files, aside / f".{uuid.uuid4().hex}")
        told(number, one.manifest.files["count"])


def _put(source: Path, key: str, files: FileStore, copy: Path) -> None:
    try:
        shutil.copyfile(source, copy)  # no link, so that nothing that befalls the one befalls the other
        if hash_of(copy) != key:
            raise BackupDamaged(count=1, names=key)
        files.delete(key)  # other bytes under this key are no file of ours
        files.put(key, copy, "application/octet-stream", hashed=True)
    finally:
        copy.unlink(missing_ok=True)


def load(connection: Connection, one: One) -> None:
    """All rows, into an empty schema of the backup's revision. Raises HouseNotEmpty."""
    refuse_lived_in(connection)
    rows.load_all(connection, one.place / "tables", one.manifest.tables)


def settle(session: Session, one: One, *, at: datetime) -> None:
    """The house knows from when it is, and that there is this backup. Its index is filled from these very rows next, so
    none is behind.
    """
    work: Table = Base.metadata.tables["work"]
    session.execute(work.update().values(indexed_revision=work.c.revision))
    backup = backups.done(session, taken_at=one.manifest.taken_at, at=at)
    audit.tell(
        session,
        "house-restored",
        backup,
        unit_id=None,
        by=None,
        at=at,
        taken=one.manifest.taken_at.isoformat(timespec="seconds"),
        app=one.manifest.app,
    )


def removed_since(session: Session, folder: Path) -> list[Deletion]:
    """What had been removed for good when this folder got its newest backup, and came back with this older one: to be
    removed once more.
    """
    path = folder / REMOVED
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [deletion for stone in _stones(told) if (deletion := deletions.remember(session, stone)) is not None]


def _stones(told: Iterable[dict[str, str]]) -> Iterator[Tombstone]:
    for one in told:
        subject, unit = uuid.UUID(one["subject_id"]), uuid.UUID(one["unit_id"])
        yield Tombstone(
            one["kind"],
            subject,
            unit,
            one["reason"],
            datetime.fromisoformat(one["deleted_at"]),
            datetime.fromisoformat(one["done_at"]),
        )
