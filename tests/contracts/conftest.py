"""Every search engine in turn, and both side by side."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.index import Index
from tests.contracts.engines import ENGINES, Pair, opened, url_of


@pytest.fixture(params=ENGINES)
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty index of each engine."""
    return url_of(request.param, request, tmp_path)


@pytest.fixture
def pairs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Pair]]:
    """Makes a new, empty index of the embedded engine and one of the province's, as often as it is called."""
    made: list[Index] = []

    def make() -> Pair:
        embedded, province = (opened(url_of(engine, request, tmp_path / uuid.uuid4().hex), writing=True) for engine in ENGINES)
        made.extend((embedded, province))
        return embedded, province

    yield make
    for index in made:
        index.close()


@pytest.fixture
def both(pairs: Callable[[], Pair]) -> Pair:
    """One such pair."""
    return pairs()
