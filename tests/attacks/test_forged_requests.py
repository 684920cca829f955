"""Attack 23: another site makes a signed-in browser write."""

import pytest

from tests.attacks.tables import state
from tests.stage.doors import all_doors
from tests.stage.rows import ROWS
from tests.stage.town import ROOT, Town

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
FORGED = {
    "foreign origin": {"Origin": "https://evil.example"},
    "no origin to tell": {"Origin": "null"},
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "another name of the same site": {"Sec-Fetch-Site": "same-site"},
    "plain text": {"Content-Type": "text/plain"},
    "plain text with a charset": {"Content-Type": "Text/Plain; charset=utf-8"},
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Every unsafe route of the application, pages included."""
    return {
        (one.method, one.path) for one in all_doors(tmp_path_factory.mktemp("routes") / "var") if one.method in UNSAFE
    }


def test_attack_23_nothing_is_written_for_another_site(town: Town, routes: set[tuple[str, str]]) -> None:
    known = {tuple(one.split(" ")) for one in ROWS if one.split(" ")[0] in UNSAFE}
    assert known <= routes and ("POST", "/tl/{work_id}/duyet") in routes and ("POST", "/en/dang-xuat") in routes
    before, passed = state(town), []
    for method, path in sorted(routes):
        for name, value in (
            ("work_id", town.works["own"]),
            ("person_id", town.people["own"]),
            ("membership_id", town.memberships["own"]),
            ("code", "AA"),
        ):
            path = path.replace(f"{{{name}}}", value)
        for how, headers in FORGED.items():
            answer = town.clients[ROOT].request(method, path, headers=headers, content=b"{}")
            if answer.status_code not in (403, 415):
                passed.append((method, path, how, answer.status_code))
    assert passed == []
    assert state(town) == before
    assert town.clients[ROOT].get("/api/v1/me").json()["signed_in"] is True


def test_attack_23_looking_changes_nothing(town: Town) -> None:
    before = state(town)
    for operation, row in ROWS.items():
        method, path = operation.split(" ")
        if method == "GET":
            for name, kind in row.parameters.items():
                path = path.replace(f"{{{name}}}", getattr(town, kind)["own"] if hasattr(town, kind) else kind)
            town.clients[ROOT].get(path, params=row.query)
    assert state(town) == before
