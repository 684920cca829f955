"""Attack 13: the words of a draft stay hidden, and its existence is guessed from tags, parts, counts, lists and what
the bell says.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.house import upload, wait_for
from tests.stage import makers
from tests.stage.asking import ask, ask_page, told
from tests.stage.pages import PAGES
from tests.stage.rows import ROWS, sees
from tests.stage.town import ACTORS, DRAFT, ELSEWHERE, OTHER, OWN, VISITOR, WITHDRAWN, Town

FILES = (
    "file",
    "thumbnail",
    "pages/1/image",
    "pages/1/image?width=400",
    "pages/1",
    "hits?q=kiem+tra",
    "history",
    "usage",
    "",
)
TITLE = "Hoá học Zuỳnhkhôngai"
FRESH = re.compile(r'(name="key" value=|"key":\s*)"[0-9a-f-]{36}"')  # of the next scan, anew in each page
# by themselves: counters, a lease, an undo that runs out
CHANGING = {"GET /metrics", "GET /duyet", "GET /quay", "GET /toi"}
OWNERS = {"teacher-a", "administrator-a", "root"}


def conditions(town: Town, thing: str) -> list[dict[str, str]]:
    """What one may ask a file on condition of, with the true tags of the thing."""
    owner = town.clients["teacher-a"]
    tags = [owner.get(f"/api/v1/works/{town.works[thing]}/{name}").headers.get("etag", '"x"') for name in FILES[:3]]
    parts = ("bytes=0-0", "bytes=-1", "bytes=99999999-", "bytes=0-0,5-9", "bytes=b-a")
    known = [{name: tag} for tag in (*tags, "*") for name in ("If-None-Match", "If-Match")]
    return [
        *known,
        *({"Range": part} for part in parts),
        {"Range": "bytes=0-0", "If-Range": tags[0]},
        {"Save-Data": "on"},
        {"Accept-Encoding": "gzip"},
    ]


@pytest.mark.parametrize(
    "thing", [DRAFT, *(pytest.param(one, marks=pytest.mark.full) for one in (WITHDRAWN, OTHER, OWN))]
)
def test_attack_13_a_hidden_file_answers_conditions_and_parts_like_an_absent_one(town: Town, thing: str) -> None:
    asked = conditions(town, thing)
    for actor in (one for one in ACTORS if not sees(one, thing)):
        client = town.clients[actor]
        for name in FILES:
            hidden, absent = (f"/api/v1/works/{town.works[one]}/{name}".rstrip("/") for one in (thing, ELSEWHERE))
            for headers in asked:
                assert told(client.get(hidden, headers=headers)) == told(client.get(absent, headers=headers)), (
                    actor,
                    name,
                    headers,
                )
            for method in ("HEAD", "OPTIONS", "DELETE", "PUT"):
                assert told(client.request(method, hidden)) == told(client.request(method, absent)), (
                    actor,
                    name,
                    method,
                )


def test_attack_13_conditions_and_parts_do_work_for_those_who_may_see_the_file(town: Town) -> None:
    client, path = town.clients["teacher-a"], f"/api/v1/works/{town.works[DRAFT]}/file"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"Range": "bytes=0-3"}).status_code == 206


@pytest.mark.parametrize("operation", sorted(one for one in ROWS if "review_id" in one or "notice_id" in one))
def test_attack_13_hidden_reviews_and_notices_answer_like_absent_ones(town: Town, operation: str) -> None:
    row = ROWS[operation]
    for actor in ACTORS:
        for thing in (OWN, OTHER):
            if row.expected(actor, thing) == 404 == row.expected(actor, ELSEWHERE):
                assert told(ask(town, operation, row, actor, thing)) == told(
                    ask(town, operation, row, actor, ELSEWHERE)
                ), (actor, thing)


def test_attack_13_another_ones_notice_cannot_be_told_from_one_that_does_not_exist(town: Town) -> None:
    notices = town.clients["reviewer-a"].get("/api/v1/me/notices").json()["notices"]
    for actor in (one for one in ACTORS if one != "reviewer-a"):
        for one in notices:
            real, absent = (
                town.clients[actor].put(f"/api/v1/me/notices/{name}/read")
                for name in (one["id"], town.works[ELSEWHERE])
            )
            assert told(real) == told(absent)
    assert town.clients["reviewer-a"].get("/api/v1/me/notices").json()["notices"] == notices, (
        "and none of them has been read by it"
    )


def surfaces(town: Town, actor: str) -> dict[str, Any]:
    """Every list, count, form and page that somebody can ask for without knowing an id."""
    found: dict[str, Any] = {}
    queries = (
        {"q": "de kiem tra"},
        {"q": TITLE},
        {"q": "Zuỳnhkhôngai"},
        {"q": "de kiem tra", "grade": "9"},
        {"q": "hoa hoc", "subject": "HOA_HOC"},
        {"grade": "9"},
    )
    vietnamese = {"grade": "lop", "subject": "mon", "q": "q"}
    for operation, row in ROWS.items():
        method, path = operation.split(" ")
        if method == "GET" and "{" not in path and path not in ("/readyz", "/version"):
            found[operation] = told(ask(town, operation, row, actor, OWN))
    for page in PAGES:
        if (
            page.operation.startswith("GET ")
            and "{" not in page.operation
            and not page.query
            and page.operation not in CHANGING
        ):
            found[page.operation] = told(ask_page(town, page, actor, OWN))
    client = town.clients[actor]
    for path in ("/tim", "/api/v1/search", "/truong/AA", "/api/v1/schools/AA"):
        for wished in queries:
            query = wished if path.startswith("/api/") else {vietnamese[name]: text for name, text in wished.items()}
            found[f"{path} {query}"] = told(client.get(path, params=query, headers={"Accept": "text/html"}))
    return {name: FRESH.sub("", str(one)) for name, one in found.items()}


def differences(town: Town, before: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (actor, name)
        for actor, old in before.items()
        for name, now in surfaces(town, actor).items()
        if now != old[name]
    ]


def settled(town: Town, before: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """What is different once the index has had time to follow."""
    end = time.monotonic() + 60
    while (found := differences(town, before)) and time.monotonic() < end:
        time.sleep(0.3)
    return found


@pytest.fixture(scope="module")
def unseen(
    town: Town, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, dict[str, Any]], str, tuple[str, str]]]:
    """What everybody sees before there is a draft, and the draft: a work of grade 9 in chemistry, alone in both."""
    before = {actor: surfaces(town, actor) for actor in ACTORS if actor not in OWNERS}
    teacher = town.clients["teacher-a"]
    row = wait_for(
        teacher, upload(teacher, makers.textbook(tmp_path_factory.mktemp("unseen") / "draft.pdf", 2, title=TITLE))
    )
    teacher.patch(
        f"/api/v1/works/{row['work_id']}", json={"grade": 9, "subject": "HOA_HOC", "title": TITLE}
    ).raise_for_status()
    wait_for(teacher, row["id"])
    yield before, row["work_id"], (row["version_id"], row["digest"])


def test_attack_13_with_a_draft_in_the_house_every_list_and_count_is_the_same_to_the_byte(
    town: Town, unseen: Any
) -> None:
    before, work, _ = unseen
    assert differences(town, before) == []
    mine = surfaces(town, "teacher-a")
    shows = [name for name, one in mine.items() if TITLE in one]
    assert any("/api/v1/search" in name for name in shows), "its owner does find it"
    assert work in mine["GET /api/v1/deposits"]


def test_attack_13_with_a_draft_under_review_only_its_reviewers_learn_of_it(town: Town, unseen: Any) -> None:
    before, work, _ = unseen
    teacher = town.clients["teacher-a"]
    review = teacher.post(f"/api/v1/works/{work}/review", json={"sight": "school"}).raise_for_status().json()["id"]
    try:
        found = settled(town, {actor: old for actor, old in before.items() if actor != "reviewer-a"})
        assert found == []
        assert any(actor == "reviewer-a" for actor, _ in differences(town, {"reviewer-a": before["reviewer-a"]}))
    finally:
        teacher.delete(f"/api/v1/reviews/{review}").raise_for_status()


def test_attack_13_what_was_withdrawn_leaves_no_count_behind(town: Town, unseen: Any) -> None:
    before, work, (version_id, digest) = unseen
    root = town.clients["root"]
    wish = {
        "version_id": version_id,
        "digest": root.get(f"/api/v1/works/{work}").json()["digest"] or digest,
        "sight": "public",
    }
    root.post(f"/api/v1/works/{work}/publication", json=wish).raise_for_status()
    assert differences(town, {VISITOR: before[VISITOR]}), "now everybody sees it"
    root.delete(f"/api/v1/works/{work}/publication").raise_for_status()
    assert settled(town, before) == []
