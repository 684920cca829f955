"""What caretakers decide about a work without its reviewers: whatever waits for a decision ends."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from library.catalogue import publishing
from library.catalogue.models import Work
from library.people.sign_in import Actor
from library.reviews import closing


def publish(
    session: Session,
    work: Work,
    version_id: uuid.UUID,
    digest: str,
    wish: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Open exactly these bytes to the readers of the wish; what it does not say of them stays as it is. Raises
    SignInNeeded and the refusals of `publishing`.
    """
    by.required()
    publishing.refuse_unentitled(work, by)
    publishing.publish(session, work, version_id, digest, publishing.readers_of(work, wish), by=by, at=at)
    closing.overruled(session, work, by=by, at=at)
