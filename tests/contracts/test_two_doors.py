"""One act, two doors: what the JSON API and the form of a page do to the same house is the same, row by row and audit
line by audit line.
"""

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.routing import APIRoute
from starlette.routing import compile_path
from starlette.testclient import TestClient

from api.app import create_app
from api.doors import PAGES
from library.house import House, open_house
from library.people.roles import Role
from library.settings import Settings
from tests.services.house import PASSWORD
from tests.stage.in_process import ROOT, Stage, opened

ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+]00:00)?")
CHANCE = re.compile(r"'\d{7,10}'")  # the number of a row in the full-text table
SECRET = re.compile(r"\$argon2id\$\S+|\b[0-9a-f]{64}\b")
ANOTHER = "bon-tu-de-nho-khac-2026"
SCAN, COPY, BACK = (f"6a1f0d3e-4f2b-4a7e-9b64-0d6c1f5f2a1{number}" for number in range(3))


class Way(NamedTuple):
    """One request of an act."""

    method: str
    path: str
    sent: dict[str, Any]


@dataclass(frozen=True)
class Act:
    """The same by both doors; texts name what the stage knows. `before`: acts by JSON that come first on both sides."""

    name: str
    by: str
    json: Way
    form: Way
    before: tuple[tuple[str, Way], ...] = ()
    known: dict[str, str] = field(default_factory=dict)


def by_json(method: str, path: str, **body: Any) -> Way:
    return Way(method, f"/api/v1{path}", {"json": body} if body or method in ("POST", "PUT", "PATCH") else {})


def by_form(path: str, **fields: Any) -> Way:
    return Way("POST", path, {"data": fields})


BYTES = {"version_id": "{waiting_version}", "digest": "{waiting_bytes}"}
SEEN = {"version_id": "{waiting_version}", "digest": "{waiting_digest}"}
OPEN = {"version_id": "{version}", "digest": "{digest}"}
APPROVED = ((Role.REVIEWER, by_json("POST", "/reviews/{review_id}/approval", **SEEN)),)
GONE = {"reason": "mistaken", "remark": "gửi nhầm"}
UNIT = {"unit": "AA"}
LEFT = {"reason": "left", "remark": "chuyển trường"}
CARD = ((Role.LIBRARIAN, by_json("POST", "/desk/scans", id=SCAN, code="victim", card=None, return_first=False)),)
LENT = (*CARD, (Role.LIBRARIAN, by_json("POST", "/desk/scans", id=COPY, code="{barcode}", opened_by=SCAN)))
FILE = {"files": {"file": ("ghi-chu.txt", "Tam giác đồng dạng.".encode(), "text/plain")}, "data": {"sight": "school"}}
DESCRIBED = {**FILE, "data": {"sight": "school", "subject": "TOAN", "grade": "8", "licence": "NGOAI_LE_DAY_HOC"}}

WHOLE: dict[str, Any] = {
    "title": "Tam giác đồng dạng, bản đọc",
    "authors": "Cô Hương",
    "type": "BG_TRINH_CHIEU",
    "subject": "TOAN",
    "grade": 8,
    "lesson": "Bài 33",
    "series": "KNTT",
    "keywords": ["tam giác", "đồng dạng"],
    "source": "Tự soạn",
    "licence": "CC-BY-SA-4.0",
    "description": "Hai dòng\nmô tả.",
    "isbn": "978-604-0-18600-3",
}
TYPED = {**WHOLE, "grade": "8", "keywords": "tam giác, đồng dạng,"}
SEVERAL = {"subject": "NGU_VAN", "grade": 9, "licence": "CC-BY-4.0"}
SOME = {"works": ["{work_id}", "{waiting}"]}

ACTS = (
    Act(
        "a card is corrected before its approval",
        Role.TEACHER,
        by_json("PATCH", "/works/{waiting}", **WHOLE),
        by_form("/tl/{waiting}/the", **TYPED),
    ),
    Act(
        "a corrected card of what readers have waits",
        Role.TEACHER,
        by_json("PATCH", "/works/{work_id}", **WHOLE),
        by_form("/tl/{work_id}/the", **TYPED),
    ),
    Act(
        "a card of what readers have is corrected by who may publish",
        ROOT,
        by_json("PATCH", "/works/{work_id}", **WHOLE),
        by_form("/tl/{work_id}/the", **TYPED),
    ),
    Act(
        "a card is corrected by its reviewer",
        Role.REVIEWER,
        by_json("PATCH", "/reviews/{review_id}/card", **WHOLE),
        by_form("/duyet/{review_id}/the", **TYPED),
    ),
    Act(
        "several cards are written at once",
        Role.TEACHER,
        by_json("PATCH", "/works", **SOME, card=SEVERAL),
        by_form("/bai-cua-toi/the", **SOME, **SEVERAL),
    ),
    Act(
        "a school is opened",
        ROOT,
        by_json("POST", "/units", kind="school", code="MOI", name="Trường mới", place="tinh"),
        by_form("/quan-tri/truong", kind="school", code="MOI", name="Trường mới", place="tinh"),
    ),
    Act(
        "a school is renamed",
        ROOT,
        by_json("PATCH", "/units/BB", name="Tên khác"),
        by_form("/quan-tri/truong/BB", name="Tên khác"),
    ),
    Act("a school gets a hub", ROOT, by_json("PATCH", "/units/BB", hub="AA"), by_form("/quan-tri/truong/BB", hub="AA")),
    Act(
        "a school is managed by another",
        ROOT,
        by_json("PATCH", "/units/BB", authority="tinh"),
        by_form("/quan-tri/truong/BB", authority="tinh"),
    ),
    Act(
        "schools are merged",
        ROOT,
        by_json("POST", "/units/BB/succession", into=["AA"]),
        by_form("/quan-tri/truong/BB", into="AA", sure="true"),
    ),
    Act(
        "a merger is undone",
        ROOT,
        by_json("DELETE", "/units/AA/succession"),
        by_form("/da-xoa/don-vi/AA/mo-lai"),
        before=((ROOT, by_json("POST", "/units/AA/succession", into=["BB"])),),
    ),
    Act(
        "a unit is removed",
        ROOT,
        by_json("DELETE", "/units/NHAM"),
        by_form("/quan-tri/truong/NHAM/xoa"),
        before=((ROOT, by_json("POST", "/units", kind="school", code="NHAM", name="Mở nhầm", place="tinh")),),
    ),
    Act(
        "a school says when its library is open",
        Role.LIBRARIAN,
        by_json("PUT", "/desk/calendar", opening_hours="Sáng", open_weekdays=[1, 3], closed_days=["2027-01-26"]),
        by_form("/quay/lich", opening_hours="Sáng", open_weekdays=["1", "3"], closed="26/01/2027"),
    ),
    Act(
        "a person is added with a link",
        ROOT,
        by_json(
            "POST",
            "/units/AA/members",
            name="Người mới",
            login="nguoi.moi",
            role=Role.TEACHER,
            way="link",
            email="moi@example.vn",
        ),
        by_form(
            "/quan-tri/nguoi-dung",
            unit="AA",
            name="Người mới",
            login="nguoi.moi",
            role=Role.TEACHER,
            way="link",
            email="moi@example.vn",
        ),
    ),
    Act(
        "a first password is printed",
        ROOT,
        by_json("POST", "/people/{person_id}/way-in", way="password"),
        by_form("/quan-tri/nguoi-dung/{person_id}/in-mat-khau", **UNIT),
    ),
    Act(
        "a role is given",
        ROOT,
        by_json("POST", "/people/{person_id}/roles", unit="AA", role=Role.LIBRARIAN),
        by_form("/quan-tri/nguoi-dung/{person_id}/vai-tro", unit="AA", role=Role.LIBRARIAN),
    ),
    Act(
        "a role ends",
        ROOT,
        by_json("DELETE", "/memberships/{membership_id}"),
        by_form("/quan-tri/nguoi-dung/vai-tro/{membership_id}/thoi", **UNIT, sure="true"),
    ),
    Act(
        "a role is given back",
        ROOT,
        by_json("DELETE", "/memberships/{membership_id}/end"),
        by_form("/da-xoa/vai-tro/{membership_id}/lay-lai"),
        before=((ROOT, by_json("DELETE", "/memberships/{membership_id}")),),
    ),
    Act(
        "a person is shut out",
        ROOT,
        by_json("PUT", "/people/{person_id}/disabled"),
        by_form("/quan-tri/nguoi-dung/{person_id}/khoa", **UNIT),
    ),
    Act(
        "a person is let in again",
        ROOT,
        by_json("DELETE", "/people/{person_id}/disabled"),
        by_form("/quan-tri/nguoi-dung/{person_id}/mo", **UNIT),
        before=((ROOT, by_json("PUT", "/people/{person_id}/disabled")),),
    ),
    Act(
        "a person may try again",
        ROOT,
        by_json("DELETE", "/people/{person_id}/waiting"),
        by_form("/quan-tri/nguoi-dung/{person_id}/cho-thu", **UNIT),
    ),
    Act(
        "a class is opened",
        ROOT,
        by_json("POST", "/units/AA/classes", name="9B", grade=9),
        by_form("/quan-tri/lop", unit="AA", name="9B", grade="9"),
    ),
    Act(
        "a pupil comes into a class",
        ROOT,
        by_json("POST", "/classes/{class_id}/pupils", person_ids=["{person_id}"]),
        by_form("/quan-tri/nguoi-dung/{person_id}/lop", unit="AA", school_class="{class_id}"),
    ),
    Act(
        "whoever is no pupil teaches a class",
        ROOT,
        by_json("POST", "/classes/{class_id}/pupils", person_ids=["{librarian}"]),
        by_form("/quan-tri/nguoi-dung/{librarian}/lop", unit="AA", school_class="{class_id}"),
    ),
    Act(
        "a work is deleted",
        ROOT,
        by_json("POST", "/works/{waiting}/deletion", **GONE),
        by_form("/tl/{waiting}/xoa", **GONE),
    ),
    Act(
        "a person is deleted",
        ROOT,
        by_json("POST", "/people/{person_id}/deletion", **LEFT),
        by_form("/quan-tri/nguoi-dung/{person_id}/xoa", unit="AA", **LEFT),
    ),
    Act(
        "a work is published anew",
        ROOT,
        by_json("POST", "/works/{work_id}/publication", **OPEN, sight="province"),
        by_form("/tl/{work_id}/duyet", **OPEN, sight="province"),
    ),
    Act(
        "what waits is published over its reviewers",
        ROOT,
        by_json("POST", "/works/{waiting}/publication", **BYTES, sight="school"),
        by_form("/tl/{waiting}/duyet", **BYTES, sight="school"),
    ),
    Act(
        "a work is withdrawn",
        ROOT,
        by_json("DELETE", "/works/{work_id}/publication?reason=outdated&remark=c%C5%A9"),
        by_form("/tl/{work_id}/thu-hoi", reason="outdated", remark="cũ"),
    ),
    Act(
        "a withdrawal is undone",
        ROOT,
        by_json("DELETE", "/works/{work_id}/withdrawal"),
        by_form("/tl/{work_id}/cong-bo-lai"),
        before=((ROOT, by_json("DELETE", "/works/{work_id}/publication")),),
    ),
    Act(
        "a review is approved",
        Role.REVIEWER,
        by_json("POST", "/reviews/{review_id}/approval", **SEEN),
        by_form("/duyet/{review_id}/duyet", **SEEN),
    ),
    Act(
        "a work is returned",
        Role.REVIEWER,
        by_json("POST", "/reviews/{review_id}/return", **SEEN, reasons=["SAI_KIEN_THUC"], remark="Xem lại trang 1."),
        by_form("/duyet/{review_id}/tra-lai", **SEEN, reasons=["SAI_KIEN_THUC"], remark="Xem lại trang 1."),
    ),
    Act(
        "a decision is undone",
        Role.REVIEWER,
        by_json("DELETE", "/reviews/{review_id}/decision"),
        by_form("/duyet/{review_id}/hoan-tac"),
        before=APPROVED,
    ),
    Act(
        "a work is recalled",
        Role.TEACHER,
        by_json("DELETE", "/reviews/{review_id}"),
        by_form("/bai-cua-toi/duyet/{review_id}/rut"),
    ),
    Act(
        "an upload is forgotten",
        Role.TEACHER,
        by_json("DELETE", "/deposits/{upload_id}"),
        by_form("/bai-cua-toi/{upload_id}/bo"),
    ),
    Act(
        "an upload is to be reviewed",
        Role.TEACHER,
        by_json("POST", "/deposits/{for_school}/review"),
        by_form("/bai-cua-toi/{for_school}/gui-duyet"),
    ),
    Act(
        "all notices are read",
        Role.TEACHER,
        by_json("PUT", "/me/notices/read"),
        by_form("/toi/thong-bao"),
        before=APPROVED,
    ),
    Act(
        "a password is chosen",
        Role.PUPIL,
        by_json("PUT", "/me/password", old=PASSWORD, new=ANOTHER),
        by_form("/doi-mat-khau", old=PASSWORD, new=ANOTHER),
    ),
    Act("somebody signs out", Role.PUPIL, by_json("POST", "/sign-out"), by_form("/dang-xuat")),
    Act(
        "a link is used",
        "visitor",
        by_json("POST", "/invitations/{link}", name="Người khác", login="victim", password=ANOTHER, shared=False),
        by_form("/moi/{link}", name="Người khác", login="victim", password=ANOTHER),
    ),
    Act(
        "copies are added",
        Role.LIBRARIAN,
        by_json("POST", "/copies", title="Dế Mèn phiêu lưu kí", isbn="", count=2, shelf="A1", barcodes=[]),
        by_form("/kho", title="Dế Mèn phiêu lưu kí", isbn="", count="2", shelf="A1", barcodes=""),
    ),
    Act("a card is opened at the desk", Role.LIBRARIAN, CARD[0][1], by_form("/quay", code="victim", key=SCAN)),
    Act(
        "a copy is lent to whose card is open",
        Role.LIBRARIAN,
        LENT[1][1],
        by_form("/quay", code="{barcode}", opened_by=SCAN, key=COPY),
        before=CARD,
    ),
    Act(
        "a copy alone comes back",
        Role.LIBRARIAN,
        by_json("POST", "/desk/scans", id=BACK, code="{barcode}"),
        by_form("/quay", code="{barcode}", key=BACK),
        before=LENT,
    ),
    Act(
        "a loan is undone",
        Role.LIBRARIAN,
        by_json("POST", f"/desk/scans/{COPY}/undo"),
        by_form(f"/quay/{COPY}/hoan-tac"),
        before=LENT,
    ),
    Act(
        "a fresh link is made",
        ROOT,
        by_json("POST", "/people/{person_id}/way-in", way="link"),
        by_form("/quan-tri/nguoi-dung/{person_id}/lien-ket", **UNIT),
    ),
    Act(
        "a school is split",
        ROOT,
        by_json("POST", "/units/CC/succession", into=["AA", "BB"]),
        by_form("/quan-tri/truong/CC", parts=["AA", "BB"], sure="true"),
    ),
    Act(
        "what was deleted is brought back",
        ROOT,
        by_json("DELETE", "/deletions/{deletion_id}"),
        by_form("/da-xoa/{deletion_id}/lay-lai"),
    ),
    Act(
        "somebody signs in",
        "visitor",
        by_json("POST", "/sign-in", login=Role.PUPIL, password=PASSWORD, shared=True),
        by_form("/dang-nhap", login=Role.PUPIL, password=PASSWORD, shared="true"),
    ),
    Act(
        "another role is used",
        Role.TEACHER,
        by_json("PUT", "/me/role", role_id="{role_id}"),
        by_form("/toi/vai-tro", role_id="{role_id}"),
    ),
    Act(
        "a small file is sent with its card",
        Role.TEACHER,
        Way("POST", "/api/v1/deposits", DESCRIBED),
        Way("POST", "/gui", DESCRIBED),
    ),
    Act("a small file is sent", Role.TEACHER, Way("POST", "/api/v1/deposits", FILE), Way("POST", "/gui", FILE)),
    Act(
        "the reading of a file is stopped",
        Role.TEACHER,
        by_json("POST", "/deposits/{arrived}/stop"),
        by_form("/bai-cua-toi/{arrived}/dung"),
    ),
)


class Side(NamedTuple):
    """One of the two houses."""

    home: Path
    house: House
    stage: Stage

    def ask(self, by: str, way: Way) -> int:
        """The status of one request."""
        sent = {"headers": {"X-Request-Id": "two-doors"}, **_named(way.sent, self.stage.known)}
        return self.stage.ask(by, way.method, way.path.format(**self.stage.known), **sent).status_code


def _named(sent: Any, known: dict[str, str]) -> Any:
    if isinstance(sent, dict):
        return {name: _named(value, known) for name, value in sent.items()}
    if isinstance(sent, list):
        return [_named(value, known) for value in sent]
    return sent.format(**known) if isinstance(sent, str) else sent


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Stage]:
    """A prepared house that is closed again, and what is in it."""
    home = tmp_path_factory.mktemp("base") / "var"
    with opened(home) as stage:
        shown = stage.ask(ROOT, "GET", f"/api/v1/works/{stage.known['work_id']}").json()
        waiting = stage.ask(Role.REVIEWER, "GET", f"/api/v1/reviews/{stage.known['review_id']}").json()
        people = stage.ask(ROOT, "GET", "/api/v1/units/AA/members").json()["members"]
        of_role = {one["role"]: one["person_id"] for one in people}
        stage.ask(ROOT, "POST", "/api/v1/units", json={"kind": "school", "code": "CC", "name": "C", "place": "tinh"})
        second = {"unit": "BB", "role": Role.REVIEWER}
        stage.ask(ROOT, "POST", f"/api/v1/people/{of_role[Role.TEACHER]}/roles", json=second).raise_for_status()
        gone = {"name": "Đã rời", "login": "da.roi", "role": Role.PUPIL, "way": "link"}
        gone_id = stage.ask(ROOT, "POST", "/api/v1/units/AA/members", json=gone).json()["person_id"]
        deleted = stage.ask(ROOT, "POST", f"/api/v1/people/{gone_id}/deletion", json=LEFT).raise_for_status().json()
        arrived = stage.ask(Role.TEACHER, "POST", "/api/v1/deposits", **FILE).raise_for_status().json()
        copies = stage.ask(Role.LIBRARIAN, "GET", "/api/v1/copies").json()["copies"]
        roles = stage.ask(Role.TEACHER, "GET", "/api/v1/me").json()["roles"]
        promised = {"Upload-Length": "1000", "Upload-Metadata": "sight c2Nob29s"}
        begun = stage.ask(Role.TEACHER, "POST", "/api/v1/uploads", headers=promised).raise_for_status()
        stage.known |= {
            "for_school": begun.headers["Location"].rpartition("/")[2],
            "version": shown["version_id"],
            "digest": shown["digest"],
            "waiting": waiting["work_id"],
            "waiting_version": waiting["version_id"],
            "waiting_digest": waiting["digest"],
            "waiting_bytes": stage.ask(ROOT, "GET", f"/api/v1/works/{waiting['work_id']}").json()["digest"],
            "librarian": of_role[Role.LIBRARIAN],
            "role_id": next(one["id"] for one in roles if one["role"] == Role.REVIEWER),
            "deletion_id": deleted["deletions"][0]["id"],
            "arrived": arrived["id"],
            "barcode": copies[0]["barcode"],
        }
    return home, stage


@pytest.fixture(scope="module")
def sides(base: tuple[Path, Stage], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """The same house twice."""
    made = []
    for name in ("json", "page"):
        home = tmp_path_factory.mktemp(name) / "var"
        shutil.copytree(base[0], home)
        house = open_house(Settings(home=home), migrate=False)
        client = TestClient(create_app(house), base_url="http://127.0.0.1", follow_redirects=False)
        made.append(Side(home, house, Stage(client, base[1].tokens, base[1].known)))
    with made[0].stage.client, made[1].stage.client:
        yield made[0], made[1]


def rows_of(home: Path) -> Counter[tuple[str, str]]:
    """Every row of every table, as text."""
    with sqlite3.connect(home / "hoclieu.db") as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return Counter(
            (name, repr([str(value) for value in row]))
            for name in names
            for row in database.execute(f'SELECT * FROM "{name}"')
        )


def written(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]], old: str) -> Counter[tuple[str, str]]:
    """The rows that are new or other than before; what chance or the clock has made
    since `old` is masked."""

    def masked(text: str) -> str:
        for kind, name in ((SECRET, "<secret>"), (ID, "<id>"), (MOMENT, "<moment>"), (CHANCE, "<number>")):
            text = kind.sub(lambda found, name=name: found[0] if found[0] in old else name, text)  # type: ignore[misc]
        return text

    return Counter((table, masked(text)) for table, text in (after - before).elements())


def restored(side: Side, base: Path) -> None:
    """The house as it was."""
    side.house.engine.dispose()
    for left in side.home.glob("hoclieu.db*"):
        left.unlink()
    for kept in base.glob("hoclieu.db*"):
        shutil.copy2(kept, side.home / kept.name)
    shutil.copytree(base / "uploads", side.home / "uploads", dirs_exist_ok=True)


def test_every_form_has_its_act_here() -> None:
    forms = {
        route.path
        for room in PAGES
        for route in room.router.routes
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and not route.path.startswith("/en/")
    }
    unproven = [path for path in forms if not any(compile_path(path)[0].match(act.form.path) for act in ACTS)]
    assert not unproven


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name.replace(" ", "-"))
def test_by_both_doors_an_act_writes_the_same_rows_and_the_same_audit_lines(
    act: Act, base: tuple[Path, Stage], sides: tuple[Side, Side]
) -> None:
    found, old = [], "\n".join(text for _, text in rows_of(base[0]))
    for side, way in zip(sides, (act.json, act.form), strict=True):
        restored(side, base[0])
        for by, first in act.before:
            assert side.ask(by, first) < 300, first
        before = rows_of(side.home)
        assert side.ask(act.by, way) < 400, way
        found.append(written(before, rows_of(side.home), old))
    assert found[0], "it has written something"
    assert found[0] - found[1] == Counter() == found[1] - found[0]
