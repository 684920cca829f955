"""Every number, string, list and date that any door takes has a bound: found by looking at what each route asks for,
pages and forms too.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.stage.doors import all_routes, asked

FIXED = {"bool", "uuid", "literal", "enum", "none"}
INNER = {"default", "nullable", "function-after", "function-before", "function-wrap", "model", "definitions"}
LOWER, UPPER = ("ge", "gt"), ("le", "lt")
FILES = {"is-instance", "function-plain"}  # an uploaded file, measured by the middleware and by the upload itself


def unbounded(schema: dict[str, Any], name: str) -> Iterator[str]:
    """What in a pydantic schema may be as long or as large as anybody likes."""
    kind = schema["type"]
    if kind in INNER:
        yield from unbounded(schema["schema"], name)
    elif kind == "model-fields":
        for field, inner in schema["fields"].items():
            yield from unbounded(inner["schema"], f"{name}.{field}")
    elif kind == "union":
        for inner in schema["choices"]:
            yield from unbounded(inner, name)
    elif kind == "list":
        yield from () if "max_length" in schema else (f"{name}: a list",)
        yield from unbounded(schema["items_schema"], f"{name}[]")
    elif kind == "str":
        yield from () if "max_length" in schema or closed(schema.get("pattern", "")) else (f"{name}: a string",)
    elif kind in {"int", "date", "datetime"}:
        yield from (
            ()
            if any(one in schema for one in LOWER) and any(one in schema for one in UPPER)
            else (f"{name}: a {kind}",)
        )
    elif kind not in FIXED | FILES:
        yield f"{name}: {kind}, which this test does not know"


def closed(pattern: str) -> bool:
    """Whether it fits so many strings and no more."""
    return pattern.startswith("^") and pattern.endswith("$") and not re.search(r"[*+]|,\}", pattern)


def test_every_number_string_list_and_date_of_every_door_has_a_bound(tmp_path: Path) -> None:
    found = set()
    for route in all_routes(tmp_path / "var"):
        for kind, one in asked(route.dependant):
            # a whole path is bounded by the middleware
            if kind != "path_params" or one._type_adapter.core_schema["type"] != "str":
                found |= {
                    f"{sorted(route.methods)[0]} {route.path} {lack}"
                    for lack in unbounded(one._type_adapter.core_schema, one.name)
                }
    assert not found, (
        "give these a bound (the types in api/web/dependencies.py and api/web/schemas.py have one):\n"
        + "\n".join(sorted(found))
    )
