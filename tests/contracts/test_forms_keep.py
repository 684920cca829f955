"""Every form of every page gives back all that was typed and chosen when it is refused, and no other form takes it.

The forms are found on the pages themselves, for everybody who sees them: a new one is asked without being named here.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.doors import PAGES
from library.space import DiskFull
from tests.stage.forms import Form, forms_of
from tests.stage.in_process import ACTORS, Stage, opened

pytestmark = pytest.mark.slow

# a scanner writes after whatever stands in its box, and the sentence names the code
NOT_BACK = {("/quay", "code")}
SENTENCE = re.compile(r'role="alert"|class="band error"')  # the desk has a place of its own for it
MORE = {"/quan-tri/nguoi-dung": ("?don_vi=AA",)}  # what the page of a school shows besides
ROUTES = [route for room in PAGES for route in room.router.routes if isinstance(route, APIRoute)]
LOOKS = sorted({one.path for one in ROUTES if "GET" in one.methods and not one.path.startswith("/en")})
ACTS = sorted({one.path for one in ROUTES if "POST" in one.methods and not one.path.startswith("/en")})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened(tmp_path_factory.mktemp("forms") / "var") as found:
        yield found


def pages(stage: Stage) -> Iterator[tuple[str, str, str]]:
    """Every page that somebody may see: who, its address, what it shows."""
    for path in LOOKS:
        for by in ACTORS:
            for more in ("", *MORE.get(path, ())):
                answer = stage.ask(by, "GET", path.format(**stage.known) + more, headers={"Accept": "text/html"})
                if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                    yield by, path, answer.text


def act_of(action: str) -> str:
    """The form's own address among those of the house."""
    found = [one.path for one in ROUTES if "POST" in one.methods and one.path_regex.fullmatch(action)]
    assert found, f"no form is taken at {action}"
    return found[0]


def asked(stage: Stage) -> dict[tuple[str, frozenset[str]], tuple[str, str, Form]]:
    """One of each kind of form that is filled in, the last on its page: what comes back must not go to the first."""
    return {
        (act_of(form.action), frozenset(form.seen)): (by, html, form)
        for by, _path, html in pages(stage)
        for form in forms_of(html)
        if form.seen
    }


def test_a_refused_form_comes_back_with_all_that_was_typed_and_chosen(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = asked(stage)
    faults = [fault for by, html, form in kinds.values() for fault in refused(stage, monkeypatch, by, html, form)]
    assert not faults, "\n".join(faults)
    missing = {path for path in ACTS if is_filled_in(path)} - {path for path, _ in kinds}
    assert not missing, "no page shows these forms to anybody here: let the stage have what they need"


def is_filled_in(path: str) -> bool:
    """Whether the act takes more than what stands in its address, by what its own function says."""
    route = next(one for one in ROUTES if one.path == path and "POST" in one.methods)
    named = set(inspect.signature(route.endpoint).parameters) - {"request"}
    return bool(named - set(route.param_convertors) - CARRIED)


CARRIED = {
    "unit",
    "version_id",
    "digest",
    "next",
    "key",
    "opened_by",
    "card",
    "notice_id",
    "role_id",
    "sure",
}  # never typed


def refused(stage: Stage, monkeypatch: pytest.MonkeyPatch, by: str, html: str, form: Form) -> Iterator[str]:
    """What was lost, or went astray, when the house had no room to write."""
    typed = form.other()
    name = f"{act_of(form.action)} {sorted(form.seen)}"
    files = {one.name: ("bai.txt", b"chu", "text/plain") for one in form.seen.values() if one.kind == "file"}
    no_room(stage, monkeypatch)
    sent = {field: value for field, value in typed.items() if field not in files}
    answer = stage.ask(by, "POST", form.action, data=sent, files=files or None)
    if not 400 <= answer.status_code < 600 or answer.status_code == 500 or not SENTENCE.search(answer.text):
        yield f"{name}: {answer.status_code} and no sentence"
        return
    again = forms_of(answer.text)
    same = [one for one in again if one.action == form.action and set(one.seen) == set(form.seen)]
    if len(same) != 1:
        yield f"{name}: {len(same)} such forms came back"
        return
    if same[0].folded:
        yield f"{name}: it lies in a closed fold"
    for field, values in same[0].kept.items():
        if (form.action, field) not in NOT_BACK and sorted(values) != sorted(typed[field]):
            yield f"{name}: {field} was {typed[field]}, came back as {values}"
    before = {(one.action, *sorted(one.seen)): one.kept for one in forms_of(html)}
    for one in again:
        if one is not same[0] and before.get((one.action, *sorted(one.seen)), one.kept) != one.kept:
            yield f"{name}: went astray to {one.action} {one.kept}"


def no_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next act finds the disk full; to look is possible again."""
    gate = stage.client.app.state.gate  # type: ignore[attr-defined]
    write = type(gate).write.__get__(gate)
    left = [DiskFull()]

    async def refusing(act: Callable[..., Any]) -> Any:
        if left:
            raise left.pop()
        done: Awaitable[Any] = write(act)
        return await done

    monkeypatch.setattr(gate, "write", refusing)
