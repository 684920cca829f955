"""Every search engine in turn."""

import uuid
from pathlib import Path

import pytest

ENGINES = ("tantivy", "elasticsearch")


def url_of(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of a new, empty index."""
    if engine == "tantivy":
        return f"tantivy://{folder}/index"
    return f"{request.getfixturevalue('elasticsearch').address}/test-{uuid.uuid4().hex}"


@pytest.fixture(params=ENGINES)
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty index of each engine."""
    return url_of(request.param, request, tmp_path)
