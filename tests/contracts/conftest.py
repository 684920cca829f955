"""Every search engine in turn, and both side by side; every file store in turn."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from library.files.store import FileStore, open_store
from search.index import Index
from tests.contracts.stores import SERVERS
from tests.stage.engines import ENGINES, Pair, opened, url_of


@pytest.fixture(params=ENGINES)
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty index of each engine."""
    return url_of(request.param, request, tmp_path)


@pytest.fixture
def pairs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Pair]]:
    """Makes a new, empty index of the embedded engine and one of the province's, as often as it is called."""
    made: list[Index] = []

    def make() -> Pair:
        embedded, province = (
            opened(url_of(engine, request, tmp_path / uuid.uuid4().hex), writing=True) for engine in ENGINES
        )
        made.extend((embedded, province))
        return embedded, province

    yield make
    for index in made:
        index.close()


@pytest.fixture
def both(pairs: Callable[[], Pair]) -> Pair:
    """One such pair."""
    return pairs()


@pytest.fixture(scope="session", params=["local", *SERVERS])
def store_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where each kind of store is."""
    if request.param == "local":
        yield f"file://{tmp_path_factory.mktemp('files')}"
        return
    with SERVERS[request.param]() as server:
        yield server.url("kho-hoc-lieu")


@pytest.fixture
def store(store_url: str) -> FileStore:
    """It, prepared as at every start; one behind the network has a public address."""
    made = open_store(
        store_url,
        public_url=f"http://{store_url.rpartition('@')[2].partition('/')[0]}" if store_url.startswith("s3:") else "",
    )
    made.prepare()
    made.prepare()
    return made
