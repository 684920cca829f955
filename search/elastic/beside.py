"""Filling a new index beside the live one."""

from datetime import UTC, datetime
from typing import Any

from search.elastic.cluster import Cluster, listening
from search.elastic.index import ElasticIndex
from search.index import Index, Tuning


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
        self.cluster.patient.indices.put_mapping(
            index=self.name, meta={"done": done, "started": self.started_at.isoformat()}
        )

    @listening()
    def take_over(self) -> None:
        """All in one change of the cluster's state: no reader meets two indexes, or none."""
        self.index.commit()
        ours = {"number_of_replicas": self.cluster.tuning.replicas, "refresh_interval": self.cluster.refreshing}
        self.cluster.patient.indices.put_settings(index=self.name, settings=ours)
        old = set(self.cluster.behind(self.cluster.base)) | set(self.cluster.behind(self.cluster.writing))
        actions: list[dict[str, Any]] = [
            {"remove": {"index": self.name, "alias": self.cluster.building, "must_exist": True}}
        ]
        actions += [
            {"add": {"index": self.name, "alias": alias}} for alias in (self.cluster.base, self.cluster.writing)
        ]
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
        found: dict[str, Any] = self.cluster.patient.indices.get_mapping(index=self.name)[self.name]["mappings"][
            "_meta"
        ]
        return found
