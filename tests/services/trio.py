"""The three engines of a province together: PostgreSQL, an S3 store, Elasticsearch."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import minio

from tests.services.elasticsearch import Elasticsearch
from tests.services.machinery import Server
from tests.services.minio import Minio
from tests.services.postgres import Postgres


@dataclass(frozen=True)
class Trio:
    """Three running servers; every house gets a database, a bucket and an index of its own."""

    postgres: Postgres
    store: Minio
    elasticsearch: Elasticsearch

    def servers(self) -> dict[str, Server]:
        return {one.name: one for one in (self.postgres, self.store, self.elasticsearch)}

    def house(self, name: str = "") -> dict[str, str]:
        """The settings of a new house."""
        name = name or f"h{uuid.uuid4().hex}"
        index = {"HOCLIEU_INDEX": f"{self.elasticsearch.address}/{name}", "HOCLIEU_INDEX_ANSWER_SECONDS": "10"}
        return {**self.postgres.house(name), "HOCLIEU_FILES": self.store.url(name), **index}


def keys_of(url: str) -> set[str]:
    """The names of all that a bucket holds, by another client than our own."""
    where = urlsplit(url)
    client = minio.Minio(f"{where.hostname}:{where.port}", where.username, where.password, secure=False)
    return {str(one.object_name) for one in client.list_objects(where.path.strip("/"), recursive=True)}
