"""The server behind a URL: its client, how our index is called on it, and what its silence means."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from search.elastic.mapping import ANALYSIS, FORMAT, MAPPING
from search.index import MOST_HITS, IndexAway, IndexLost, Tuning

WRITE_SECONDS = 60
ASKING = 16  # searches of one process at once
CONNECTIONS = 2 * ASKING  # each asks two questions; whoever finds no line waits for one, and that wait has no limit


@contextmanager
def listening() -> Iterator[None]:
    """Turn silence, refusal and overload into IndexAway; a question that the engine calls wrong stays our own
    mistake.
    """
    try:
        yield
    except TransportError as error:
        raise IndexAway(str(error)) from error
    except ApiError as error:
        if error.error == "index_not_found_exception":
            raise IndexLost(str(error)) from error
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
        self.client = Elasticsearch(
            address,
            basic_auth=signed_in,
            max_retries=0,
            retry_on_timeout=False,
            connections_per_node=CONNECTIONS,
            **trusted,
        )
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
            self.patient.indices.create(
                index=name, settings=settings, mappings=MAPPING | meta, aliases={alias: {} for alias in aliases}
            )
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
