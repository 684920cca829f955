"""Works on the wire: names in the language of whoever asks, drawn covers, addresses of pictures."""

import unicodedata
from uuid import UUID

from api.catalogue.schemas import Card, Cover
from api.web.me import unit_named
from api.web.terms import named
from library import vocabulary
from library.catalogue.listing import ListedWork
from library.catalogue.models import WITHOUT_PICTURES, Version, Work
from library.people.models import DEPARTMENT, SCHOOL, Unit

SLIDES = {"BG_ELEARNING", "BG_TRINH_CHIEU", "VIDEO_BAI_GIANG"}
BOOKS = {"SGK", "SGV", "SBT", "VBT"}
SEEDS = 8


def sights_for(unit: Unit) -> list[str]:
    """The readers that the pages offer for a work of this unit."""
    return ["public", "province", *(["school"] if unit.kind in (SCHOOL, DEPARTMENT) else [])]


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
        school=unit_named(work.unit) if work.unit.kind == SCHOOL else None,
        page_count=work.version.page_count if work.version else None,
        cover=cover_of(work),
        thumbnail=thumbnail_of(work, work.version),
        published_at=work.published_at,
    )
