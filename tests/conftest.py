"""Fixtures that every test may use."""

import functools
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scheduling import Scheduling
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.minio import Minio
from tests.services.postgres import APPLICATION, Postgres
from tests.services.trio import Trio
from tests.stage import documented, makers
from tests.stage.project import PROJECT

SERVERS = {"postgres", "elasticsearch", "minio", "seaweedfs", "trio", "published", "town"}  # fixtures that start one
HARMLESS = {"tests.services.waiting", "tests.services.machinery"}  # start none


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """`--dist loadfile` as we mean it. The marks of `loadgroup` would say it better, but pytest 9.2 does not hear them
    (findings/xdist_loadgroup.sh).
    """
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`quick` is whatever needs no server, no running house and no browser, and is not marked slow: `make quick`."""
    for item in items:
        if isinstance(item, pytest.Function) and not is_served(item) and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.quick)


def asked(item: pytest.Function) -> set[str]:
    """The fixtures of a test, those that its parameters name among them."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return {name for name in (*item.fixturenames, *parameters) if isinstance(name, str)}


def is_served(item: pytest.Function) -> bool:
    """Whether a server, a running house or a browser is started for a test: by a fixture, or by what its file uses."""
    from_services = (getattr(value, "__module__", None) or "" for value in vars(item.module).values())
    return not SERVERS.isdisjoint(asked(item)) or any(
        name.startswith("tests.services.") and name not in HARMLESS for name in from_services
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real test data beside the project; what needs it is skipped aloud where it is absent."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the test data in ../shared are not here: corpus test skipped")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests; each takes a database of its own."""
    with Postgres(durable=False) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind: what the rooms of the library promise, they promise on both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/h.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"t_{uuid.uuid4().hex}"
    yield server.database(name, owner=APPLICATION)
    server.drop(name)


@pytest.fixture(scope="session", autouse=True)
def refused_as_documented() -> Iterator[None]:
    """Whatever the API refuses any test, its document says so."""
    with pytest.MonkeyPatch.context() as patch:
        documented.listen(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def houses_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """`HOCLIEU_TESTS_ON=postgres` puts every house of the tests on PostgreSQL, with two roles as in production."""
    if os.environ.get("HOCLIEU_TESTS_ON") != "postgres":
        yield
        return
    server: Postgres = request.getfixturevalue("postgres")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            RunningHouse,
            "database_for",
            staticmethod(functools.cache(lambda home: server.house(f"house_{uuid.uuid4().hex}"))),
        )
        yield


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


@pytest.fixture(scope="session")
def minio() -> Iterator[Minio]:
    """One S3 store for all tests that leave it standing."""
    with Minio() as server:
        yield server


@pytest.fixture(scope="session")
def trio(elasticsearch: Elasticsearch) -> Iterator[Trio]:
    """The three engines of a province; this PostgreSQL is durable, for it may be killed."""
    with Postgres() as database, Minio() as store:
        yield Trio(database, store, elasticsearch)
