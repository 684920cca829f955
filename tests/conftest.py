"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import makers
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import RunningHouse, running, upload, wait_for

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real test data beside the project; what needs it is skipped aloud where it is absent."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the test data in ../shared are not here: corpus test skipped")
    return folder


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """One running house for the tests that only use it as people do."""
    with running(tmp_path_factory.mktemp("house") / "var") as found:
        found.administrator().close()
        yield found


@pytest.fixture(scope="session")
def published(house: RunningHouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A published textbook of 40 pages in that house."""
    path = makers.textbook(tmp_path_factory.mktemp("published") / "toan-8-tap-2.pdf", 40)
    with house.administrator() as client:
        return wait_for(client, upload(client, path, approve="true"))


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Elasticsearch]:
    """One real server for the whole run; every test takes an index name of its own."""
    with Elasticsearch() as server:
        yield server
