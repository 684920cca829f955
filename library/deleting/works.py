"""Deleting a work, and bringing it back."""

from datetime import datetime

from sqlalchemy.orm import Session

from library import audit
from library.catalogue import cataloguing, publishing
from library.catalogue.models import Work, WorkState
from library.circulation import stock
from library.deleting import reasons
from library.operations import deletions
from library.operations.deletions import Deletion, Subject
from library.people.sign_in import Actor, NotAllowed
from library.reviews import closing


def may_delete(session: Session, work: Work, by: Actor) -> bool:
    """Its owner, as long as nobody else has ever read it; the administrators of its unit and of the units above.
    `work.audience` must be loaded.
    """
    is_own_draft = by.person_id == work.owner_id and work.state == WorkState.DRAFT and work.published_at is None
    return cataloguing.may_publish(work, by) or (is_own_draft and cataloguing.may_edit(session, work, by))


def delete(session: Session, work: Work, reason: str, remark: str | None, *, by: Actor, at: datetime) -> Deletion:
    """Nobody sees it from this transaction on; in thirty days it is removed.

    Raises SignInNeeded, NotAllowed, UnknownReason, TitleOnPaper, and UnknownWork for one that somebody has deleted in
    this moment.
    """
    by.required()
    # a draft may be open to readers since; nobody adds a copy meanwhile
    session.refresh(work, ["state", "published_at", "deleted_at"], with_for_update=True)
    if work.deleted_at is not None:
        raise cataloguing.UnknownWork
    if not may_delete(session, work, by):
        raise NotAllowed
    reasons.refuse_unknown(Subject.WORK, reason)
    stock.refuse_to_lose(session, work.id)
    closing.overruled(session, work, by=by, at=at)
    work.deleted_at = at
    publishing.write_audience(session, work, at=at)
    audit.tell(session, "work-deleted", work, unit_id=work.unit_id, by=by.person_id, at=at, reason=reason)
    told = Deletion(
        kind=Subject.WORK,
        subject_id=work.id,
        unit_id=work.unit_id,
        by_id=by.person_id,
        reason=reason,
        remark=remark,
        deleted_at=at,
    )
    return deletions.begin(session, told)


def bring_back(session: Session, work: Work, *, by: Actor, at: datetime) -> None:
    """It stands for its readers as it stood, but for a review that had waited."""
    work.deleted_at = None
    publishing.write_audience(session, work, at=at)
    audit.tell(session, "work-brought-back", work, unit_id=work.unit_id, by=by.person_id, at=at)
