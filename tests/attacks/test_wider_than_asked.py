"""Attack 26: a wish that is unclear or misspelt opens a work wider than asked. On every door it opens nothing."""

import re
import uuid
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from library.catalogue.models import Deposit, Work
from library.catalogue.publishing import Readers
from library.clock import now
from library.database import reading_session, transaction
from library.people import inviting, rosters
from library.reviews.models import Review
from tests.attacks.inside import Inside

UNCLEAR = ("", "class", "department", "person", "pubic", "PUBLIC", "commune")
HTML = {"Accept": "text/html"}
CHOSEN = re.compile(r'name="sight" value="([^"]*)" required checked')
FILE = {"file": ("a.txt", b"mot hai ba", "text/plain")}


def form(inside: Inside, sight: str, wish: str) -> httpx.Response:
    return inside.ask("quan", "POST", "/api/v1/deposits", files=FILE, data={"sight": sight, wish: "true"})


def without_the_field(inside: Inside, _sight: str, wish: str) -> httpx.Response:
    return inside.ask("quan", "POST", "/api/v1/deposits", files=FILE, data={wish: "true"})


def page(inside: Inside, sight: str, wish: str) -> httpx.Response:
    return inside.ask("quan", "POST", "/gui", files=FILE, data={"sight": sight, wish: "true"}, headers=HTML)


def tus(inside: Inside, sight: str, wish: str) -> httpx.Response:
    told = {"filename": "a.pdf", "sight": sight, wish: "true"}
    metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())
    return inside.ask("quan", "POST", "/api/v1/uploads", headers={"Upload-Length": "9", "Upload-Metadata": metadata})


def kept(inside: Inside) -> tuple[Any, ...]:
    """What an unclear wish must not add to."""
    with reading_session(inside.house.engine) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Deposit, Review)]
        works = session.execute(select(Work.id, Work.state, Work.sight).order_by(Work.id)).all()
        return (*counts, *((str(row.id), row.state, row.sight) for row in works))


@pytest.mark.parametrize("sight", UNCLEAR)
@pytest.mark.parametrize("door", [form, without_the_field, page, tus])
def test_attack_26_a_file_that_shall_be_opened_says_for_whom(
    inside: Inside, door: Callable[[Inside, str, str], httpx.Response], sight: str
) -> None:
    before = kept(inside)
    for wish in ("approve", "review"):
        answer = door(inside, sight, wish)
        assert answer.status_code == 422
        assert "Chưa rõ mở cho ai đọc" in answer.text if door is page else answer.json()["code"] == "unknown-readers"
    assert kept(inside) == before


def wishes(inside: Inside, work: str) -> list[dict[str, Any]]:
    """Publications that do not say for whom, or say it in a way that means nobody of this school."""
    told = inside.get("quan", f"/api/v1/works/{work}").json()
    seen = {"version_id": told["version_id"], "digest": told["digest"]}
    with transaction(inside.house.engine) as session:
        other = inviting.ensure_school(session, "BB", "Trường B", at=now())
        name = uuid.uuid4().hex[:6]
        theirs = str(rosters.open_class(session, other, "2026-2027", name, 8, by=None, at=now()).id)
    ends = (now() + timedelta(days=1)).isoformat()
    said: list[dict[str, Any]] = [
        {},
        {"sight": None},
        *({"sight": sight} for sight in UNCLEAR),
        {"to": [theirs]},
        {"opens_at": ends},
    ]
    foreign = [
        {"sight": "class", "to": [theirs]},
        {"sight": "department", "to": [theirs]},
        {"sight": "school", "to": [theirs]},
    ]
    backwards = {"sight": "school", "opens_at": ends, "closes_at": now().isoformat()}
    return [{**seen, **one} for one in (*said, *foreign, backwards)]


def test_attack_26_publishing_and_submitting_say_for_whom_and_only_within_the_school(
    inside: Inside, tmp_path: Path
) -> None:
    work, _ = inside.lecture(tmp_path, sight="")
    before = kept(inside)
    for wish in wishes(inside, work):
        answer = inside.ask("quan", "POST", f"/api/v1/works/{work}/publication", json=wish)
        assert (answer.status_code, answer.json()["code"]) in ((422, "unknown-readers"), (422, "not-valid")), wish
        asked = {key: value for key, value in wish.items() if key not in ("version_id", "digest")}
        answer = inside.ask("huong", "POST", f"/api/v1/works/{work}/review", json=asked)
        assert (answer.status_code, answer.json()["code"]) in ((422, "unknown-readers"), (422, "not-valid")), asked
        fields = {key: str(value) for key, value in wish.items() if key in ("version_id", "digest")}
        if set(wish) <= {*fields, "sight"} and wish.get("sight") != "school":
            answer = inside.ask(
                "quan",
                "POST",
                f"/tl/{work}/duyet",
                data={**fields, **({"sight": wish["sight"]} if wish.get("sight") else {})},
                headers=HTML,
            )
            assert answer.status_code == 422 and "Chưa rõ mở cho ai đọc" in answer.text
    assert kept(inside) == before


def test_attack_26_the_forms_choose_nothing_wider_than_the_readers_of_today(inside: Inside, tmp_path: Path) -> None:
    with transaction(inside.house.engine) as session:
        name = uuid.uuid4().hex[:6]
        mine = str(
            rosters.open_class(
                session, inviting.unit_by_code(session, "AA"), "2026-2027", name, 8, by=None, at=now()
            ).id
        )
    work, _ = inside.lecture(tmp_path)
    inside.open_to(work, Readers("class", (mine,), closes_at=now() + timedelta(days=9)))
    upload, material = (inside.get("quan", path, **HTML).text for path in (f"/gui?bai={work}", f"/tl/{work}"))
    assert CHOSEN.findall(upload) == [""]
    assert (
        re.search(r'<select class="input" name="sight">\s*<option value="">Như hiện nay</option>', material)
        and "Ngày này giữ nguyên" in material
    )
    told = inside.get("quan", f"/api/v1/works/{work}").json()
    seen = {"version_id": told["version_id"], "digest": told["digest"], "sight": ""}
    assert inside.ask("quan", "POST", f"/tl/{work}/duyet", data=seen, headers=HTML).status_code == 303
    with reading_session(inside.house.engine) as session:
        found = session.get_one(Work, uuid.UUID(work))
        assert (found.sight, found.sight_to, found.closes_at is not None) == ("class", [mine], True)
    draft, _ = inside.lecture(tmp_path)
    assert '<option value="">Chọn người đọc</option>' in inside.get("quan", f"/tl/{draft}", **HTML).text
    of_the_province = inside.get("goc", "/gui", **HTML).text
    assert 'value="school"' not in of_the_province and CHOSEN.findall(of_the_province) == []
