"""Many values in one parameter of a statement, as a JSON array: the statement stays the same whatever their number, so
it is built once.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam, cast, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias


class _Unfolded(FunctionElement[str]):
    name = "unfolded"
    inherit_cache = True


@compiles(_Unfolded, "sqlite")
def _in_sqlite(element: _Unfolded, compiler: Any, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_Unfolded, "postgresql")
def _in_postgresql(element: _Unfolded, compiler: Any, **more: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **more)} AS JSON))"


def unfolded(name: str) -> TableValuedAlias:
    """The parameter `name`, made by `folded`, as a table with one column `value`."""
    return _Unfolded(bindparam(name, type_=Text)).table_valued(column("value", Text), name=f"each_of_{name}")


def number(table: TableValuedAlias) -> ColumnElement[int]:
    """The values of an unfolded parameter as numbers."""
    return cast(table.c.value, BigInteger)


def folded(values: Iterable[str | int]) -> str:
    """Values for a parameter that is unfolded in the statement."""
    return json.dumps(list(values))
