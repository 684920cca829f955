"""Attack 27: the files of a review that is over, and what a browser has kept of files whose reader may not see them any
more.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from library.catalogue.publishing import Readers
from library.clock import now
from library.database import transaction
from library.people import rosters
from tests.attacks.inside import WORDS, Inside, actor, person

pytestmark = pytest.mark.slow

FOR_GOOD, ASK_FIRST = "private, max-age=31536000, immutable", "private, no-cache"
OF_REVIEW = ("file", "pages/1/image", "pages/1/image?size=400")
OF_WORK = ("file", "thumbnail", "pages/1/image", "pages/1/image?size=400")
HTML = {"Accept": "text/html"}


def recalled(inside: Inside, review: str) -> None:
    assert inside.ask("huong", "DELETE", f"/api/v1/reviews/{review}").status_code == 200


def decided(how: str, **wish: object) -> Callable[[Inside, str], None]:
    def decide(inside: Inside, review: str) -> None:
        shown = inside.get("minh", f"/api/v1/reviews/{review}").json()
        body = {"version_id": shown["version_id"], "digest": shown["digest"], **wish}
        assert inside.ask("minh", "POST", f"/api/v1/reviews/{review}/{how}", json=body).status_code == 200

    return decide


ENDS = {
    "recalled": recalled,
    "returned": decided("return", reasons=["MO_KHO_DOC"]),
    "approved for nobody else": decided("approval"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_attack_27_a_review_that_is_over_gives_its_reviewers_no_files_any_more(
    inside: Inside, tmp_path: Path, end: Callable[[Inside, str], None]
) -> None:
    work, review = inside.lecture(tmp_path, review=True, sight="owner")
    assert review is not None
    addresses = [f"/api/v1/reviews/{review}/{what}" for what in OF_REVIEW]
    of_work = [f"/api/v1/works/{work}/{what}" for what in (*OF_WORK, "pages/1", "hits?q=trang")] + [
        f"/doc/{work}",
        f"/tl/{work}",
    ]
    page = inside.get("minh", f"/duyet/{review}", **HTML).text
    assert "/pages/1/image" in page and f"/reviews/{review}/file" in page
    tags = {one: inside.get("minh", one).headers["etag"] for one in addresses}
    assert {inside.get("minh", one).status_code for one in of_work} == {200}
    end(inside, review)
    for who in ("minh", "lan"):
        for address, tag in tags.items():
            for more in ({}, {"If-None-Match": tag}, {"Range": "bytes=0-0"}):
                answer = inside.get(who, address, **more)
                assert (answer.status_code, answer.json()["code"]) == (403, "review-over")
        assert {inside.get(who, one).status_code for one in of_work} == {404}
        told = inside.get(who, f"/api/v1/reviews/{review}").json()
        page = inside.get(who, f"/duyet/{review}", **HTML).text
        assert told["may_open"] is False and "đã đóng lại" in page
        assert WORDS not in page and "/pages/1/image" not in page and f"/reviews/{review}/file" not in page
    assert {inside.get("huong", one).status_code for one in addresses} == {200}, "its author has them still"


def test_attack_27_a_decision_taken_back_opens_the_files_again(inside: Inside, tmp_path: Path) -> None:
    _, review = inside.lecture(tmp_path, review=True)
    assert review is not None
    ENDS["returned"](inside, review)
    assert inside.get("minh", f"/api/v1/reviews/{review}/file").status_code == 403
    assert inside.ask("minh", "DELETE", f"/api/v1/reviews/{review}/decision").status_code == 200
    assert inside.get("minh", f"/api/v1/reviews/{review}/file").status_code == 200


def test_attack_27_whoever_submitted_for_another_and_has_lost_that_right_has_no_files_of_it(
    inside: Inside, tmp_path: Path
) -> None:
    with transaction(inside.house.engine) as session:
        root = actor(session, "goc")
        rosters.give_role(
            session,
            person(session, "lan"),
            actor(session, "lan").memberships[0].unit,
            "administrator",
            by=root,
            at=now(),
        )
    work, _ = inside.lecture(tmp_path)
    review = inside.ask("lan", "POST", f"/api/v1/works/{work}/review", json={"sight": "school"}).json()["id"]
    recalled(inside, review)
    assert inside.get("lan", f"/api/v1/reviews/{review}/file").status_code == 200, "an administrator looks after drafts"
    with transaction(inside.house.engine) as session:
        held = next(one for one in actor(session, "lan").memberships if one.role == "administrator")
        rosters.end_role(session, held.id, by=actor(session, "goc"), at=now())
    assert inside.get("lan", f"/api/v1/reviews/{review}/file").status_code == 403


@pytest.mark.parametrize(
    ("readers", "reader", "caching"),
    [
        (None, "huong", ASK_FIRST),
        (Readers("school"), "em", ASK_FIRST),
        (Readers("province"), "em", ASK_FIRST),
        (Readers("public", closes_at=now() + timedelta(days=2)), "", ASK_FIRST),
        (Readers("public", opens_at=now() + timedelta(days=2)), "huong", ASK_FIRST),
        (Readers("public"), "", FOR_GOOD),
    ],
    ids=["draft", "school", "province", "licence that runs out", "embargo", "public"],
)
def test_attack_27_a_browser_keeps_for_good_only_what_everybody_may_see_for_good(
    inside: Inside, tmp_path: Path, readers: Readers | None, reader: str, caching: str
) -> None:
    work, _ = inside.lecture(tmp_path)
    if readers:
        inside.open_to(work, readers)
    for what in OF_WORK:
        answer = inside.get(reader, f"/api/v1/works/{work}/{what}")
        assert (answer.status_code, answer.headers["cache-control"]) == (
            200,
            ASK_FIRST if what == "file" else caching,
        ), what
        for tag in (answer.headers["etag"], f'"x", W/{answer.headers["etag"]}'):
            again = inside.get(reader, f"/api/v1/works/{work}/{what}", **{"If-None-Match": tag})
            assert (again.status_code, again.content, again.headers["cache-control"]) == (
                304,
                b"",
                answer.headers["cache-control"],
            )
        assert answer.headers["vary"] == "Cookie"


def test_attack_27_rights_are_asked_before_a_browser_hears_that_nothing_has_changed(
    inside: Inside, tmp_path: Path
) -> None:
    work, review = inside.lecture(tmp_path, review=True)
    images = [f"/api/v1/works/{work}/{what}" for what in OF_WORK] + [
        f"/api/v1/reviews/{review}/{what}" for what in OF_REVIEW
    ]
    tags = {one: inside.get("huong", one).headers["etag"] for one in images}
    assert {inside.get("huong", one, **{"If-None-Match": tag}).status_code for one, tag in tags.items()} == {304}
    assert inside.ask("huong", "POST", "/api/v1/sign-out").status_code == 204
    for address, tag in tags.items():
        answer = inside.get("huong", address, **{"If-None-Match": tag})
        assert answer.status_code in (401, 404) and "etag" not in answer.headers
    inside.enter("huong")
    inside.open_to(work, Readers("school"))
    public = {one: tag for one, tag in tags.items() if "/works/" in one}
    assert {inside.get("em", one, **{"If-None-Match": tag}).status_code for one, tag in public.items()} == {304}
    assert inside.ask("quan", "DELETE", f"/api/v1/works/{work}/publication").status_code == 200
    assert {inside.get("em", one, **{"If-None-Match": tag}).status_code for one, tag in public.items()} == {404}
