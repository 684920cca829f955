"""What a list of found works shows, read as plain columns: these statements are built once and asked often."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Executable, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from library.catalogue.access import VISIBLE, asked_by
from library.catalogue.models import Page, Version, Work
from library.people.models import SCHOOL, Unit
from library.people.sight import Sight

PLACES = 30  # pages that one statement looks up; fewer are filled up with places where no page is
NOWHERE = (uuid.UUID(int=0), 0)
Place = tuple[uuid.UUID, int]  # version, page number


class ListedWork(NamedTuple):
    """A work as a list shows it, with what it shows of its version and its unit."""

    key: int
    id: uuid.UUID
    title: str
    type_code: str | None
    subject_code: str | None
    grade: int | None
    series_code: str | None
    state: str
    version_id: uuid.UUID | None
    page_count: int | None
    unit_kind: str
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


OF_THESE = Work.key.in_(bindparam("keys", expanding=True))
LISTED = (
    select(*(getattr(Work, name) for name in ListedWork._fields[:9]), Version.page_count, Unit.kind, Unit.code, Unit.name)
    .join(Unit, Unit.id == Work.unit_id)
    .outerjoin(Version, Version.id == Work.version_id)
    .where(OF_THESE, VISIBLE)
)
KINDS = (Work.subject_code, Work.grade, Work.type_code, Work.unit_id)
COUNTED = select(*KINDS, func.count().label("works")).where(OF_THESE, VISIBLE).group_by(*KINDS).subquery()
FACETS = select(*COUNTED.c, Unit.code, Unit.name).outerjoin(Unit, and_(Unit.id == COUNTED.c.unit_id, Unit.kind == SCHOOL))
AT_A_PLACE = (and_(Page.version_id == bindparam(f"version_{at}"), Page.number == bindparam(f"number_{at}")) for at in range(PLACES))
TEXTS = select(Page.version_id, Page.number, Page.text).where(or_(*AT_A_PLACE))  # SQLite scans for tuples IN


def works_of(session: Session, keys: Sequence[int], sight: Sight, *, at: datetime) -> dict[int, ListedWork]:
    """Those of the works that may be seen, by key."""
    rows = _rows(session, LISTED, {"keys": keys, **asked_by(sight, at)})
    return {row[0]: ListedWork._make(row) for row in rows}


def facets_of(session: Session, keys: Sequence[int], sight: Sight, *, at: datetime) -> Facets:
    """What those of the works that may be seen can be narrowed to."""
    found = Facets()
    for subject, grade, type_code, _, works, school, name in _rows(session, FACETS, {"keys": keys, **asked_by(sight, at)}):
        for counter, value in ((found.subjects, subject), (found.grades, grade), (found.types, type_code), (found.schools, school)):
            if value is not None:
                counter[str(value)] += works
        if school is not None:
            found.school_names[school] = name
    return found


def school_names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """The names of schools by code."""
    rows = session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes), Unit.kind == SCHOOL)) if codes else ()
    return {row[0]: row[1] for row in rows}


def texts_of(session: Session, places: Sequence[Place]) -> dict[Place, str]:
    """The texts of pages; of works that may be seen, the caller has seen to that."""
    rows = (row for start in range(0, len(places), PLACES) for row in _rows(session, TEXTS, _filled(places[start : start + PLACES])))
    return {(row[0], row[1]): row[2] for row in rows}


def _filled(places: Sequence[Place]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at, (version_id, number) in enumerate([*places, *[NOWHERE] * (PLACES - len(places))]):
        values[f"version_{at}"], values[f"number_{at}"] = version_id, number
    return values


def _rows(session: Session, statement: Executable, values: dict[str, Any]) -> Sequence[Any]:
    """Rows as they are: nothing to track, so past the session's identity map, inside its transaction."""
    return session.connection().execute(statement, values).all()
