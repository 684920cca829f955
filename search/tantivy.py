"""The embedded adapter: Tantivy. Our tokens arrive joined by spaces and are only split here.

The engine works without the interpreter's lock, so it counts in a thread of its own while rows are read and snippets made.
"""

import os
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from search.clauses import Adjacent, All, Best, Clause, Constant, Is, IsOneOf, Some, Weighted
from search.documents import Document, Fielded
from search.index import MOST_WORKS, Hit, Hits

FORMAT = "v1"  # a new schema is a new folder, filled again from the database
HEAP = 30_000_000  # bytes
TEXTS = [f"{where}_{kind}" for where in ("body", "head", "title") for kind in ("exact", "folded", "plain")]
TERMS = ["work_id", "page_term", "subject", "grade", "type", "school", "sight"]


def schema() -> tantivy.Schema:
    """Texts with positions, raw terms, and two fast numbers; nothing is stored, rows come from the database."""
    builder = tantivy.SchemaBuilder()
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in TERMS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("work_key", fast=True)
    builder.add_unsigned_field("page", fast=True)
    return builder.build()


class CountedBeside(Hits):
    """Hits that are here while their numbers are still being counted: who reads a number waits for it."""

    def __init__(self, hits: list[Hit], counting: Future[Hits]) -> None:
        self.__dict__.update(hits=hits, counting=counting)

    @property
    def page_total(self) -> int:
        """Matching pages, exact."""
        return self._counted.page_total

    @property
    def pages_of(self) -> dict[int, int]:
        """Matching pages of each work."""
        return self._counted.pages_of

    @property
    def more_works(self) -> bool:
        """There are more works than `pages_of` names."""
        return self._counted.more_works

    @property
    def _counted(self) -> Hits:
        counting: Future[Hits] = self.__dict__["counting"]
        return counting.result()


class TantivyIndex:
    """The Index port on a folder of this machine."""

    def __init__(self, folder: Path, *, writing: bool) -> None:
        self.folder = folder / FORMAT
        self.folder.mkdir(parents=True, exist_ok=True)
        self.schema = schema()
        self.index = tantivy.Index(self.schema, path=str(self.folder))
        self.index.config_reader(reload_policy="manual")
        self.writer = self._open_writer() if writing else None
        self.seen = self._stamp()
        self.beside: Executor = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="counting")

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents to the running batch."""
        for one in documents:
            self._writer().add_document(_row(one))

    def delete(self, work_id: str) -> None:
        """Remove a work in the running batch; works on raw text terms only, hence the id as text."""
        self._writer().delete_documents_by_term("work_id", work_id)

    def commit(self) -> None:
        """Fsync and show."""
        self._writer().commit()

    def count(self) -> int:
        """Documents as last committed."""
        return int(self._searcher().num_docs)

    def search(self, clause: Clause, *, limit: int) -> Hits:
        """Best documents first, with exact counts."""
        searcher = self._searcher()
        query = self._compile(clause)
        found = searcher.search(query, limit=limit, count=False)
        addresses = [address for _, address in found.hits]
        keys = searcher.fast_field_values("work_key", addresses)
        pages = searcher.fast_field_values("page", addresses)
        hits = [Hit(int(key or 0), int(page or 0), score) for (score, _), key, page in zip(found.hits, keys, pages, strict=True)]
        return _in_hand(hits) if len(hits) < limit else CountedBeside(hits, self.beside.submit(self._counted, searcher, clause, hits))

    def close(self) -> None:
        """Wait for merges and give the lock back."""
        self.beside.shutdown()
        if self.writer is not None:
            self.writer.wait_merging_threads()
            self.writer = None

    def _counted(self, searcher: tantivy.Searcher, clause: Clause, hits: list[Hit]) -> Hits:
        """The hits with exact counts; what only raises scores is left out, which halves the work."""
        query = self._compile(replace(clause, better=()) if isinstance(clause, All) else clause)
        works = {"terms": {"field": "work_key", "size": MOST_WORKS}, "aggs": {"first": {"min": {"field": "page"}}}}
        pages = {"range": {"field": "page", "ranges": [{"from": 1.0}]}}
        counted = searcher.aggregate(query, {"works": works, "pages": pages})
        buckets = counted["works"]["buckets"]
        pages_of = {int(one["key"]): int(one["doc_count"]) - (one["first"]["value"] == 0) for one in buckets}
        total = sum(int(one["doc_count"]) for one in counted["pages"]["buckets"] if one.get("from") == 1.0)
        return Hits(hits, total, pages_of, len(buckets) == MOST_WORKS)

    def _searcher(self) -> tantivy.Searcher:
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
        if self.writer is None:
            raise RuntimeError("this index was opened for reading")
        return self.writer

    def _open_writer(self) -> tantivy.IndexWriter:
        try:
            return self.index.writer(HEAP, 1)
        except ValueError as error:
            if "Lock" in str(error):
                raise BlockingIOError(str(error)) from error
            raise

    def _compile(self, clause: Clause) -> Query:
        match clause:
            case Is(field, term):
                return Query.term_query(self.schema, field, term, "position" if field in TEXTS else "basic")
            case IsOneOf(field, terms):
                return Query.const_score_query(Query.term_set_query(self.schema, field, list(terms)), 0.0)
            case Adjacent(field, terms):
                return Query.phrase_query(self.schema, field, list(terms))
            case All(clauses, better, without):
                parts = [(Occur.Must, self._compile(one)) for one in clauses]
                parts += [(Occur.Should, self._compile(one)) for one in better]
                return Query.boolean_query(parts + [(Occur.MustNot, self._compile(one)) for one in without])
            case Some(clauses, least):
                return Query.boolean_query([(Occur.Should, self._compile(one)) for one in clauses], least)
            case Best(clauses):
                return Query.disjunction_max_query([self._compile(one) for one in clauses], 0.1)
            case Weighted(inner, weight):
                return Query.boost_query(self._compile(inner), weight)
            case Constant(inner, score):
                return Query.const_score_query(self._compile(inner), score)


def _in_hand(hits: list[Hit]) -> Hits:
    """Counts of hits that are all there are."""
    pages_of: dict[int, int] = {}
    for hit in hits:
        pages_of[hit.work_key] = pages_of.get(hit.work_key, 0) + (hit.page > 0)
    return Hits(hits, sum(pages_of.values()), pages_of, False)


def _row(one: Document) -> tantivy.Document:
    row = tantivy.Document()
    for where, text in (("body", one.body), ("head", one.head), ("title", one.title)):
        _add_text(row, where, text)
    for name, value in (("work_id", one.work_id), ("page_term", str(one.page)), ("school", one.school)):
        row.add_text(name, value)
    for name, value in (("subject", one.subject), ("grade", one.grade), ("type", one.type)):
        if value:
            row.add_text(name, value)
    for token in one.sight:
        row.add_text("sight", token)
    row.add_unsigned("work_key", one.work_key)
    row.add_unsigned("page", one.page)
    return row


def _add_text(row: Any, where: str, text: Fielded) -> None:
    for kind, value in (("exact", text.exact), ("folded", text.folded), ("plain", text.plain)):
        if value:
            row.add_text(f"{where}_{kind}", value)
