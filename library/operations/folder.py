"""A folder of backups: each is a folder named by its moment, all share the files, which are kept once under their
hashes.

    FOLDER/2026-11-29T184200.123Z/manifest.json, settings.json, files.txt, tables/NAME.jsonl.gz
    FOLDER/files/ab/cd/<sha256>
    FOLDER/removed.json

A backup is whole when it stands under its name: until then it grows under another one. Everything is for the house's
own account only.
"""

import fcntl
import heapq
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from library.errors import Busy, Unknown, Wrong
from library.files.keys import check_key
from library.operations.rows import ENDING

FORMAT = 1
MANIFEST, SETTINGS, NAMES, TABLES, FILES, REMOVED = (
    "manifest.json",
    "settings.json",
    "files.txt",
    "tables",
    "files",
    "removed.json",
)
GROWING, GOING, LOCK = ".growing-", ".going-", ".lock"
PREFIXES = tuple(f"{number:02x}" for number in range(256))


class BackupRunning(Busy):
    code = "backup-running"
    vi = "Một lần sao lưu khác đang ghi vào thư mục này. Chờ xong rồi chạy lại."
    en = "Another backup is writing into this folder. Run it again when that one is done."


class NoBackup(Unknown):
    code = "no-backup"
    vi = "Không thấy bản sao lưu trọn vẹn nào ở {place}."
    en = "There is no whole backup in {place}."


class BackupUnreadable(Wrong):
    code = "backup-unreadable"
    vi = "Không đọc được bản kê của bản sao lưu {place}, hoặc nó do một bản Hoclieu mới hơn viết."
    en = "The manifest of the backup {place} cannot be read, or a newer Hoclieu has written it."


@dataclass(frozen=True)
class Manifest:
    """What one backup holds. `gone`: files that were removed while it was made; `damaged`: files that the house itself
    had no more as they were.
    """

    app: str
    schema: str
    taken_at: datetime
    tables: dict[str, dict[str, Any]]  # name: rows, sha256
    files: dict[str, Any]  # count, sha256 of files.txt
    settings: str  # sha256 of settings.json
    gone: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    def write(self, path: Path) -> None:
        """As JSON."""
        write_private(
            path,
            json.dumps(asdict(self) | {"taken_at": self.taken_at.isoformat()}, ensure_ascii=False, indent=1) + "\n",
        )


@dataclass(frozen=True)
class One:
    """One whole backup."""

    place: Path
    manifest: Manifest

    def named(self) -> Iterator[str]:
        """The files it needs, in order."""
        with (self.place / NAMES).open(encoding="ascii") as lines:
            for line in lines:
                yield check_key(line.strip())

    def file(self, key: str) -> Path:
        """Where one of them lies."""
        return place_of(self.place.parent, key)

    def table(self, name: str) -> Path:
        """The rows of a table."""
        return self.place / TABLES / f"{name}{ENDING}"


def place_of(folder: Path, key: str) -> Path:
    """Where a folder of backups keeps the file of this key."""
    return folder / FILES / key[:2] / key[2:4] / check_key(key)


def name_at(moment: datetime) -> str:
    """What a backup of this moment is called; names sort as moments do."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H%M%S}.{moment.microsecond // 1000:03d}Z"


def whole_ones(folder: Path) -> list[Path]:
    """The whole backups, oldest first."""
    return sorted(one.parent for one in folder.glob(f"*/{MANIFEST}") if not one.parent.name.startswith("."))


def opened(folder: Path, name: str | None = None) -> One:
    """The newest backup in a folder, or the one of that name. Raises NoBackup, BackupUnreadable."""
    found = [one for one in whole_ones(folder) if name in (None, one.name)]
    if not found:
        raise NoBackup(place=folder / name if name else folder)
    place = found[-1]
    try:
        told = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise BackupUnreadable(place=place)
        return One(place, Manifest(**told | {"taken_at": datetime.fromisoformat(told["taken_at"])}))
    except (ValueError, KeyError, TypeError) as error:
        raise BackupUnreadable(place=place) from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else writes into it meanwhile; what a killed one left is swept away. Raises BackupRunning."""
    make_private(folder)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise BackupRunning from busy
        for left in (*folder.glob(f"{GROWING}*"), *folder.glob(f"{GOING}*")):
            shutil.rmtree(left)
        yield
    finally:
        os.close(descriptor)


def keep(folder: Path, most: int) -> int:
    """Let go of all backups but the newest `most`, and of the files that only they needed; returns how many backups
    went.
    """
    ones = whole_ones(folder)
    old = ones[:-most]
    for one in old:
        going = one.rename(folder / f"{GOING}{one.name}")
        shutil.rmtree(going)
    if old:
        _sweep(folder, ones[-most:])
    return len(old)


def _sweep(folder: Path, kept: Sequence[Path]) -> None:
    """Files that no backup names, a slice of the keys at a time: a province has a hundred million."""
    named = groupby(heapq.merge(*(opened(folder, one.name).named() for one in kept)), key=lambda key: key[:2])
    slice_of, keys = next(named, ("", iter(())))
    for prefix in PREFIXES:
        needed = set(keys) if slice_of == prefix else set()
        if slice_of == prefix:
            slice_of, keys = next(named, ("", iter(())))
        for path in (folder / FILES / prefix).glob("*/*"):
            if path.name not in needed:
                path.unlink()


def make_private(folder: Path) -> Path:
    """The folder, for our own account only when it is new."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, words: str) -> None:
    """A text file for our own account only; never half of it under its name."""
    growing = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())
    growing.rename(path)
