"""Making a backup while the house goes on: first the rows in one snapshot, then every file that they name, so no row's
file is missing.
"""

import json
import os
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library.database import reading_session
from library.files.keys import hash_of
from library.files.store import CHUNK, FileStore
from library.operations import deletions, rows
from library.operations.folder import (
    GROWING,
    MANIFEST,
    NAMES,
    REMOVED,
    SETTINGS,
    TABLES,
    Manifest,
    held,
    keep,
    make_private,
    name_at,
    place_of,
    write_private,
)

AT_ONCE = 1000  # keys
Named = Callable[[Session, str], list[str]]  # the next keys that rows name, in order, after this one
StillNamed = Callable[[Session, Collection[str]], set[str]]


@dataclass(frozen=True)
class Source:
    """What is backed up. `settings` are without secrets."""

    engine: Engine
    files: FileStore
    named: Named
    still_named: StillNamed
    app: str
    schema: str
    settings: dict[str, Any]


@dataclass
class Made:
    """What came of it."""

    place: Path
    manifest: Manifest
    copied: int  # files that the folder did not have yet
    copied_bytes: int
    let_go: int  # older backups


def make(source: Source, folder: Path, *, at: datetime, most: int, told: Callable[[int, int], object] = max) -> Made:
    """One more backup in the folder; the newest `most` stay, unless this one found damage: then all do. `told` hears
    files done and in all.

    Raises BackupRunning, StoreAway, OSError.
    """
    with held(folder):
        growing = make_private(folder / f"{GROWING}{uuid.uuid4().hex}")
        make_private(growing / TABLES)
        with reading_session(source.engine) as session:
            tables = rows.write_all(session, growing / TABLES)
            count = _write_names(session, source.named, growing / NAMES)
            removed = [asdict(stone) for stone in deletions.tombstones(session)]
        write_private(growing / SETTINGS, json.dumps(source.settings, ensure_ascii=False, indent=1) + "\n")
        copying = Copying(source.files, folder)
        copying.all_of(growing / NAMES, lambda done: told(done, count))
        gone, damaged = _sorted_out(source, copying.missing), copying.damaged
        manifest = Manifest(
            app=source.app,
            schema=source.schema,
            taken_at=at,
            tables={name: one._asdict() for name, one in tables.items()},
            files={"count": count, "sha256": hash_of(growing / NAMES)},
            settings=hash_of(growing / SETTINGS),
            gone=sorted(gone),
            damaged=sorted({*damaged, *copying.missing} - gone),
        )
        manifest.write(growing / MANIFEST)
        _remember_removed(folder / REMOVED, removed)
        os.sync()  # the files, too, are on the disk before the backup has its name
        place = growing.rename(folder / name_at(at))
        let_go = 0 if manifest.damaged else keep(folder, most)
    return Made(place, manifest, copying.copied, copying.copied_bytes, let_go)


def _write_names(session: Session, named: Named, path: Path) -> int:
    """All files that this snapshot names, in order; returns how many."""
    count, after = 0, ""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        while found := named(session, after):
            file.writelines(f"{key}\n" for key in found)
            count, after = count + len(found), found[-1]
    return count


def _sorted_out(source: Source, missing: list[str]) -> set[str]:
    """Of the files that the store has no more: those that no row of now names. They were removed while we copied, and
    nobody misses them.
    """
    with reading_session(source.engine) as session:
        return set(missing) - source.still_named(session, missing) if missing else set()


def _remember_removed(path: Path, removed: list[dict[str, Any]]) -> None:
    """Whatever was ever removed from the house, for the day when an older backup is restored."""
    known = (
        {(one["kind"], one["subject_id"]): one for one in json.loads(path.read_text(encoding="utf-8"))}
        if path.exists()
        else {}
    )
    for stone in removed:
        words = {
            name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in stone.items()
        }
        known[words["kind"], words["subject_id"]] = words
    write_private(path, json.dumps(list(known.values()), indent=1) + "\n")


class Copying:
    """Files on their way from the store into the folder; what it has already is never written over."""

    def __init__(self, files: FileStore, folder: Path) -> None:
        self.files, self.folder = files, folder
        self.missing: list[str] = []
        self.damaged: list[str] = []
        self.copied = self.copied_bytes = 0

    def all_of(self, names: Path, told: Callable[[int], object]) -> None:
        """Every file that the list names."""
        for number, key in enumerate(_lines(names), 1):
            if not place_of(self.folder, key).exists():
                self.one(key)
            told(number)

    def one(self, key: str) -> None:
        """One file, hashed on its way. What the store has no more, or no more as it was, is noted and the others go
        on.
        """
        final = place_of(self.folder, key)
        for parent in (final.parents[2], final.parents[1], final.parents[0]):
            make_private(parent)
        growing = final.with_name(f".{uuid.uuid4().hex}")
        try:
            size = self._fetch(key, growing)
            growing.rename(final)
            self.copied, self.copied_bytes = self.copied + 1, self.copied_bytes + size
        except FileNotFoundError:
            self.missing.append(key)
        except Damaged:
            self.damaged.append(key)
        finally:
            growing.unlink(missing_ok=True)

    def _fetch(self, key: str, growing: Path) -> int:
        digest, size = sha256(), 0
        with (
            self.files.open(key) as stored,
            os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            while chunk := stored.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
                size += len(chunk)
        if digest.hexdigest() != key:
            raise Damaged
        return size


class Damaged(Exception):
    """The store gives other bytes than it took."""


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="ascii") as lines:
        yield from (line.strip() for line in lines)
