"""Works on the wire: names in the language of whoever asks, drawn covers, addresses of pictures."""

import unicodedata
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.catalogue import schemas
from api.catalogue.schemas import Card, Cover
from api.web.me import unit_named
from api.web.schemas import Named
from api.web.terms import named
from library import vocabulary
from library.catalogue import cataloguing, correcting, queries
from library.catalogue.listing import ListedWork
from library.catalogue.models import WITHOUT_PICTURES, Version, Work
from library.circulation import queries as stock
from library.deleting import works as deleting
from library.learning import reading as places
from library.people.models import Unit, UnitKind
from library.people.sign_in import Actor

SLIDES = {"BG_ELEARNING", "BG_TRINH_CHIEU", "VIDEO_BAI_GIANG"}
BOOKS = {"SGK", "SGV", "SBT", "VBT"}
SEEDS = 8


def sights_for(unit: Unit) -> list[str]:
    """The readers that the pages offer for a work of this unit."""
    return ["public", "province", *(["school"] if unit.kind in (UnitKind.SCHOOL, UnitKind.DEPARTMENT) else [])]


def cover_of(work: Work | ListedWork) -> Cover:
    """What the drawn cover of a work shows."""
    shape = (
        "slide"
        if work.type_code in SLIDES
        else "book"
        if work.type_code in BOOKS or work.type_code is None
        else "sheet"
    )
    letters = [letter for letter in work.title if letter.isalnum()]
    sign = str(work.grade) if work.grade else unicodedata.normalize("NFC", letters[0]).upper() if letters else "?"
    return Cover(
        shape=shape, subject=(work.subject_code or "khac").lower().replace("_", "-"), seed=work.key % SEEDS, sign=sign
    )


def thumbnail_of(work: Work, version: Version | None) -> str | None:
    """Where the thumbnail is; the version makes the address safe to cache for good."""
    return thumbnail_at(work.id, version.id, version.kind, version.page_count) if version else None


def thumbnail_at(work_id: UUID, version_id: UUID, kind: str | None, page_count: int | None) -> str | None:
    """The address of a thumbnail, when a version of this kind has one."""
    if not page_count or kind in WITHOUT_PICTURES:
        return None
    return f"/api/v1/works/{work_id}/thumbnail?v={version_id.hex[:12]}"


def image_of(work_id: UUID, version_id: UUID, number: int, size: int) -> str:
    """Where a page image is."""
    return f"/api/v1/works/{work_id}/pages/{number}/image?size={size}&v={version_id.hex[:12]}"


def card_of(work: Work, language: str) -> Card:
    """A work on a shelf; version and unit must be loaded."""
    return Card(
        id=str(work.id),
        title=work.title,
        type=named(vocabulary.types(), work.type_code, language),
        subject=named(vocabulary.subjects(), work.subject_code, language),
        grade=work.grade,
        school=unit_named(work.unit) if work.unit.kind == UnitKind.SCHOOL else None,
        page_count=work.version.page_count if work.version else None,
        cover=cover_of(work),
        thumbnail=thumbnail_of(work, work.version),
        published_at=work.published_at,
    )


def sent(session: Session, found: Work, actor: Actor, language: str) -> schemas.Work:
    """A work as its page shows it; version, unit and audience are loaded."""
    version = found.version
    return schemas.Work(
        id=str(found.id),
        title=found.title,
        authors=found.authors,
        isbn=found.isbn,
        type=named(vocabulary.types(), found.type_code, language),
        subject=named(vocabulary.subjects(), found.subject_code, language),
        grade=found.grade,
        lesson=found.lesson,
        series=named(vocabulary.series(), found.series_code, language),
        keywords=found.keywords,
        source=found.source,
        licence=named(vocabulary.licences(), found.licence_code, language),
        description=found.description,
        school=unit_named(found.unit) if found.unit.kind == UnitKind.SCHOOL else None,
        language=found.language,
        state=found.state,
        sight=found.sight,
        cover=cover_of(found),
        thumbnail=thumbnail_of(found, version),
        copies=copies_of(session, found, actor),
        published_at=found.published_at,
        created_at=found.created_at,
        place=places.place_of(session, actor.person.id, found.id) if actor.person else None,
        may_edit=correcting.may_correct(session, found, actor),
        may_delete=deleting.may_delete(session, found, actor),
        may_publish=version is not None and cataloguing.may_publish(found, actor),
        **(digital(session, version) if version else {}),
    )


def digital(session: Session, version: Version) -> dict[str, Any]:
    """What only a title with a digital version has."""
    original = queries.original(session, version.id)
    ocr_pages, bad_pages = queries.page_quality(session, version.id)
    return {
        "readable": bool(version.page_count),
        "page_count": version.page_count,
        "ocr_pages": ocr_pages,
        "bad_pages": bad_pages,
        "contents": [schemas.Heading(**heading) for heading in version.contents],
        "file_name": original.name,
        "file_size": original.size,
        "file_type": original.media_type,
        "version": version.number,
        "version_id": str(version.id),
        "digest": version.digest,
    }


def copies_of(session: Session, found: Work, actor: Actor) -> list[schemas.Copies]:
    """Paper copies by school, the asker's own schools first."""
    mine = {one.unit_id for one in actor.memberships}
    schools = stock.availability(session, [found.id]).get(found.id, [])
    return [
        schemas.Copies(
            school=Named(code=one.school_code, name=one.school),
            free=one.free,
            total=one.total,
            shelf=one.shelf,
            mine=one.unit_id in mine,
        )
        for one in sorted(schools, key=lambda one: one.unit_id not in mine)
    ]
