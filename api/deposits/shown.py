"""Deposits on the wire."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, selectinload

from api.deposits import schemas
from api.reviews.brief import review_of
from ingest.receiving import uploading
from library.catalogue import cataloguing, depositing, versions
from library.catalogue.models import Deposit, DepositState, Version, Work, WorkState
from library.errors import sentence_of
from library.house import House
from library.people import care
from library.people.sign_in import Actor
from library.reviews import queries as reviews
from library.reviews.models import Review
from library.reviews.transitions import ReviewState

DRAFT = schemas.VersionStage.DRAFT
STAGES = {
    ReviewState.WAITING: schemas.VersionStage.IN_REVIEW,
    ReviewState.RETURNED: schemas.VersionStage.RETURNED,
}


@dataclass(frozen=True)
class Became:
    """The version that a deposit has become, and how it stands."""

    work: Work
    version: Version
    newest: bool
    may_edit: bool
    review: Review | None = None

    @property
    def stands(self) -> schemas.VersionStage:
        """Where the version is on its way to readers."""
        if self.work.state == WorkState.PUBLISHED and self.work.version_id == self.version.id:
            return schemas.VersionStage.PUBLISHED
        if not self.newest:
            return schemas.VersionStage.REPLACED
        return STAGES.get(self.review.state, DRAFT) if self.review else DRAFT


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
        work_title=versions.card_of(work, version)["title"] if work else None,
        guessed=version.guessed if version else [],
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
            sentence=sentence_of(str(one["code"]), facts_of(one), language),
            page=one.get("page"),
        )
        for one in warnings
    ]


def facts_of(warning: dict[str, Any]) -> dict[str, Any]:
    """What its sentence names."""
    return {name: value for name, value in warning.items() if name != "code"}


def deposits_of(session: Session, actor: Actor, house: House, language: str) -> schemas.Deposits:
    """Everything I have sent."""
    rows = depositing.of_person(session, actor.required().id)
    return schemas.Deposits(deposits=sent(session, list(rows), actor, house, language))


def works_of(deposits: Sequence[schemas.Deposit]) -> list[schemas.Deposit]:
    """The newest of each work whose card may be corrected."""
    by_work = {one.work_id: one for one in reversed(deposits) if one.may_edit and one.work_id}
    return list(reversed(by_work.values()))


def in_work_of(session: Session, actor: Actor, *, limit: int) -> schemas.InWork:
    """What is being read in the units in somebody's care; nothing for who has none."""
    return schemas.InWork(
        deposits=[
            being_read(*row) for row in depositing.in_work(session, care.administered(session, actor), limit=limit)
        ]
    )


def sent(session: Session, rows: list[Deposit], actor: Actor, house: House, language: str) -> list[schemas.Deposit]:
    """Deposits of the actor with the works they became."""
    became = _became(session, {row.version_id for row in rows if row.version_id}, actor)
    return [
        deposit_of(row, _received(house, row), became.get(row.version_id) if row.version_id else None, language)
        for row in rows
    ]


def _became(session: Session, version_ids: set[uuid.UUID], actor: Actor) -> dict[uuid.UUID, Became]:
    """The whole ones of these versions, with their works and their last reviews."""
    whole = (
        select(Version, Work)
        .options(defer(Version.contents), selectinload(Work.audience))
        .join(Work, Work.id == Version.work_id)
    )
    found = (
        session.execute(whole.where(Version.id.in_(version_ids), Version.digest.is_not(None))).all()
        if version_ids
        else []
    )
    numbers = select(Version.work_id, func.max(Version.number)).where(
        Version.work_id.in_({row.Work.id for row in found}), Version.digest.is_not(None)
    )
    newest = {row[0]: row[1] for row in session.execute(numbers.group_by(Version.work_id))} if found else {}
    latest = reviews.latest_of(session, version_ids)
    return {
        version.id: Became(
            work,
            version,
            newest[work.id] == version.number,
            cataloguing.may_edit(session, work, actor),
            latest.get(version.id),
        )
        for version, work in found
    }


def _received(house: House, row: Deposit) -> int:
    path: Path = uploading.staging_path(house, row.id)
    if row.state != DepositState.RECEIVING:
        return row.size
    return path.stat().st_size if path.exists() else 0
