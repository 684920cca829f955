"""The engines behind the port, as tests open them: patient, because the machine is shared."""

import uuid
from pathlib import Path

import pytest

from search.engines import open_index
from search.index import Index, Tuning
from tests.services.elasticsearch import Elasticsearch

Pair = tuple[Index, Index]
ENGINES = ("tantivy", "elasticsearch")
PATIENT = Tuning(answer_seconds=60)


def opened(url: str, *, writing: bool = False) -> Index:
    """The index at an address."""
    return open_index(url, writing=writing, tuning=PATIENT)


def url_of(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of a new, empty index."""
    if engine == "tantivy":
        return f"tantivy://{folder}/index"
    server: Elasticsearch = request.getfixturevalue("elasticsearch")
    return f"{server.address}/test-{uuid.uuid4().hex}"
