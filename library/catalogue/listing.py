"""What a list of found works shows, read as plain columns: these statements are built once and asked often."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Executable, and_, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from library.catalogue.access import VISIBLE, asked_by
from library.catalogue.models import Page, Version, Work, WorkState
from library.database.many_values import folded, number, unfolded
from library.people.models import Unit, UnitKind
from library.people.sight import Sight

MOST_PAGES = 2**20  # of one work; a place is one number, key * MOST_PAGES + page
Place = tuple[int, int]  # key of a work, page number; 0: the work itself


class ListedWork(NamedTuple):
    """A work as a list shows it, with what it shows of its version and its unit."""

    key: int
    id: uuid.UUID
    title: str
    type_code: str | None
    subject_code: str | None
    grade: int | None
    series_code: str | None
    state: WorkState
    version_id: uuid.UUID | None
    page_count: int | None
    version_kind: str | None
    unit_kind: UnitKind
    unit_code: str
    unit_name: str


@dataclass
class Facets:
    """How many works carry each value; schools by code, with their names."""

    subjects: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    schools: Counter[str] = field(default_factory=Counter)
    school_names: dict[str, str] = field(default_factory=dict)


KEYS, PLACES = unfolded("keys"), unfolded("places")
# an id is made once a work, not once a page
AS_STORED = (type_coerce(Work.id, NullType), type_coerce(Work.version_id, NullType))
LISTED = (
    select(
        Work.key,
        AS_STORED[0],
        *(getattr(Work, name) for name in ListedWork._fields[2:8]),
        AS_STORED[1],
        Version.page_count,
        Version.kind,
    )
    .add_columns(Unit.kind, Unit.code, Unit.name, Page.number, Page.text)
    .select_from(PLACES)
    .join(Work, Work.key == number(PLACES) // MOST_PAGES)
    .join(Unit, Unit.id == Work.unit_id)
    .outerjoin(Version, Version.id == Work.version_id)
    .outerjoin(Page, and_(Page.version_id == Work.version_id, Page.number == number(PLACES) % MOST_PAGES))
    .where(VISIBLE)
)
KINDS = (Work.subject_code, Work.grade, Work.type_code, Work.unit_id)
COUNTED = (
    select(*KINDS, func.count().label("works"))
    .select_from(KEYS)
    .join(Work, Work.key == number(KEYS))
    .where(VISIBLE)
    .group_by(*KINDS)
    .subquery()
)
FACETS = select(*COUNTED.c, Unit.code, Unit.name).outerjoin(
    Unit, and_(Unit.id == COUNTED.c.unit_id, Unit.kind == UnitKind.SCHOOL)
)


def works_at(
    session: Session, places: Iterable[Place], sight: Sight, *, at: datetime
) -> tuple[dict[int, ListedWork], dict[Place, str]]:
    """Those of the works that may be seen, by key, and the texts of their pages at these places."""
    wanted = folded(key * MOST_PAGES + page for key, page in places)
    works: dict[int, ListedWork] = {}
    texts: dict[Place, str] = {}
    for row in _rows(session, LISTED, {"places": wanted, **asked_by(sight, at)}):
        key, text = row[0], row[-1]
        if key not in works:
            works[key] = ListedWork._make((key, _id(row[1]), *row[2:8], _id(row[8]) if row[8] else None, *row[9:14]))
        if text is not None:
            texts[key, row[-2]] = text
    return works, texts


def facets_of(session: Session, keys: Sequence[int], sight: Sight, *, at: datetime) -> Facets:
    """What those of the works that may be seen can be narrowed to."""
    found = Facets()
    for subject, grade, type_code, _, works, school, name in _rows(
        session, FACETS, {"keys": folded(keys), **asked_by(sight, at)}
    ):
        for counter, value in (
            (found.subjects, subject),
            (found.grades, grade),
            (found.types, type_code),
            (found.schools, school),
        ):
            if value is not None:
                counter[str(value)] += works
        if school is not None:
            found.school_names[school] = name
    return found


def school_names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """The names of schools by code."""
    rows = (
        session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes), Unit.kind == UnitKind.SCHOOL))
        if codes
        else ()
    )
    return {row[0]: row[1] for row in rows}


def _id(stored: str | uuid.UUID) -> uuid.UUID:
    """An id as SQLite keeps it, in hexadecimal, or as PostgreSQL gives it."""
    return stored if isinstance(stored, uuid.UUID) else uuid.UUID(stored)


def _rows(session: Session, statement: Executable, values: dict[str, Any]) -> Sequence[Any]:
    """Rows as they are: nothing to track, so past the session's identity map, inside its transaction."""
    return session.connection().execute(statement, values).all()
