"""The folders of a home: which index is live, which one is being built, which nobody needs."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

FORMAT = "v3"  # a new schema is a new folder, filled again from the database
CURRENT, BUILDING, ALONE = "current", "building.json", "building.lock"


def current(home: Path) -> str:
    """The folder of the live index."""
    with suppress(FileNotFoundError):
        name = (home / CURRENT).read_text(encoding="utf-8")
        if name.startswith(FORMAT):
            return name
    return FORMAT


def begun_in(home: Path) -> dict[str, Any] | None:
    """A rebuild that was begun, of this format, and has not taken over yet; a note that cannot be read is none."""
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        begun: dict[str, Any] = json.loads((home / BUILDING).read_text(encoding="utf-8"))
        if begun["name"].startswith(FORMAT) and begun["name"] != current(home):
            return begun
    return None


def clear_away(home: Path, live: str) -> None:
    """Remove indexes that nobody reads or builds any more; who has one open keeps what is mapped.

    The folders are listed before the notes are read: a rebuild writes its note first, so what begins meanwhile is not
    in the list.
    """
    folders = [folder for folder in home.iterdir() if folder.is_dir() and folder.name.startswith("v")]
    begun = begun_in(home)
    kept = {live, begun["name"] if begun else live, current(home)}
    for folder in folders:
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """All of it or nothing, whatever happens."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
