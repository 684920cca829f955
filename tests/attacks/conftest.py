"""The stage of the attacks: one town for all of them."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from library.house import open_house
from library.settings import Settings
from tests.attacks.inside import PEOPLE, Inside, furnish
from tests.services.house import running
from tests.stage.town import Town, build


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("attacks")
    with running(folder / "var") as house:
        yield build(house, folder)


@pytest.fixture(scope="session")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    house = open_house(Settings(home=tmp_path_factory.mktemp("inside") / "var"))
    furnish(house)
    with TestClient(create_app(house)) as client:
        stage = Inside(house, client)
        stage.enter("goc", *PEOPLE)
        yield stage
