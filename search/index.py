"""The port: what the house asks of a search engine. The index is derived; it answers with numbers of works and pages, never with rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from search.clauses import Clause
from search.documents import Document


class Hit(NamedTuple):
    """One document that matches; page 0 is the work itself."""

    work_key: int
    page: int
    score: float


@dataclass(frozen=True)
class Hits:
    """The best documents, and the exact numbers behind them."""

    hits: list[Hit]
    page_total: int  # matching pages, exact
    pages_of: dict[int, int]  # matching pages of each work: of at most MOST_WORKS works
    more_works: bool  # there are more works than `pages_of` names


MOST_WORKS = 101


class Index(Protocol):
    """What every adapter promises. One process writes; any number read what was committed."""

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents; delete the work's old ones first."""

    def delete(self, work_id: str) -> None:
        """Remove all documents of a work."""

    def commit(self) -> None:
        """Make what was written safe and visible."""

    def search(self, clause: Clause, *, limit: int) -> Hits:
        """The best `limit` documents for a clause."""

    def count(self) -> int:
        """How many documents there are."""

    def close(self) -> None:
        """Give the index back."""


def open_index(url: str, *, writing: bool = False) -> Index:
    """The index that the URL names. Raises BlockingIOError when another process is writing it."""
    if urlsplit(url).scheme != "tantivy":
        raise ValueError(f"no adapter for {url}")
    from search.tantivy import TantivyIndex  # noqa: PLC0415  # a URL's scheme imports its adapter

    return TantivyIndex(Path(urlsplit(url).path), writing=writing)
