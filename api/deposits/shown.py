"""Deposits on the wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.deposits import schemas
from api.reviews.brief import review_of
from api.web.errors import sentence_of
from library.catalogue.models import PUBLISHED, Deposit, Version, Work
from library.reviews.models import Review
from library.reviews.transitions import RETURNED, WAITING


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


def being_read(deposit: Deposit, owner: str | None) -> schemas.BeingRead:
    """A deposit as the administrator of its unit sees it."""
    return schemas.BeingRead(
        id=str(deposit.id),
        name=deposit.name,
        owner=owner,
        state=deposit.state,
        step=deposit.step,
        pages_done=deposit.pages_done,
        page_count=deposit.page_count,
        created_at=deposit.created_at,
    )


def deposit_of(deposit: Deposit, received: int, became: Became | None, language: str) -> schemas.Deposit:
    """A deposit as its owner sees it."""
    work, version = (became.work, became.version) if became else (None, None)
    review = became.review if became else None
    return schemas.Deposit(
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


def warnings_of(warnings: Sequence[dict[str, Any]], language: str) -> list[schemas.Warning]:
    """Warnings with their sentences, named pages included."""
    return [
        schemas.Warning(
            code=str(one["code"]),
            sentence=sentence_of(str(one["code"]), {"page": one.get("page")}, language),
            page=one.get("page"),
        )
        for one in warnings
    ]
