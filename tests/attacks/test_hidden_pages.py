"""Attack 12 on the pages: somebody opens, or sends a form about, what belongs to somebody else."""

import re
from pathlib import Path

import httpx
import pytest

from tests.attacks.tables import state
from tests.stage.asking import PASSING, ask_page
from tests.stage.doors import all_doors
from tests.stage.pages import NOT_ASKED, PAGES, Page
from tests.stage.town import ACTORS, ELSEWHERE, VISITOR, Town

NAMES = [f"{number:02} {one.operation}" for number, one in enumerate(PAGES)]
LOOKS = [one for one in PAGES if one.operation.startswith("GET ")]
ABOUT_THINGS = [one for one in PAGES if ELSEWHERE in one.things]
FORMS = [one for one in PAGES if one.operation.startswith("POST ")]


def wrongs(town: Town, page: Page, prefix: str = "") -> list[object]:
    """Where an answer differs from what is written."""
    found: list[object] = []
    for actor in ACTORS:
        for thing in page.things:
            expected = page.expected(actor, thing)
            if expected == NOT_ASKED:
                continue
            answer = ask_page(town, page, actor, thing, prefix)
            if answer.status_code != expected:
                found.append((actor, thing, answer.status_code, expected, answer.headers.get("location")))
            to_the_door = expected == 303 and actor == VISITOR and page.operation not in ("GET /en", "POST /dang-xuat")
            if to_the_door and not answer.headers["location"].startswith(f"{prefix}/dang-nhap?next="):
                found.append((actor, thing, answer.headers["location"]))
    return found


def test_attack_12_every_page_has_its_row(tmp_path: Path) -> None:
    doors = {(one.method, one.path) for one in all_doors(tmp_path / "var") if not one.in_document}
    vietnamese = {(method, path) for method, path in doors if not path.startswith("/en/")}
    assert {f"{method} {path}" for method, path in vietnamese} == {one.operation for one in PAGES}, (
        "a new page needs a row in tests/stage/pages.py"
    )
    english = {(method, path.removeprefix("/en")) for method, path in doors if path.startswith("/en/")}
    assert english == vietnamese - {("GET", "/en"), ("GET", "/metrics"), ("GET", "/api/openapi.json")}


@pytest.mark.parametrize("page", LOOKS, ids=[name for name in NAMES if "GET" in name])
def test_attack_12_every_actor_gets_the_pages_that_are_theirs(town: Town, page: Page) -> None:
    prefixes = ("",) if page.operation in ("GET /en", "GET /metrics", "GET /api/openapi.json") else ("", "/en")
    assert [wrongs(town, page, prefix) for prefix in prefixes] == [[] for _ in prefixes]


@pytest.mark.parametrize("page", FORMS, ids=[name for name in NAMES if "POST" in name])
def test_attack_12_a_form_about_somebody_elses_things_is_refused_and_changes_nothing(town: Town, page: Page) -> None:
    before = state(town)
    assert wrongs(town, page) == []
    assert {name for name, content in state(town).items() if content != before.get(name)} == set()


@pytest.mark.parametrize(
    "page", ABOUT_THINGS, ids=[name for name, one in zip(NAMES, PAGES, strict=True) if one in ABOUT_THINGS]
)
def test_attack_13_a_hidden_page_reads_like_one_that_does_not_exist(town: Town, page: Page) -> None:
    for actor in ACTORS:
        for thing in page.things:
            if page.expected(actor, thing) == 404 == page.expected(actor, ELSEWHERE):
                hidden, absent = (
                    told(town, ask_page(town, page, actor, one), (thing, ELSEWHERE)) for one in (thing, ELSEWHERE)
                )
                assert hidden == absent, (actor, thing)


def told(town: Town, answer: httpx.Response, things: tuple[str, str]) -> tuple[int, list[str], dict[str, str]]:
    """All that a page gives away, but the names that were asked for."""
    text = answer.text
    for thing in things:
        text = re.sub(rf"(“|don_vi=|/truong/|/don-vi/){town.units.get(thing, '-')}\b", r"\1…", text)
        for kind in (town.works, town.reviews, town.deposits, town.people, town.memberships, town.classes):
            text = text.replace(kind.get(thing, "…"), "…")
    return (
        answer.status_code,
        text.splitlines(),
        {name: value for name, value in answer.headers.items() if name not in PASSING | {"content-length"}},
    )
