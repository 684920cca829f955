"""The adapter for a province: Elasticsearch. Only what its smallest distribution has is used (no scripts, no delete by query).

An index has a version in its name and a stamp; one alias is for reading, one for writing. A document's version is the work's revision,
so a slow worker can never put an older state over a newer one. All pages of a work lie in one shard, which keeps counts exact.
"""

import itertools
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from search.clauses import Clause, to_count
from search.compiling import as_engine_text, compiled
from search.documents import Document
from search.index import MOST_HITS, MOST_WORKS, Counts, Entry, Hit, Hits, Index, IndexAway, Tuning

FORMAT = "v1"  # a new mapping is a new index, filled again from the database
FIRST = "0"  # stamp of the first index: two workers that start together make the same one
WRITE_SECONDS, REST_SECONDS = 60, 2.0
TRIES, BACK_OFF = 6, 0.5
AT_ONCE = 10_000

KEPT = {"type": "text", "analyzer": "tokens", "index_options": "positions"}
TERM = {"type": "keyword", "doc_values": False, "norms": False}
NUMBER = {"type": "long"}
MAPPING = {
    "dynamic": "strict",
    "_source": {"enabled": False},  # rows come from the database
    "properties": {
        **{f"{where}_{kind}": KEPT for where in ("body", "head", "title") for kind in ("exact", "folded", "plain")},
        **dict.fromkeys(("work_id", "page_term", "subject", "grade", "type", "school", "sight"), TERM),
        **dict.fromkeys(("work_key", "page", "revision", "audience"), NUMBER),
    },
}
ANALYSIS = {"analyzer": {"tokens": {"type": "custom", "tokenizer": "splitting"}}, "tokenizer": {"splitting": {"type": "standard", "max_token_length": 255}}}
BARE = {"_source": False, "stored_fields": "_none_", "track_total_hits": False}
WORKS = {"terms": {"field": "work_key", "size": MOST_WORKS, "shard_size": MOST_WORKS}, "aggs": {"first": {"min": {"field": "page"}}}}
COUNTS = {"works": WORKS, "pages": {"filter": {"range": {"page": {"gte": 1}}}}}


@contextmanager
def listening() -> Iterator[None]:
    """Turn silence, refusal and overload into IndexAway; a question that the engine calls wrong stays our own mistake."""
    try:
        yield
    except TransportError as error:
        raise IndexAway(str(error)) from error
    except ApiError as error:
        if error.status_code in (401, 403, 404, 408, 429) or error.status_code >= 500:
            raise IndexAway(str(error)) from error
        raise


class Cluster:
    """The server behind a URL, and how our index is called on it."""

    def __init__(self, url: str, tuning: Tuning) -> None:
        parts = urlsplit(url)
        signed_in = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        address = f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 9200)}"
        trusted: dict[str, Any] = {"ca_certs": tuning.authority} if tuning.authority else {}
        self.tuning = tuning
        self.client = Elasticsearch(address, basic_auth=signed_in, max_retries=0, retry_on_timeout=False, connections_per_node=16, **trusted)
        self.base = f"{parts.path.strip('/') or 'hoclieu'}-pages-{FORMAT}"
        self.writing, self.building = f"{self.base}-write", f"{self.base}-building"

    @property
    def patient(self) -> Elasticsearch:
        """The client for what may take its time."""
        return self.client.options(request_timeout=WRITE_SECONDS)

    def make(self, stamp: str, aliases: Iterable[str], *, started: datetime | None = None) -> str:
        """Create an index under these aliases; harmless when it is there."""
        name = f"{self.base}-{stamp}"
        settings = {
            "number_of_shards": self.tuning.shards,
            "number_of_replicas": 0 if started else self.tuning.replicas,
            "refresh_interval": "-1" if started else self.refreshing,
            "max_result_window": MOST_HITS,
            "analysis": ANALYSIS,
        }
        meta = {"_meta": {"done": -1, "started": started.isoformat()}} if started else {}
        try:
            self.patient.indices.create(index=name, settings=settings, mappings=MAPPING | meta, aliases={alias: {} for alias in aliases})
        except ApiError as error:
            if error.error != "resource_already_exists_exception":
                raise
        return name

    @property
    def refreshing(self) -> str:
        """The interval as Elasticsearch writes it."""
        return f"{round(self.tuning.refresh_seconds * 1000)}ms"

    def behind(self, alias: str) -> list[str]:
        """The indexes under an alias."""
        try:
            return sorted(self.patient.indices.get_alias(name=alias).body)
        except ApiError as error:
            if error.status_code == 404:
                return []
            raise


class ElasticIndex:
    """The Index port on a cluster. Any number of workers may write; a document's version decides between them."""

    def __init__(self, url: str, tuning: Tuning, *, writing: bool, alias: str | None = None) -> None:
        self.cluster = Cluster(url, tuning)
        self.tuning = tuning
        self.reading = alias or self.cluster.base
        self.target = (alias or self.cluster.writing) if writing else None
        self.operations: list[dict[str, Any]] = []
        self.leaving: dict[str, tuple[str, int]] = {}  # id → work, version; goes at the commit unless it is written again
        self.away_until = 0.0
        if writing and alias is None:
            self._make_first()

    def write(self, documents: Iterable[Document]) -> None:
        """Add documents to the running batch; full batches leave at once."""
        for one in documents:
            name = f"{one.work_id}:{one.page}"
            self.leaving.pop(name, None)
            self.operations += ({"index": _address(name, one.work_id, one.revision)}, row_of(one))
            if len(self.operations) >= 2 * self.tuning.bulk:
                self._send()
            self._outdate(one)

    @listening()
    def delete(self, work_id: str) -> None:
        """Note every document that the work has now; `write` takes back what stays."""
        index = self._writable()
        self.cluster.patient.indices.refresh(index=index)
        query = {"term": {"work_id": work_id}}
        after: list[Any] | None = None
        while True:
            found = self.cluster.patient.search(
                index=index, query=query, size=AT_ONCE, sort=["page"], search_after=after, version=True, source=False, routing=work_id
            )["hits"]["hits"]
            self.leaving |= {hit["_id"]: (work_id, hit["_version"]) for hit in found}
            if len(found) < AT_ONCE:
                return
            after = found[-1]["sort"]

    @listening()
    def commit(self) -> None:
        """Everything has arrived and can be found."""
        for name, (work_id, version) in self.leaving.items():
            self.operations.append({"delete": _address(name, work_id, version)})
        self.leaving.clear()
        self._send()
        self.cluster.patient.indices.refresh(index=self._writable())

    def forget(self) -> None:
        """What has not left yet stays here."""
        self.operations.clear()
        self.leaving.clear()

    @listening()
    def count(self) -> int:
        """Documents as last refreshed."""
        return int(self.cluster.patient.count(index=self.reading)["count"])

    def search(self, clause: Clause, *, limit: int) -> Hits:
        """Best documents first, with exact counts: two questions that the engine answers side by side.

        When it has just been silent, the next two seconds do not wait for it.
        """
        if time.monotonic() < self.away_until:
            raise IndexAway("the engine did not answer a moment ago")
        try:
            best, counted = self._ask(
                {"query": compiled(clause), "size": limit, "docvalue_fields": ["work_key", "page"], **BARE},
                {"query": compiled(to_count(clause)), "size": 0, "aggs": COUNTS, "track_total_hits": False},
            )
        except IndexAway:
            self.away_until = time.monotonic() + REST_SECONDS
            raise
        hits = [Hit(hit["fields"]["work_key"][0], hit["fields"]["page"][0], hit["_score"]) for hit in best["hits"]["hits"]]
        if len(hits) < limit:
            return Hits.with_counts(hits, Counts.of(hits))
        buckets = counted["aggregations"]["works"]["buckets"]
        pages_of = {one["key"]: one["doc_count"] - (one["first"]["value"] == 0) for one in buckets}
        return Hits.with_counts(hits, Counts(counted["aggregations"]["pages"]["doc_count"], pages_of, len(buckets) == MOST_WORKS))

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
        self.cluster.client.close()

    @listening()
    def _make_first(self) -> None:
        if not self.cluster.behind(self.cluster.writing):
            self.cluster.make(FIRST, (self.cluster.base, self.cluster.writing))

    def _writable(self) -> str:
        if self.target is None:
            raise RuntimeError("this index was opened for reading")
        return self.target

    def _outdate(self, one: Document) -> None:
        """What leaves together with this state must not come back by an older one."""
        if one.page == 0:
            newer = {name: (work, max(version, one.revision)) for name, (work, version) in self.leaving.items() if work == one.work_id}
            self.leaving |= newer

    @listening()
    def _ask(self, *searches: dict[str, Any]) -> list[Any]:
        client = self.cluster.client.options(request_timeout=self.tuning.answer_seconds)
        asked = itertools.chain.from_iterable(({"index": self.reading}, one) for one in searches)
        answers = client.msearch(searches=list(asked), search_type="dfs_query_then_fetch")["responses"]
        for one in answers:
            if one["status"] in (404, 429) or one["status"] >= 500:
                raise IndexAway(str(one.get("error")))
            if "error" in one:
                raise RuntimeError(f"the engine refuses a question: {one['error']}")
        return list(answers)

    @listening()
    def _after(self, moment: str, after: list[Any] | None) -> list[Any]:
        pit, wanted = {"id": moment, "keep_alive": "5m"}, [{"field": name} for name in Entry._fields]
        order = ["work_key", "page"]
        found = self.cluster.patient.search(pit=pit, size=AT_ONCE, sort=order, search_after=after, docvalue_fields=wanted, source=False, track_total_hits=False)
        return list(found["hits"]["hits"])

    @listening()
    def _send(self) -> None:
        """One request; what the engine has no room for is sent again, slower each time."""
        waiting, self.operations = self.operations, []
        for number in range(TRIES):
            if not waiting:
                return
            if number:
                time.sleep(BACK_OFF * 2 ** (number - 1))
            answer = self.cluster.patient.bulk(index=self._writable(), operations=waiting, require_alias=True)
            waiting = _refused(waiting, answer["items"]) if answer["errors"] else []
        if waiting:
            raise IndexAway("the engine has no room for what is written")


class ElasticBeside:
    """The Beside port: an index under an alias of its own; how far it is filled stands in its mapping."""

    def __init__(self, url: str, tuning: Tuning) -> None:
        self.cluster = Cluster(url, tuning)
        self.name = self._begun()
        meta = self._meta()
        self.done, self.started_at = int(meta["done"]), datetime.fromisoformat(meta["started"])
        self.index: Index = ElasticIndex(url, tuning, writing=True, alias=self.cluster.building)

    @listening()
    def keep(self, done: int) -> None:
        """Commit, then write the place into the mapping."""
        self.index.commit()
        self.done = done
        self.cluster.patient.indices.put_mapping(index=self.name, meta={"done": done, "started": self.started_at.isoformat()})

    @listening()
    def take_over(self) -> None:
        """All in one change of the cluster's state: no reader meets two indexes, or none."""
        self.index.commit()
        ours = {"number_of_replicas": self.cluster.tuning.replicas, "refresh_interval": self.cluster.refreshing}
        self.cluster.patient.indices.put_settings(index=self.name, settings=ours)
        old = set(self.cluster.behind(self.cluster.base)) | set(self.cluster.behind(self.cluster.writing))
        actions: list[dict[str, Any]] = [{"remove": {"index": self.name, "alias": self.cluster.building, "must_exist": True}}]
        actions += [{"add": {"index": self.name, "alias": alias}} for alias in (self.cluster.base, self.cluster.writing)]
        actions += [{"remove_index": {"index": one}} for one in sorted(old)]
        self.cluster.patient.indices.update_aliases(actions=actions)

    def close(self) -> None:
        """It stays on the cluster."""
        self.index.close()
        self.cluster.client.close()

    @listening()
    def _begun(self) -> str:
        now = datetime.now(UTC)
        begun = self.cluster.behind(self.cluster.building)
        return begun[0] if begun else self.cluster.make(f"{now:%Y%m%d%H%M%S%f}", (self.cluster.building,), started=now)

    @listening()
    def _meta(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.patient.indices.get_mapping(index=self.name)[self.name]["mappings"]["_meta"]
        return found


def _address(name: str, work_id: str, version: int) -> dict[str, Any]:
    return {"_id": name, "routing": work_id, "version": version, "version_type": "external_gte"}


def row_of(one: Document) -> dict[str, Any]:
    row: dict[str, Any] = {"work_id": one.work_id, "page_term": str(one.page), "school": one.school, "sight": one.sight}
    for where, text in (("body", one.body), ("head", one.head), ("title", one.title)):
        for kind, value in (("exact", text.exact), ("folded", text.folded), ("plain", text.plain)):
            row[f"{where}_{kind}"] = as_engine_text(value)
    row |= {name: value for name, value in (("subject", one.subject), ("grade", one.grade), ("type", one.type)) if value}
    return row | {"work_key": one.work_key, "page": one.page, "revision": one.revision, "audience": one.audience}


def _refused(sent: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The operations to send again. A newer state that is already there (409) and a document that has gone (404) are as good as done."""
    again: list[dict[str, Any]] = []
    at = 0
    for item in items:
        ((kind, told),) = item.items()
        length = 2 if kind == "index" else 1
        if told["status"] == 429:
            again += sent[at : at + length]
        elif told["status"] >= 300 and told["status"] not in (404, 409):
            raise RuntimeError(f"the engine refuses {told['_id']}: {told.get('error')}")
        elif told["status"] == 404 and kind == "index":
            raise IndexAway(f"there is no index to write to: {told.get('error')}")
        at += length
    return again
