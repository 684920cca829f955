"""Reading the catalogue: every query of a surface goes through the rule of sight."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from library.catalogue.access import seen_with, visible_to
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.models import Audience, Page, PageSource, Rendition, RenditionKind, Version, Work, WorkState
from library.errors import Unknown
from library.people.sight import Sight


class UnknownPage(Unknown):
    code = "unknown-page"
    vi = "Sách này không có trang đó."
    en = "This book has no such page."


def work_id_of(text: str) -> uuid.UUID:
    """An id as it stands in an address. Raises UnknownWork."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise UnknownWork from error


def visible_work(session: Session, work_id: str, sight: Sight, *, at: datetime) -> Work:
    """A work with version, unit and audience. Raises UnknownWork, also when it may not be seen."""
    work = session.scalar(_whole(select(Work)).where(Work.id == work_id_of(work_id), visible_to(sight, at)))
    if work is None or (work.version is None and work.state != WorkState.PUBLISHED):
        raise UnknownWork
    return work


def readable_work(session: Session, work_id: str, sight: Sight, *, at: datetime) -> tuple[Work, Version]:
    """The same with its digital version. Raises UnknownWork, also for a title that is on paper only."""
    work = visible_work(session, work_id, sight, at=at)
    if work.version is None:
        raise UnknownWork
    return work, work.version


def visible_works(
    session: Session, work_ids: Sequence[uuid.UUID], sight: Sight, *, at: datetime
) -> dict[uuid.UUID, Work]:
    """Those of the works that may be seen, by id."""
    if not work_ids:
        return {}
    found = session.scalars(listed(select(Work)).where(Work.id.in_(work_ids), visible_to(sight, at)))
    return {work.id: work for work in found}


def newest(
    session: Session, sight: Sight, *, at: datetime, limit: int, unit_ids: Collection[uuid.UUID] | None = None
) -> Sequence[Work]:
    """The works published last: of the given units, or of all."""
    wanted = _newest(sight.tokens, limit).where(*_of_units(unit_ids))
    return session.scalars(wanted, {"moment": at}).all()


@lru_cache(100)  # the first page of everybody asks it: to build it takes longer than to run it
def _newest(tokens: frozenset[str], limit: int) -> Select[Work]:
    wanted = listed(select(Work)).where(Work.state == WorkState.PUBLISHED, seen_with(tokens))
    return wanted.order_by(Work.published_at.desc()).limit(limit)


def shelf(
    session: Session,
    unit_ids: Collection[uuid.UUID],
    sight: Sight,
    *,
    at: datetime,
    limit: int,
    subject: str | None = None,
    grade: int | None = None,
) -> Sequence[Work]:
    """What stands on the shelf of these units, by subject and grade, in the order of grades and titles."""
    narrowed = [*([Work.subject_code == subject] if subject else []), *([Work.grade == grade] if grade else [])]
    wanted = listed(select(Work)).where(*_published(sight, at), *_of_units(unit_ids), *narrowed)
    return session.scalars(wanted.order_by(Work.grade, Work.subject_code, Work.title).limit(limit)).all()


def for_tokens(session: Session, tokens: Collection[str], sight: Sight, *, at: datetime, limit: int) -> Sequence[Work]:
    """The works opened last to just these readers (a class), among those that may be seen."""
    opened = exists().where(Audience.work_id == Work.id, Audience.token.in_(tokens), Audience.from_at <= at)
    wanted = listed(select(Work)).where(*_published(sight, at), opened).order_by(Work.published_at.desc()).limit(limit)
    return session.scalars(wanted).all()


def owned(session: Session, person_id: uuid.UUID, states: Collection[str], *, limit: int) -> Sequence[Work]:
    """What somebody has made themselves, in these states, newest first."""
    wanted = listed(select(Work)).where(
        Work.owner_id == person_id, Work.state.in_(states), Work.version_id.is_not(None), Work.deleted_at.is_(None)
    )
    return session.scalars(wanted.order_by(Work.created_at.desc()).limit(limit)).all()


def total_of(session: Session, unit_ids: Collection[uuid.UUID], sight: Sight, *, at: datetime) -> int:
    """How many published works of these units may be seen."""
    return (
        session.scalar(select(func.count()).select_from(Work).where(*_published(sight, at), *_of_units(unit_ids))) or 0
    )


def original(session: Session, version_id: uuid.UUID) -> Rendition:
    """The file as it was deposited."""
    return session.scalars(
        select(Rendition).where(Rendition.version_id == version_id, Rendition.kind == RenditionKind.ORIGINAL)
    ).one()


def rendition(session: Session, version_id: uuid.UUID, kind: str, number: int) -> Rendition | None:
    """One derived file of a version."""
    wanted = (Rendition.version_id == version_id, Rendition.kind == kind, Rendition.page_number == number)
    return session.scalar(select(Rendition).where(*wanted))


def page(session: Session, version_id: uuid.UUID, number: int) -> Page:
    """One page. Raises UnknownPage."""
    found = session.get(Page, (version_id, number))
    if found is None:
        raise UnknownPage
    return found


def texts_around(session: Session, version_id: uuid.UUID, number: int) -> dict[int, str]:
    """The texts of the pages next to one, two on either side, by how many pages they are further on: they carry the
    same running heads.
    """
    near = Page.number.between(number - 2, number + 2)
    wanted = (Page.version_id == version_id, near, Page.number != number)
    rows = session.execute(select(Page.number, Page.text).where(*wanted)).all()
    return {row.number - number: row.text for row in rows}


def page_texts(session: Session, version_id: uuid.UUID) -> Sequence[tuple[int, str]]:
    """Number and text of all pages, in order."""
    rows = session.execute(select(Page.number, Page.text).where(Page.version_id == version_id).order_by(Page.number))
    return [(row.number, row.text) for row in rows]


def page_quality(session: Session, version_id: uuid.UUID) -> tuple[int, list[int]]:
    """How many pages came from OCR, and which ones could not be read."""
    recognised, unread = PageSource.OCR, PageSource.NONE
    wanted = (Page.version_id == version_id, Page.source.in_((recognised, unread)))
    rows = session.execute(select(Page.number, Page.source).where(*wanted)).all()
    return sum(row.source == recognised for row in rows), sorted(row.number for row in rows if row.source == unread)


def _published(sight: Sight, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Work.state == WorkState.PUBLISHED, visible_to(sight, at))


def _of_units(unit_ids: Collection[uuid.UUID] | None) -> tuple[ColumnElement[bool], ...]:
    return () if unit_ids is None else (Work.unit_id.in_(unit_ids),)


def listed(wanted: Select[Work]) -> Select[Work]:
    """With what a shelf shows of each work."""
    return wanted.options(joinedload(Work.unit), joinedload(Work.version).options(defer(Version.contents)))


def _whole(wanted: Select[Work]) -> Select[Work]:
    return wanted.options(joinedload(Work.unit), joinedload(Work.version), selectinload(Work.audience))
