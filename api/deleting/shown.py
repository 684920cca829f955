"""What was deleted, on the wire."""

from sqlalchemy.orm import Session

from api.deleting import schemas
from api.web.schemas import Named
from library.deleting import reasons, undoing
from library.deleting.undoing import Standing
from library.people.sign_in import Actor


def deletions_of(session: Session, actor: Actor, language: str) -> schemas.Deletions:
    """What somebody may bring back, newest first."""
    return schemas.Deletions(deletions=[sent(one, language) for one in undoing.standing(session, by=actor)])


def sent(one: Standing, language: str) -> schemas.Deletion:
    """One of them with its words."""
    found = one.deletion
    reason = Named(code=found.reason, name=reasons.in_words(found.kind, found.reason, language))
    return schemas.Deletion(
        id=str(found.id),
        kind=found.kind,
        subject_id=str(found.subject_id),
        name=one.name,
        reason=reason,
        remark=found.remark,
        by=one.by,
        deleted_at=found.deleted_at,
        final_at=found.final_at,
    )
