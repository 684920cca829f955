"""`make screens` leaves no page out."""

import re

from tests.journeys.screens import FIRST, SCREENS
from tests.stage.pages import PAGES

# a redirection, a file for machines, a picture
NO_PAGES = {"/en", "/metrics", "/api/openapi.json", "/tro-giup/hinh/{name}"}


def test_every_page_of_the_house_has_its_picture() -> None:
    paths = {one.operation.removeprefix("GET ") for one in PAGES if one.operation.startswith("GET ")} - NO_PAGES
    shown = {one.address.partition("?")[0] for one in (FIRST, *SCREENS)}
    assert [
        path for path in sorted(paths) if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), one) for one in shown)
    ] == []


def test_no_two_pictures_have_one_name() -> None:
    assert len({one.name for one in (FIRST, *SCREENS)}) == len(SCREENS) + 1
