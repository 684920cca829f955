"""From rows to wire shapes: names in the asker's language, drawn covers, links."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.deposits.schemas import BeingRead
from api.deposits.schemas import Deposit as DepositSent
from api.deposits.schemas import Warning as WarningSent
from api.homes.schemas import Card
from api.reviews.schemas import ReviewBrief
from api.search.schemas import Cover
from api.web.me import unit_named
from api.web.schemas import Named
from library import vocabulary
from library.catalogue.listing import ListedWork
from library.catalogue.models import PUBLISHED, Deposit, Version, Work
from library.errors import refusals
from library.people.models import DEPARTMENT, SCHOOL, Unit
from library.reviews.models import Review
from library.reviews.transitions import RETURNED, WAITING
from library.vocabulary import Term

SLIDES = {"BG_ELEARNING", "BG_TRINH_CHIEU", "VIDEO_BAI_GIANG"}
BOOKS = {"SGK", "SGV", "SBT", "VBT"}
SEEDS = 8


def named(terms: dict[str, Term], code: str | None, language: str) -> Named | None:
    """A coded value with its name; None when there is none."""
    if code is None:
        return None
    term = terms.get(code)
    return Named(code=code, name=term.name(language) if term else code)


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
    if version is None or not version.page_count:
        return None
    return thumbnail_at(work.id, version.id)


def thumbnail_at(work_id: UUID, version_id: UUID) -> str:
    """The address of a thumbnail that there is."""
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


def sentence_of(code: str, facts: dict[str, object], language: str) -> str:
    """The sentence behind a stable code; facts that are not known any more leave the code itself."""
    kind = next((kind for kind in refusals() if kind.code == code), None)
    try:
        return kind(**facts).sentence(language) if kind else code
    except KeyError:
        return code


def review_of(review: Review, language: str) -> ReviewBrief:
    """What became of a submission; `decided_by` is loaded."""
    return ReviewBrief(
        id=str(review.id),
        state=review.state,
        submitted_at=review.submitted_at,
        decided_at=review.decided_at,
        decided_by=review.decided_by.name if review.decided_by else None,
        reasons=[term for code in review.reasons if (term := named(vocabulary.reasons(), code, language))],
        remark=review.remark,
    )


@dataclass(frozen=True)
class Became:
    """The version that a deposit has become, and how it stands."""

    work: Work
    version: Version
    newest: bool
    may_edit: bool
    review: Review | None = None

    @property
    def stands(self) -> str:
        """Where the version is on its way to readers."""
        if self.work.state == PUBLISHED and self.work.version_id == self.version.id:
            return "published"
        if not self.newest:
            return "replaced"
        state = self.review.state if self.review else None
        return {WAITING: "in-review", RETURNED: "returned"}.get(state or "", "draft")


def in_work(deposit: Deposit, owner: str | None) -> BeingRead:
    """A deposit as the administrator of its unit sees it."""
    return BeingRead(
        id=str(deposit.id),
        name=deposit.name,
        owner=owner,
        state=deposit.state,
        step=deposit.step,
        pages_done=deposit.pages_done,
        page_count=deposit.page_count,
        created_at=deposit.created_at,
    )


def deposit_of(deposit: Deposit, received: int, became: Became | None, language: str) -> DepositSent:
    """A deposit as its owner sees it."""
    work, version = (became.work, became.version) if became else (None, None)
    review = became.review if became else None
    return DepositSent(
        id=str(deposit.id),
        name=deposit.name,
        size=deposit.size,
        received=received,
        state=deposit.state,
        step=deposit.step,
        pages_done=deposit.pages_done,
        page_count=deposit.page_count,
        code=deposit.code,
        sentence=sentence_of(deposit.code, deposit.facts, language) if deposit.code else None,
        warnings=warnings_of(deposit.warnings, language),
        submitted=deposit.submitted_at is not None,
        may_edit=became is not None and became.may_edit,
        stands=became.stands if became else None,
        review=review_of(review, language) if review else None,
        work_id=str(work.id) if work else None,
        work_title=work.title if work else None,
        work_state=work.state if work else None,
        version=version.number if version else None,
        version_id=str(version.id) if version else None,
        digest=version.digest if version else None,
        searchable=bool(work and version and work.indexed_revision == work.revision),
        created_at=deposit.created_at,
    )


def warnings_of(warnings: Sequence[dict[str, Any]], language: str) -> list[WarningSent]:
    """Warnings with their sentences, named pages included."""
    return [
        WarningSent(
            code=str(one["code"]),
            sentence=sentence_of(str(one["code"]), {"page": one.get("page")}, language),
            page=one.get("page"),
        )
        for one in warnings
    ]
