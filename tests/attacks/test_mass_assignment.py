"""Attack 14: a wish brings a column that it was not asked for."""

from typing import Any

import pytest

from library.migrations import METADATA
from tests.attacks.tables import state
from tests.stage.rows import ROWS
from tests.stage.town import OWN, ROOT, Town

COLUMNS = {column.name for table in METADATA.tables.values() for column in table.columns} | {
    "school_id",
    "approved_by",
    "status",
    "is_admin",
}
WRITES = sorted(one for one in ROWS if one.split(" ")[0] in ("POST", "PUT", "PATCH"))


def asked_for(town: Town, operation: str) -> set[str] | None:
    """The fields of an operation's JSON or form; None when it takes no body of fields."""
    document = town.clients["visitor"].get("/api/openapi.json").json()
    method, path = operation.split(" ")
    body = document["paths"][path][method.lower()].get("requestBody")
    if body is None:
        return None
    schema = next(iter(body["content"].values()))["schema"]
    return set(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]["properties"])


@pytest.mark.parametrize("operation", WRITES)
def test_attack_14_no_operation_writes_a_column_it_was_not_asked_for(town: Town, operation: str) -> None:
    fields = asked_for(town, operation)
    if fields is None:
        return  # it takes no wish at all
    row, (method, path) = ROWS[operation], operation.split(" ")
    for name, kind in row.parameters.items():
        path = path.replace(f"{{{name}}}", getattr(town, kind)[OWN] if hasattr(town, kind) else kind)
    client = town.clients["librarian-a" if "/desk" in path or "/copies" in path else ROOT]
    before, taken = state(town), []
    for column in sorted(COLUMNS - fields):
        wish: Any = row.body(town, OWN)
        sent = {"files": wish, "data": {column: "1"}} if "file" in wish else {"json": {**wish, column: "1"}}
        answer = client.request(method, path, headers=row.headers, **sent)
        if (answer.status_code, answer.json().get("code")) != (422, "not-valid"):
            taken.append((column, answer.status_code))
    assert taken == []
    assert state(town) == before
