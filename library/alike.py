"""Names and codes that the eye cannot tell apart (docs/decisions/0030-equal-by-what-the-eye-sees.md).

A row keeps its folded form (`vietnamese.seen`) beside the spelling that people read, under a unique index. A house may
hold rows from before there was one: of those the first has the form, the others have it with a number.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

MOST = 9  # of one form that are looked for by it; each is always found by its own spelling

Row = TypeVar("Row")


def forms(key: str) -> tuple[str, ...]:
    """What stands in the rows that look like this. A key holds no space of its own."""
    return key, *(numbered(key, place) for place in range(1, MOST))


def numbered(key: str, place: int) -> str:
    """The form of one of several that look the same, from 0."""
    return f"{key} {place + 1}" if place else key


def meant(found: Iterable[Row], spelling: Callable[[Row], str], *typed: str) -> Row | None:
    """Which of several that look the same somebody means: the one they have spelled, or the only one there is. `typed`:
    as it came, and as it is kept.
    """
    rows = list(found)
    spelled = [row for one in typed for row in rows if spelling(row) == one]
    return spelled[0] if spelled else rows[0] if len(rows) == 1 else None


def doubles(session: Session, spelling: Any, key: Any, *within: Any) -> list[list[str]]:
    """What stands in the house in several spellings that look the same, from before a second one was refused."""
    numbered_rows = session.execute(select(key, *within).where(key.contains(" "))).all()
    groups = dict.fromkeys((row[0].split(" ")[0], *row[1:]) for row in numbered_rows)
    found = []
    for form, *places in groups:
        here = [column == place for column, place in zip(within, places, strict=True)]
        found.append(list(session.scalars(select(spelling).where(key.in_(forms(form)), *here).order_by(key))))
    return [spellings for spellings in found if len(spellings) > 1]
