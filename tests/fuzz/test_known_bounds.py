"""What an attacker found, or tried, by hand: each is refused with a sentence, on both databases."""

import json
from typing import Any

import pytest

from library.people.roles import Role
from tests.fuzz.told import wrong_with
from tests.stage.in_process import ROOT, VISITOR, Stage

pytestmark = pytest.mark.slow

DIGITS, NUL, HALF = "9" * 5000, "a\x00b", "\ud800"
API, BODY = "/api/v1", {"Content-Type": "application/json"}
WORK = f"{API}/works/{{work_id}}"
ANNOUNCED = {"Content-Length": str(10**14)}  # more than any disk has
VERSION = {"version_id": "0", "digest": "0"}


def json_of(**wish: Any) -> dict[str, Any]:
    """A body with its halves of surrogates, which httpx itself would refuse."""
    return {"content": json.dumps(wish).encode(), "headers": BODY}


REFUSED: tuple[tuple[str, str, str, dict[str, Any], int], ...] = (
    (VISITOR, "GET", f"{API}/search?q={'a' * 3000}", {}, 422),
    (VISITOR, "GET", f"{API}/search?q={'a' * 9000}", {}, 414),
    (VISITOR, "GET", f"{API}/search?subject={DIGITS}", {}, 422),
    (VISITOR, "GET", f"{API}/search?grade={'9' * 61}", {}, 422),
    (VISITOR, "GET", f"{API}/search?page={2**64}", {}, 422),
    (VISITOR, "GET", f"{API}/schools/%00", {}, 404),
    (VISITOR, "GET", f"{API}/schools/{'A' * 500}", {}, 414),
    (VISITOR, "GET", f"{WORK}/pages/{2**63}", {}, 422),
    (VISITOR, "GET", f"{WORK}/pages/-1", {}, 422),
    (VISITOR, "GET", f"{WORK}/pages/{DIGITS[:300]}/image", {}, 422),
    (VISITOR, "GET", f"{WORK}/file", {"headers": {"Range": f"bytes={10**17}-"}}, 416),
    (VISITOR, "POST", f"{API}/sign-in", json_of(login=NUL, password="mật khẩu"), 422),
    (VISITOR, "POST", f"{API}/sign-in", json_of(login=HALF, password="mật khẩu"), 422),
    (VISITOR, "POST", f"{API}/sign-in", {"content": b'{"login": ' + b"[" * 9000 + b"}", "headers": BODY}, 400),
    (VISITOR, "POST", f"{API}/sign-in", {"content": b"\xff\xfe", "headers": BODY}, 422),
    (ROOT, "POST", "/quan-tri/nguoi-dung", {"data": {"unit": "a\0b"}}, 422),
    (ROOT, "POST", "/quan-tri/lop", {"data": {"unit": ["AA", "BB"], "name": "9" * 2001}}, 422),
    (Role.REVIEWER, "POST", "/duyet/{review_id}/tra-lai", {"data": {"p": ["1", "2"], "remark": "r" * 2001}}, 422),
    (Role.TEACHER, "POST", "/gui", {"data": {"work": ["a", "b"]}}, 422),
    (Role.PUPIL, "PUT", f"{WORK}/place", json_of(page=2**31), 422),
    (Role.PUPIL, "PUT", f"{WORK}/place", {"content": f'{{"page": {DIGITS}}}'.encode(), "headers": BODY}, 400),
    (Role.PUPIL, "PUT", f"{API}/me/role", json_of(role_id=NUL), 422),
    (Role.PUPIL, "PUT", f"{API}/me/role", json_of(**{"role_id": "x", HALF: 1}), 422),
    (Role.PUPIL, "PUT", f"{API}/me/role", json_of(**{"role_id": "x", "y" * 100_000: 2}), 422),
    (Role.TEACHER, "POST", f"{API}/uploads", {"headers": {"Upload-Length": str(10**30)}}, 422),
    (Role.TEACHER, "POST", f"{API}/uploads", {"headers": {"Upload-Length": str(2**62)}}, 413),
    (Role.TEACHER, "POST", f"{API}/uploads", {"headers": {"Upload-Length": "-1"}}, 422),
    (
        Role.TEACHER,
        "POST",
        f"{API}/uploads",
        {"headers": {"Upload-Length": "1", "Upload-Metadata": "filename YQBi"}},
        400,
    ),
    (
        Role.TEACHER,
        "POST",
        f"{API}/uploads",
        {"headers": {"Upload-Length": "1", "Upload-Metadata": f"filename {'YWFh' * 8000}"}},
        422,
    ),
    (
        Role.TEACHER,
        "PATCH",
        f"{API}/uploads/{{upload_id}}",
        {"headers": {"Upload-Offset": str(2**64)}, "content": b"a"},
        422,
    ),
    (Role.TEACHER, "PATCH", f"{API}/uploads/{{upload_id}}", {"headers": {"Upload-Offset": "-5"}, "content": b"a"}, 422),
    (
        Role.TEACHER,
        "PATCH",
        f"{API}/uploads/{{upload_id}}",
        {"headers": {"Upload-Offset": "38043", **ANNOUNCED}, "content": b"a"},
        409,
    ),
    (
        Role.TEACHER,
        "PATCH",
        f"{API}/uploads/{{upload_id}}",
        {"headers": {"Upload-Offset": "0", **ANNOUNCED}, "content": b"a" * 1001},
        413,
    ),
    (Role.TEACHER, "POST", f"{API}/deposits", {"files": {"file": ("a.pdf", b"a", "a/b")}, "data": {"sight": NUL}}, 422),
    (
        Role.TEACHER,
        "POST",
        f"{API}/deposits",
        {"files": {"file": ("a.pdf", b"a", "a/b")}, "data": {NUL: "1", "z" * 200: "2"}},
        422,
    ),
    (ROOT, "PATCH", WORK, json_of(title="Toán\x00 8"), 422),
    (ROOT, "PATCH", WORK, json_of(title="a" * 301), 422),
    (ROOT, "PATCH", WORK, json_of(authors=["a"]), 422),
    (ROOT, "PATCH", WORK, json_of(subject="a" * 61), 422),
    (ROOT, "PATCH", WORK, json_of(grade=2**63), 422),
    (ROOT, "PATCH", WORK, {"content": b'{"grade": 1e400}', "headers": BODY}, 422),
    (ROOT, "POST", f"{WORK}/publication", json_of(**VERSION, opens_at="0001-01-01T00:00:00+14:00"), 422),
    (ROOT, "POST", f"{WORK}/publication", json_of(**VERSION, closes_at="9999-12-31T23:59:59-14:00"), 422),
    (ROOT, "POST", f"{WORK}/publication", json_of(**VERSION, opens_at="0000-00-00T00:00:00Z"), 422),
    (ROOT, "POST", f"{WORK}/publication", json_of(**VERSION, sight="person", to=["x" * 61]), 422),
    (ROOT, "POST", f"{API}/units", json_of(kind="school", code="CC", name="Trường\x00", place="tinh"), 422),
    (ROOT, "POST", f"{API}/units/BB/succession", json_of(into=[NUL]), 422),
    (ROOT, "POST", f"{API}/units/BB/classes", json_of(name="8A", grade=99), 422),
    (Role.LIBRARIAN, "POST", f"{API}/copies", json_of(title="Vở", count=10**9), 422),
    (Role.LIBRARIAN, "POST", f"{API}/copies", json_of(title="Vở", barcodes=["1" * 61]), 422),
    (Role.LIBRARIAN, "POST", f"{API}/copies", json_of(title="Vở", barcodes=[NUL]), 422),
    (Role.LIBRARIAN, "PUT", f"{API}/desk/calendar", json_of(open_weekdays=[0]), 422),
    (Role.LIBRARIAN, "PUT", f"{API}/desk/calendar", json_of(closed_days=["9999-12-31"]), 422),
    (Role.LIBRARIAN, "PUT", f"{API}/desk/calendar", json_of(last_return_day="0001-01-01"), 422),
)
ANSWERED = (  # senseless, but answered
    f"{API}/search?grade=%D9%A3&grade=0&grade=-1",
    f"{API}/search?q=%00%ED%A0%80",
    "/tim?trang=-5",
    "/tim?trang=" + "9" * 300,
    "/tim?q=a&lop=99",
    "/doc/{work_id}?p=99999999999&q=%00",
    "/tro-giup?cho=../../x",
    f"/api/v1/works/{{work_id}}/pages/1?q={'%F0%9F%98%80' * 60}",
)


def test_what_has_no_bounds_for_an_attacker_has_them_here(stage: Stage) -> None:
    wrong = []
    for by, method, path, sent, status in REFUSED:
        answer = stage.ask(by, method, path.format(**stage.known), **sent)
        if answer.status_code != status or wrong_with(answer):
            wrong.append((by, method, path[:80], str(sent)[:120], answer.status_code, status, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_is_only_senseless_is_answered(stage: Stage) -> None:
    answers = [(path[:60], stage.ask(VISITOR, "GET", path.format(**stage.known)).status_code) for path in ANSWERED]
    assert [one for one in answers if one[1] != 200] == []


def test_a_senseless_range_is_the_whole_file(stage: Stage) -> None:
    path = f"{API}/works/{stage.known['work_id']}/file"
    for told in (f"bytes=0-{DIGITS}", f"bytes={DIGITS}-", "bytes=--5", "bytes=5-1", "chars=0-1"):
        answer = stage.ask(VISITOR, "GET", path, headers={"Range": told})
        assert answer.status_code in (200, 416), told
