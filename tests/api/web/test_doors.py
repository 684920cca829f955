"""The door of pages: what was typed and chosen comes back with the sentence, and no route or page writes by itself."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from api.web.doors import Page
from library.database import Base
from library.people.roles import Role
from tests.stage.in_process import ROOT, Stage, opened
from tests.stage.project import PROJECT

API = PROJECT / "api"
COLUMNS = {column.key for mapper in Base.registry.mappers for column in mapper.column_attrs}
# the template of each page that a form names as the one to come back to
TEMPLATES = {
    page.template
    for path in API.glob("*/*pages.py")
    for name in re.findall(r"again=(\w+)", path.read_text(encoding="utf-8"))
    if isinstance(page := getattr(import_module(f"api.{path.parent.name}.{path.stem}"), name), Page)
}
WRITES = {"audit.tell", "session.add", "session.add_all", "session.delete", "session.merge"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened(tmp_path_factory.mktemp("doors") / "var") as found:
        yield found


def test_no_route_and_no_page_assigns_to_a_row_or_writes_audit() -> None:
    found = [
        f"{path.relative_to(API)}:{node.lineno} {ast.unparse(node)[:80]}"
        for path in sorted(API.rglob("*.py"))
        if "commands" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if writes(node)
    ]
    assert not found, "an act is one use case of its room below; both doors call it"


def test_no_route_imports_a_page_and_no_page_a_route() -> None:
    """Rows become wire shapes in `shown`, and both doors ask there."""
    kinds = {path: kind_of(path) for path in sorted(API.glob("*/*.py"))}
    names = {f"api.{path.parent.name}.{path.stem}": kind for path, kind in kinds.items() if kind}
    assert set(names.values()) == {"route", "page"}
    found = [
        f"{path.relative_to(API)} imports {one}"
        for path, kind in kinds.items()
        for one in imported(path)
        if path.parent.name != "web" and names.get(one, kind) != kind and kind
    ]
    assert not found


def kind_of(path: Path) -> str | None:
    """Whether a file holds JSON routes or pages: by what it names its doors."""
    named = {
        target.id
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return "page" if "room" in named else "route" if "router" in named else None


def imported(path: Path) -> set[str]:
    """The modules that a file names in its imports."""
    return {
        name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names))
    }


def writes(node: ast.AST) -> bool:
    """Whether this is a write: to an attribute that is some row's column, of the session, of the audit."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return any(called == one or called.endswith(f".{one}") for one in WRITES) or (
            called.endswith("session.execute") and bool(re.search(r"\b(insert|update|delete)\(", ast.unparse(node)))
        )
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
        isinstance(one, ast.Attribute) and one.attr in COLUMNS and not ast.unparse(one.value).startswith("self")
        for one in targets
    )


def test_every_page_that_a_refused_form_comes_back_to_has_room_for_the_sentence() -> None:
    missing = [
        path
        for path in sorted(API.glob("*/templates/*.html"))
        if path.stem in TEMPLATES
        and not re.search(r"\{\{ (refusal\(problem|problem \}\})", path.read_text(encoding="utf-8"))
    ]
    assert TEMPLATES and not missing


@pytest.mark.parametrize(
    ("path", "fields", "back"),
    [
        pytest.param(
            "/quan-tri/nguoi-dung",
            {"unit": "AA", "name": "Lan", "login": "victim", "role": "librarian", "way": "password", "email": "l@e.vn"},
            [
                'name="name" required maxlength="200" autocomplete="off" value="Lan"',
                '<option value="librarian" selected>',
                'name="way" value="password" checked',
                'value="l@e.vn"',
            ],
            id="a-person",
        ),
        pytest.param(
            "/quan-tri/lop",
            {"unit": "AA", "name": "Lớp có tên dài " * 30, "grade": "7"},
            ["Lớp có tên dài Lớp", "<option selected>7</option>"],
            id="a-class",
        ),
        pytest.param(
            "/quan-tri/nguoi-dung/{person_id}/vai-tro",
            {"unit": "AA", "place": "AA", "role": "x"},
            ["<details open>"],
            id="a-role",
        ),
        pytest.param(
            "/quan-tri/truong",
            {"kind": "commune", "code": "AA", "name": "Xã Hai", "place": "BB"},
            ['value="Xã Hai"', '<option value="commune" selected>', '<option value="BB" selected>'],
            id="a-unit",
        ),
        pytest.param(
            "/quan-tri/truong/BB",
            {"name": "Trường " * 60},
            ["<details open>", 'value="Trường Trường'],
            id="a-name",
        ),
        pytest.param(
            "/tl/{work_id}/xoa",
            {"reason": "rights", "remark": "r" * 2001},
            ['<option value="rights" selected>', "r" * 2001],
            id="too-long-to-be-read-at-all",
        ),
    ],
)
def test_what_was_typed_and_chosen_comes_back_with_the_sentence(
    stage: Stage, path: str, fields: dict[str, str], back: list[str]
) -> None:
    answer = stage.ask(ROOT, "POST", path.format(**stage.known), data=fields)
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text
    for one in back:
        assert one in answer.text, one


def test_whoever_was_just_added_stands_in_the_list_beside_their_way_in(stage: Stage) -> None:
    told = {"unit": "AA", "name": "Người vừa thêm", "login": "vua.them", "role": "teacher", "way": "password"}
    answer = stage.ask(ROOT, "POST", "/quan-tri/nguoi-dung", data=told)
    assert (answer.status_code, "way-in" in answer.text, "Khoá tài khoản: Người vừa thêm" in answer.text) == (
        200,
        True,
        True,
    )


def test_the_reasons_that_were_ticked_come_back(stage: Stage) -> None:
    told = {"version_id": "other", "digest": "other", "reasons": ["THIEU_NGUON", "LOI_CHINH_TA"], "remark": "Xem lại."}
    answer = stage.ask(Role.REVIEWER, "POST", f"/duyet/{stage.known['review_id']}/tra-lai", data=told)
    assert 400 <= answer.status_code < 500
    for code in told["reasons"]:
        assert f'value="{code}" checked' in answer.text
    assert "Xem lại.</textarea>" in answer.text


def test_a_form_in_english_answers_in_english_and_stays_there(stage: Stage) -> None:
    refused = stage.ask(ROOT, "POST", "/en/quan-tri/truong", data={"kind": "school", "code": "AA", "place": "tinh"})
    assert 'lang="en"' in refused.text
    assert "Something is not filled in correctly" in refused.text
    done = stage.ask(ROOT, "POST", "/en/quan-tri/lop", data={"unit": "AA", "name": "6A"})
    assert (done.status_code, done.headers["location"]) == (303, "/en/quan-tri/nguoi-dung?don_vi=AA")


def test_an_address_that_only_begins_like_english_is_vietnamese(stage: Stage) -> None:
    assert 'lang="vi"' in stage.ask(ROOT, "GET", "/english-books", headers={"Accept": "text/html"}).text
