"""The index of a folder. The engine works without the interpreter's lock, so it counts in a thread of its own while the best documents are looked for."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import tantivy
from tantivy import FieldType, Query

from search.clauses import Clause, to_count
from search.documents import Document
from search.index import MOST_WORKS, Counts, Entry, Hit, Hits, unheard
from search.tantivy.compiling import compiled
from search.tantivy.fields import NUMBERS, row_of, schema
from search.tantivy.folders import clear_away, current

HEAP = 30_000_000  # bytes
AT_ONCE = 500  # works whose documents are listed together


class TantivyIndex:
    """The Index port on a folder of this machine. `name` holds it to one index, whichever is live."""

    def __init__(self, home: Path, *, writing: bool, name: str | None = None) -> None:
        self.home, self.writing, self.fixed = home, writing, name is not None
        self.schema = schema()
        self.writer: tantivy.IndexWriter | None = None
        self.dirty = False
        self.beside: Executor = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="counting")
        self._enter(name or current(home))

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents to the running batch."""
        writer = self._writer()
        for one in documents:
            writer.add_document(row_of(one))

    def delete(self, work_id: str) -> None:
        """Remove a work in the running batch; works on raw text terms only, hence the id as text."""
        self._writer().delete_documents_by_term("work_id", work_id)

    def commit(self) -> None:
        """Fsync and show."""
        self._writer().commit()
        self.dirty = False

    def forget(self) -> None:
        """Back to the last commit."""
        self._writer().rollback()
        self.dirty = False

    def count(self) -> int:
        """Documents as last committed."""
        return int(self._searcher().num_docs)

    def search(self, clause: Clause, *, limit: int, upon: Callable[[Counts], object] = unheard) -> Hits:
        """Best documents first, with exact counts."""
        searcher = self._searcher()
        counting = self.beside.submit(self._counted, searcher, clause, upon)
        found = searcher.search(compiled(self.schema, clause), limit=limit, count=False)
        addresses = [address for _, address in found.hits]
        keys = searcher.fast_field_values("work_key", addresses)
        pages = searcher.fast_field_values("page", addresses)
        hits = [Hit(int(key or 0), int(page or 0), score) for (score, _), key, page in zip(found.hits, keys, pages, strict=True)]
        if len(hits) < limit:
            counting.cancel()
            return Hits.with_counts(hits, Counts.of(hits))
        return Hits(hits, counting.result)

    def entries(self) -> Iterator[Entry]:
        """Listed some works at a time, from one state of the index."""
        searcher = self._searcher()
        most = max(1, int(searcher.num_docs))
        works = searcher.search(Query.term_query(self.schema, "page_term", "0", "basic"), limit=most, count=False)
        keys = sorted(int(key or 0) for key in searcher.fast_field_values("work_key", [address for _, address in works.hits]))
        for lower, upper in pairwise([None, *keys[AT_ONCE::AT_ONCE], None]):
            yield from self._between(searcher, lower, upper, most)

    def close(self) -> None:
        """Wait for merges and give the lock back."""
        self.beside.shutdown()
        self._leave()

    def _leave(self) -> None:
        if self.writer is not None:
            self.writer.wait_merging_threads()
            self.writer = None

    def _enter(self, name: str) -> None:
        """Open an index of this home; the only writer also clears away what nobody needs."""
        folder = self.home / name
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(self.schema, path=str(folder))
        index.config_reader(reload_policy="manual")
        writer = _open_writer(index) if self.writing else None
        self._leave()
        self.folder, self.index, self.writer, self.dirty = folder, index, writer, False
        self.seen = self._stamp()
        if self.writing and not self.fixed:
            clear_away(self.home, name)

    def _follow(self) -> None:
        """Go where the live index is now."""
        if not self.fixed and (name := current(self.home)) != self.folder.name:
            self._enter(name)

    def _between(self, searcher: tantivy.Searcher, lower: int | None, upper: int | None, most: int) -> Iterator[Entry]:
        """The documents of the works from `lower` to below `upper`."""
        whole = lower is upper is None
        query = Query.all_query() if whole else Query.range_query(self.schema, "work_key", FieldType.Unsigned, lower, upper, True, upper is None)
        addresses = [address for _, address in searcher.search(query, limit=most, count=False).hits]
        columns = (searcher.fast_field_values(name, addresses) for name in NUMBERS)
        yield from sorted(Entry(*(int(value or 0) for value in row)) for row in zip(*columns, strict=True))

    def _counted(self, searcher: tantivy.Searcher, clause: Clause, upon: Callable[[Counts], object]) -> Counts:
        """Exact counts; leaving out what only raises scores halves the work."""
        works = {"terms": {"field": "work_key", "size": MOST_WORKS}, "aggs": {"first": {"min": {"field": "page"}}}}
        pages = {"range": {"field": "page", "ranges": [{"from": 1.0}]}}
        found = searcher.aggregate(compiled(self.schema, to_count(clause)), {"works": works, "pages": pages})
        buckets = found["works"]["buckets"]
        pages_of = {int(one["key"]): int(one["doc_count"]) - (one["first"]["value"] == 0) for one in buckets}
        total = sum(int(one["doc_count"]) for one in found["pages"]["buckets"] if one.get("from") == 1.0)
        counts = Counts(total, pages_of, len(buckets) == MOST_WORKS)
        upon(counts)
        return counts

    def _searcher(self) -> tantivy.Searcher:
        if not self.dirty:
            self._follow()
        stamp = self._stamp()
        if stamp != self.seen or self.writer is not None:
            self.index.reload()
            self.seen = stamp
        return self.index.searcher()

    def _stamp(self) -> tuple[int, int]:
        """Changes with every commit of any process."""
        stat = (self.folder / "meta.json").stat()
        return stat.st_mtime_ns, stat.st_ino

    def _writer(self) -> tantivy.IndexWriter:
        """The writer of the live index, which stays the same from the first word of a batch to its commit."""
        if self.writer is None:
            raise RuntimeError("this index was opened for reading")
        if not self.dirty:
            self._follow()
            self.dirty = True
        return self.writer


def _open_writer(index: tantivy.Index) -> tantivy.IndexWriter:
    try:
        return index.writer(HEAP, 1)
    except ValueError as error:
        if "Lock" in str(error):
            raise BlockingIOError(str(error)) from error
        raise
