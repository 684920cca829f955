"""Attacks 12 and 13: who gets what from every operation, and that hidden things answer like absent ones on every
surface.
"""

from collections.abc import Iterator

import pytest

from tests.services.house import running
from tests.stage.asking import ask, told
from tests.stage.rows import ROWS, sees
from tests.stage.town import ACTORS, CANARY, DRAFT, ELSEWHERE, THINGS, Town, build


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("matrix")
    with running(folder / "var") as house:
        yield build(house, folder)


def operations(town: Town) -> set[str]:
    """Every operation of the OpenAPI document."""
    paths = town.clients["visitor"].get("/api/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_operation_has_its_row(town: Town) -> None:
    assert operations(town) == set(ROWS), "a new operation needs a row in tests/stage/rows.py"


@pytest.mark.parametrize("operation", sorted(ROWS))
def test_attack_12_every_actor_gets_what_the_row_says(town: Town, operation: str) -> None:
    row = ROWS[operation]
    wrong = []
    for actor in ACTORS:
        for thing in row.things:
            answer = ask(town, operation, row, actor, thing)
            expected = row.expected(actor, thing)
            if answer.status_code != expected:
                wrong.append((actor, thing, answer.status_code, expected, answer.text[:160]))
            if answer.status_code < 300:
                row.afterwards(town, thing)
    assert wrong == []


@pytest.mark.parametrize("operation", sorted(one for one, row in ROWS.items() if row.things == THINGS))
def test_attack_13_what_is_hidden_answers_like_what_does_not_exist(town: Town, operation: str) -> None:
    row = ROWS[operation]
    for actor in ACTORS:
        absent = told(ask(town, operation, row, actor, ELSEWHERE))
        for thing in THINGS:
            answer = ask(town, operation, row, actor, thing)
            if answer.status_code == 404:
                assert told(answer) == absent, (actor, thing)
            elif answer.status_code < 300:
                row.afterwards(town, thing)


def test_attack_13_the_words_of_a_draft_are_on_no_surface_of_those_who_may_not_see_it(town: Town) -> None:
    words = CANARY.split()
    listed = [
        one.split(" ")[1]
        for one, row in ROWS.items()
        if one.startswith("GET ") and "{" not in one and row.expected("root", "own") == 200
    ]
    pages = [
        "/",
        "/toi",
        "/bai-cua-toi",
        "/tim",
        f"/tl/{town.works[DRAFT]}",
        f"/doc/{town.works[DRAFT]}",
        f"/doc/{town.works[DRAFT]}?q=kiem+tra",
    ]
    for actor in ACTORS:
        client, seen = town.clients[actor], []
        for path in (*listed, *pages):
            for query in ({}, {"q": words[0]}, {"q": f'"{CANARY}"'}):
                answer = client.get(path, params=query, headers={"Accept": "text/html"} if path in pages else {})
                body = answer.text
                for asked in {query.get("q", ""), words[0]} - {""}:
                    body = body.replace(f'value="{asked}"', "").replace(f'"query":"{asked}"', "")
                if any(f"Đề kiểm tra {word}" in body for word in words):
                    seen.append(path)
        assert bool(seen) == sees(actor, DRAFT), (actor, seen)
