"""The index that answers: reading by one alias, writing by another."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from search.clauses import Clause, Is, to_count
from search.documents import Document
from search.elastic import bulk
from search.elastic.cluster import ASKING, Cluster, listening
from search.elastic.compiling import compiled
from search.elastic.mapping import row_of
from search.index import MOST_WORKS, Counts, Entry, Hit, Hits, IndexAway, Tuning, unheard

FIRST = "0"  # stamp of the first index: two workers that start together make the same one
REST_SECONDS = 2.0
AT_ONCE = 10_000
BARE = {"source": False, "stored_fields": "_none_"}
WORKS = {
    "terms": {"field": "work_key", "size": MOST_WORKS, "shard_size": MOST_WORKS},
    "aggs": {"first": {"min": {"field": "page"}}},
}
COUNTS = {"works": WORKS, "pages": {"filter": {"range": {"page": {"gte": 1}}}}}


@dataclass
class Replaced:
    """What was written anew of a work: its documents, and the revision that they show; 0 while there are none."""

    names: set[str] = field(default_factory=set)
    revision: int = 0

    def note(self, name: str, revision: int) -> None:
        """One more document."""
        self.names.add(name)
        self.revision = revision


class ElasticIndex:
    """The Index port on a cluster. Any number of workers may write; a document's version decides between them."""

    def __init__(self, url: str, tuning: Tuning, *, writing: bool, alias: str | None = None) -> None:
        self.cluster = Cluster(url, tuning)
        self.tuning = tuning
        self.reading = alias or self.cluster.base
        self.target = (alias or self.cluster.writing) if writing else None
        self.operations: list[dict[str, Any]] = []
        self.replaced: dict[str, Replaced] = {}  # by work, until the commit
        self.away_until = 0.0
        self.beside: Executor = ThreadPoolExecutor(ASKING, thread_name_prefix="counting")
        if writing and alias is None:
            self._make_first()

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents to the running batch; full batches leave at once."""
        for one in documents:
            name = f"{one.work_id}:{one.page}"
            if one.work_id in self.replaced:
                self.replaced[one.work_id].note(name, one.revision)
            self.operations += ({"index": bulk.address(name, one.work_id, one.revision)}, row_of(one))
            if len(self.operations) >= 2 * self.tuning.bulk:
                self._send()

    def delete(self, work_id: str) -> None:
        """Note the work: at the commit everything of it goes that was not written again."""
        self._writable()
        self.replaced[work_id] = Replaced()

    @listening()
    def commit(self) -> None:
        """Everything has arrived and can be found, and what has to go is gone."""
        self._send()
        if self.replaced:
            self.cluster.patient.indices.refresh(index=self._writable())  # also what a worker that died has sent
            self.operations += self._leaving()
            self._send()
            self.replaced.clear()
        self.cluster.patient.indices.refresh(index=self._writable())

    def forget(self) -> None:
        """What has not left yet stays here."""
        self.operations.clear()
        self.replaced.clear()

    @listening()
    def count(self) -> int:
        """Documents as last refreshed."""
        return int(self.cluster.patient.count(index=self.reading)["count"])

    @listening()
    def works(self) -> int:
        """As last refreshed. An answer of some shards only is none: what is silent has not gone."""
        waits = (
            self.cluster.patient
            if self.target
            else self.cluster.client.options(request_timeout=self.tuning.answer_seconds)
        )
        found = waits.count(index=self.reading, query=compiled(Is("page_term", "0")))
        if found["_shards"]["failed"]:
            raise IndexAway(f"{found['_shards']['failed']} parts of the index do not answer")
        return int(found["count"])

    def search(
        self,
        clause: Clause,
        *,
        limit: int,
        upon: Callable[[Counts], object] = unheard,
        counted: Callable[[], Counts] | None = None,
    ) -> Hits:
        """Best documents first, with exact counts: two questions that the engine answers side by side.

        When it has just been silent, the next two seconds do not wait for it.
        """
        if time.monotonic() < self.away_until:
            raise IndexAway("the engine did not answer a moment ago")
        counting = counted or self.beside.submit(self._counted, clause, upon)
        best = self._ask(
            query=compiled(clause),
            size=limit,
            docvalue_fields=["work_key", "page"],
            search_type="dfs_query_then_fetch",
            track_total_hits=False,
            **BARE,
        )
        hits = [
            Hit(hit["fields"]["work_key"][0], hit["fields"]["page"][0], hit["_score"]) for hit in best["hits"]["hits"]
        ]
        return Hits.numbered(hits, limit, counting)

    def entries(self) -> Iterator[Entry]:
        """All of one moment, however many; a plain search would end at ten thousand."""
        with listening():
            moment = self.cluster.patient.open_point_in_time(index=self.reading, keep_alive="5m")["id"]
        try:
            after: list[Any] | None = None
            while found := self._after(moment, after):
                for hit in found:
                    yield Entry(*(hit["fields"][name][0] for name in Entry._fields))
                after = found[-1]["sort"]
        finally:
            with listening():
                self.cluster.patient.close_point_in_time(id=moment)

    def close(self) -> None:
        """Close the connections."""
        self.beside.shutdown()
        self.cluster.client.close()

    @listening()
    def _make_first(self) -> None:
        if not self.cluster.behind(self.cluster.writing):
            self.cluster.make(FIRST, (self.cluster.base, self.cluster.writing))

    def _writable(self) -> str:
        if self.target is None:
            raise RuntimeError("this index was opened for reading")
        return self.target

    def _leaving(self) -> Iterator[dict[str, Any]]:
        """A deletion for each document that its work has no more.

        What is newer than this writing stays. Where the work itself is newer, another worker was faster, and what was
        written here goes too.
        """
        query = {"terms": {"work_id": sorted(self.replaced)}}
        after: list[Any] | None = None
        overtaken: set[str] = set()
        while True:
            found = self.cluster.patient.search(
                index=self._writable(),
                query=query,
                size=AT_ONCE,
                sort=["work_key", "page"],
                search_after=after,
                version=True,
                source=False,
            )["hits"]["hits"]
            for hit in found:
                work_id = hit["_routing"]
                written = self.replaced[work_id]
                if hit["_version"] > written.revision > 0:
                    overtaken.add(work_id)  # seen at once: the work itself is page 0 and comes first
                elif hit["_id"] not in written.names or work_id in overtaken:
                    yield {"delete": bulk.address(hit["_id"], work_id, written.revision or hit["_version"])}
            if len(found) < AT_ONCE:
                return
            after = found[-1]["sort"]

    def _counted(self, clause: Clause, upon: Callable[[Counts], object]) -> Counts:
        """Exact counts; nothing is scored."""
        found = self._ask(query=compiled(to_count(clause)), size=0, aggregations=COUNTS, track_total_hits=False)[
            "aggregations"
        ]
        buckets = found["works"]["buckets"]
        pages_of = {one["key"]: one["doc_count"] - (one["first"]["value"] == 0) for one in buckets}
        counts = Counts(found["pages"]["doc_count"], pages_of, len(buckets) == MOST_WORKS)
        upon(counts)
        return counts

    def _ask(self, **question: Any) -> Any:
        try:
            with listening():
                return self.cluster.client.options(request_timeout=self.tuning.answer_seconds).search(
                    index=self.reading, **question
                )
        except IndexAway:
            self.away_until = time.monotonic() + REST_SECONDS
            raise

    @listening()
    def _after(self, moment: str, after: list[Any] | None) -> list[Any]:
        pit, wanted = {"id": moment, "keep_alive": "5m"}, [{"field": name} for name in Entry._fields]
        order = ["work_key", "page"]
        found = self.cluster.patient.search(
            pit=pit,
            size=AT_ONCE,
            sort=order,
            search_after=after,
            docvalue_fields=wanted,
            source=False,
            track_total_hits=False,
        )
        return list(found["hits"]["hits"])

    def _send(self) -> None:
        waiting, self.operations = self.operations, []
        bulk.send(self.cluster, self._writable(), waiting)
