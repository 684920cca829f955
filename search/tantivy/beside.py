"""A new index that grows beside the live one."""

import fcntl
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from search.index import Index, IndexAway, IndexLost
from search.tantivy.folders import ALONE, BUILDING, CURRENT, FORMAT, begun_in, write_whole
from search.tantivy.index import TantivyIndex
from search.tantivy.opening import told


class TantivyBeside:
    """The Beside port: a folder of its own, with its name and how far it is filled in a small file next to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with told(IndexAway):
            home.mkdir(parents=True, exist_ok=True)
            self.alone = os.open(home / ALONE, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(self.alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.index: Index = self._begun() or self._begin()
            except BaseException:
                os.close(self.alone)
                raise

    def keep(self, done: int) -> None:
        """Commit, then write the place down."""
        self.index.commit()
        self.done = done
        with told(IndexAway):
            self._note()

    def take_over(self) -> None:
        """The pointer changes in one step; the old folder goes when its writer has noticed."""
        self.index.commit()
        self.index.close()
        with told(IndexAway):
            write_whole(self.home / CURRENT, self.name)
            (self.home / BUILDING).unlink(missing_ok=True)

    def close(self) -> None:
        """It stays in its folder."""
        self.index.close()
        os.close(self.alone)

    def _begun(self) -> Index | None:
        """What an earlier builder left, unless that was damaged too."""
        begun = begun_in(self.home)
        if begun is None:
            return None
        self.name, self.done, self.started_at = (
            begun["name"],
            int(begun["done"]),
            datetime.fromisoformat(begun["started"]),
        )
        if self.done < 0 or (self.home / self.name).is_dir():
            with suppress(IndexLost):
                return TantivyIndex(self.home, writing=True, name=self.name)
        return None

    def _begin(self) -> Index:
        self.started_at, self.done = datetime.now(UTC), -1
        self.name = f"{FORMAT}-{self.started_at:%Y%m%d%H%M%S%f}"
        self._note()
        return TantivyIndex(self.home, writing=True, name=self.name)

    def _note(self) -> None:
        write_whole(
            self.home / BUILDING,
            json.dumps({"name": self.name, "done": self.done, "started": self.started_at.isoformat()}),
        )
