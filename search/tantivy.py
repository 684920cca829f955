"""The embedded adapter: Tantivy. Our tokens arrive joined by spaces and are only split here.

Each index is a folder; the file `current` names the one that is live. Readers notice when it changes, the writer at its next batch.
The engine works without the interpreter's lock, so it counts in a thread of its own while the best documents are looked for.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Query

from search.clauses import Adjacent, All, Best, Clause, Constant, Is, IsOneOf, Some, Weighted, to_count
from search.documents import Document, Fielded
from search.index import MOST_WORKS, Counts, Entry, Hit, Hits, Index

FORMAT = "v2"  # a new schema is a new folder, filled again from the database
CURRENT, BUILDING = "current", "building.json"
HEAP = 30_000_000  # bytes
AT_ONCE = 500  # works whose documents are listed together
TEXTS = [f"{where}_{kind}" for where in ("body", "head", "title") for kind in ("exact", "folded", "plain")]
TERMS = ["work_id", "page_term", "subject", "grade", "type", "school", "sight"]
NUMBERS = ["work_key", "page", "revision", "audience"]


def schema() -> tantivy.Schema:
    """Texts with positions, raw terms, and fast numbers; nothing is stored, rows come from the database."""
    builder = tantivy.SchemaBuilder()
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in TERMS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


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
            writer.add_document(_row(one))

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

    def search(self, clause: Clause, *, limit: int) -> Hits:
        """Best documents first, with exact counts."""
        searcher = self._searcher()
        counting = self.beside.submit(self._counted, searcher, self._compile(to_count(clause)))  # leaving out what only raises scores halves the work
        found = searcher.search(self._compile(clause), limit=limit, count=False)
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
            _clear_away(self.home, name)

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

    def _counted(self, searcher: tantivy.Searcher, query: Query) -> Counts:
        """Exact counts."""
        works = {"terms": {"field": "work_key", "size": MOST_WORKS}, "aggs": {"first": {"min": {"field": "page"}}}}
        pages = {"range": {"field": "page", "ranges": [{"from": 1.0}]}}
        counted = searcher.aggregate(query, {"works": works, "pages": pages})
        buckets = counted["works"]["buckets"]
        pages_of = {int(one["key"]): int(one["doc_count"]) - (one["first"]["value"] == 0) for one in buckets}
        total = sum(int(one["doc_count"]) for one in counted["pages"]["buckets"] if one.get("from") == 1.0)
        return Counts(total, pages_of, len(buckets) == MOST_WORKS)

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


class TantivyBeside:
    """The Beside port: a folder of its own, with its name and how far it is filled in a small file next to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        begun = _begun(home)
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
        _write_whole(self.home / CURRENT, self.name)
        (self.home / BUILDING).unlink()

    def close(self) -> None:
        """It stays in its folder."""
        self.index.close()

    def _note(self) -> None:
        _write_whole(self.home / BUILDING, json.dumps({"name": self.name, "done": self.done, "started": self.started_at.isoformat()}))


def current(home: Path) -> str:
    """The folder of the live index."""
    with suppress(FileNotFoundError):
        name = (home / CURRENT).read_text(encoding="utf-8")
        if name.startswith(FORMAT):
            return name
    return FORMAT


def _begun(home: Path) -> dict[str, Any] | None:
    """A rebuild that was begun, of this format, and has not taken over yet."""
    with suppress(FileNotFoundError):
        begun: dict[str, Any] = json.loads((home / BUILDING).read_text(encoding="utf-8"))
        if begun["name"].startswith(FORMAT) and begun["name"] != current(home):
            return begun
    return None


def _clear_away(home: Path, live: str) -> None:
    """Remove indexes that nobody reads or builds any more; who has one open keeps what is mapped."""
    begun = _begun(home)
    kept = {live, begun["name"] if begun else live}
    for folder in home.iterdir():
        if folder.is_dir() and folder.name not in kept and folder.name.startswith("v"):
            shutil.rmtree(folder, ignore_errors=True)


def _write_whole(path: Path, text: str) -> None:
    """All of it or nothing, whatever happens."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def _open_writer(index: tantivy.Index) -> tantivy.IndexWriter:
    try:
        return index.writer(HEAP, 1)
    except ValueError as error:
        if "Lock" in str(error):
            raise BlockingIOError(str(error)) from error
        raise


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
    for name, number in (("work_key", one.work_key), ("page", one.page), ("revision", one.revision), ("audience", one.audience)):
        row.add_unsigned(name, number)
    return row


def _add_text(row: Any, where: str, text: Fielded) -> None:
    for kind, value in (("exact", text.exact), ("folded", text.folded), ("plain", text.plain)):
        row.add_text(f"{where}_{kind}", value)
