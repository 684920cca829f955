"""The index of a folder. The engine works without the interpreter's lock, so it counts in a thread of its own while the
best documents are looked for.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

import tantivy
from tantivy import FieldType, Query

from search.clauses import Clause, to_count
from search.documents import Document
from search.index import MOST_WORKS, Counts, Entry, Hit, Hits, IndexAway, unheard
from search.tantivy.compiling import compiled
from search.tantivy.fields import NUMBERS, row_of, schema
from search.tantivy.folders import clear_away, current
from search.tantivy.opening import META, make, open_reader, open_writer, told, wait_for_lock

QUERIES_KEPT = 64  # ready for whoever asks the same: what many look for, the next page, a deeper look
AT_ONCE = 500  # works whose documents are listed together


class TantivyIndex:
    """The Index port on a folder of this machine. `name` holds it to one index, whichever is live."""

    def __init__(self, home: Path, *, writing: bool, name: str | None = None) -> None:
        self.home, self.writing, self.fixed = home, writing, name
        self.schema = schema()
        self.compiled = lru_cache(QUERIES_KEPT)(partial(compiled, self.schema))
        self.folder = Path()
        self.index: tantivy.Index | None = None  # a reader opens it when it is first asked
        self.writer: tantivy.IndexWriter | None = None
        self.dirty = False
        self.beside: Executor = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="counting")
        if writing:
            with told():
                live = name or current(home)
                make(home / live, self.schema)
                self._enter(live)

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents to the running batch."""
        writer = self._writer()
        for one in documents:
            row = row_of(one)
            with told(IndexAway):
                writer.add_document(row)

    def delete(self, work_id: str) -> None:
        """Remove a work in the running batch; works on raw text terms only, hence the id as text."""
        writer = self._writer()
        with told(IndexAway):
            writer.delete_documents_by_term("work_id", work_id)

    def commit(self) -> None:
        """Fsync and show."""
        writer = self._writer()
        with told(IndexAway):
            wait_for_lock(self.folder)
            writer.commit()
        self.dirty = False

    def forget(self) -> None:
        """Back to the last commit."""
        writer = self._writer()
        with told(IndexAway):
            writer.rollback()
        self.dirty = False

    def count(self) -> int:
        """Documents as last committed."""
        return int(self._searcher().num_docs)

    def search(
        self,
        clause: Clause,
        *,
        limit: int,
        upon: Callable[[Counts], object] = unheard,
        counted: Callable[[], Counts] | None = None,
    ) -> Hits:
        """Best documents first, with exact counts."""
        searcher = self._searcher()
        counting = counted or self.beside.submit(self._counted, searcher, clause, upon)
        query = self.compiled(clause)
        with told():
            found = searcher.search(query, limit=limit, count=False)
            addresses = [address for _, address in found.hits]
            keys = searcher.fast_field_values("work_key", addresses)
            pages = searcher.fast_field_values("page", addresses)
        hits = [
            Hit(int(key or 0), int(page or 0), score)
            for (score, _), key, page in zip(found.hits, keys, pages, strict=True)
        ]
        return Hits.numbered(hits, limit, counting)

    def works(self) -> int:
        """Counted by looking: an index that cannot be read does not know how many it ought to have."""
        searcher = self._searcher()
        with told():
            # its stubs forget it
            return int(searcher.search(self._all_works(), limit=1, count=True).count or 0)  # type: ignore[attr-defined]

    def entries(self) -> Iterator[Entry]:
        """Listed some works at a time, from one state of the index."""
        searcher = self._searcher()
        most = max(1, int(searcher.num_docs))
        with told():
            works = searcher.search(self._all_works(), limit=most, count=False)
            keys = sorted(
                int(key or 0) for key in searcher.fast_field_values("work_key", [address for _, address in works.hits])
            )
        for lower, upper in pairwise([None, *keys[AT_ONCE::AT_ONCE], None]):
            yield from self._between(searcher, lower, upper, most)

    def close(self) -> None:
        """Wait for merges and give the lock back."""
        self.beside.shutdown()
        self._leave()

    def _leave(self) -> None:
        writer, self.writer = self.writer, None
        if writer is not None:
            with suppress(ValueError):  # what it merged has gone with its folder
                writer.wait_merging_threads()

    def _enter(self, name: str) -> None:
        """Open an index of this home; the only writer also clears away what nobody needs."""
        folder = self.home / name
        writer: tantivy.IndexWriter | None = None
        if self.writing:
            index, writer = open_writer(folder)
        else:
            index = open_reader(folder)
        seen = _stamp(folder)
        self._leave()
        self.folder, self.index, self.writer, self.dirty, self.seen = folder, index, writer, False, seen
        if self.writing and not self.fixed:
            clear_away(self.home, name)

    def _follow(self) -> None:
        """Go where the live index is now."""
        name = self.fixed or current(self.home)
        if self.index is None or name != self.folder.name:
            self._enter(name)

    def _between(self, searcher: tantivy.Searcher, lower: int | None, upper: int | None, most: int) -> Iterator[Entry]:
        """The documents of the works from `lower` to below `upper`."""
        whole = lower is upper is None
        query = (
            Query.all_query()
            if whole
            else Query.range_query(self.schema, "work_key", FieldType.Unsigned, lower, upper, True, upper is None)
        )
        with told():
            addresses = [address for _, address in searcher.search(query, limit=most, count=False).hits]
            columns = [searcher.fast_field_values(name, addresses) for name in NUMBERS]
        yield from sorted(Entry(*(int(value or 0) for value in row)) for row in zip(*columns, strict=True))

    def _counted(self, searcher: tantivy.Searcher, clause: Clause, upon: Callable[[Counts], object]) -> Counts:
        """Exact counts; leaving out what only raises scores halves the work."""
        works = {"terms": {"field": "work_key", "size": MOST_WORKS}, "aggs": {"first": {"min": {"field": "page"}}}}
        pages = {"range": {"field": "page", "ranges": [{"from": 1.0}]}}
        query = self.compiled(to_count(clause))
        with told():
            found = searcher.aggregate(query, {"works": works, "pages": pages})
        buckets = found["works"]["buckets"]
        pages_of = {int(one["key"]): int(one["doc_count"]) - (one["first"]["value"] == 0) for one in buckets}
        total = sum(int(one["doc_count"]) for one in found["pages"]["buckets"] if one.get("from") == 1.0)
        counts = Counts(total, pages_of, len(buckets) == MOST_WORKS)
        upon(counts)
        return counts

    def _searcher(self) -> tantivy.Searcher:
        with told():
            if not self.dirty:
                self._follow()
            index, stamp = self.index, _stamp(self.folder)
            if index is None:
                raise RuntimeError("an index is opened before its first batch")
            if stamp != self.seen or self.writer is not None:
                wait_for_lock(self.folder)
                index.reload()
                self.seen = stamp
            return index.searcher()

    def _all_works(self) -> Query:
        return Query.term_query(self.schema, "page_term", "0", "basic")

    def _writer(self) -> tantivy.IndexWriter:
        """The writer of the live index, which stays the same from the first word of a batch to its commit."""
        if not self.dirty:
            with told():
                self._follow()
        if self.writer is None:
            raise RuntimeError("this index was opened for reading")
        self.dirty = True
        return self.writer


def _stamp(folder: Path) -> tuple[int, int]:
    """Changes with every commit of any process."""
    stat = (folder / META).stat()
    return stat.st_mtime_ns, stat.st_ino
