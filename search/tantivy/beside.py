"""A new index that grows beside the live one."""

import json
from datetime import UTC, datetime
from pathlib import Path

from search.index import Index
from search.tantivy.folders import BUILDING, CURRENT, FORMAT, begun_in, write_whole
from search.tantivy.index import TantivyIndex


class TantivyBeside:
    """The Beside port: a folder of its own, with its name and how far it is filled in a small file next to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        begun = begun_in(home)
        self.name = begun["name"] if begun else f"{FORMAT}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        self.started_at = datetime.fromisoformat(begun["started"]) if begun else datetime.now(UTC)
        self.done = int(begun["done"]) if begun else -1
        self._note()
        self.index: Index = TantivyIndex(home, writing=True, name=self.name)

    def keep(self, done: int) -> None:
        """Commit, then write the place down."""
        self.index.commit()
        self.done = done
        self._note()

    def take_over(self) -> None:
        """The pointer changes in one step; the old folder goes when its writer has noticed."""
        self.index.commit()
        self.index.close()
        write_whole(self.home / CURRENT, self.name)
        (self.home / BUILDING).unlink()

    def close(self) -> None:
        """It stays in its folder."""
        self.index.close()

    def _note(self) -> None:
        write_whole(self.home / BUILDING, json.dumps({"name": self.name, "done": self.done, "started": self.started_at.isoformat()}))
