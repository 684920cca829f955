"""The one rule of sight: a work is visible to whoever carries a token of its audience at that moment."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_

from library.catalogue.models import Audience, Work
from library.people.sight import Sight


def visible_to(sight: Sight, moment: datetime) -> ColumnElement[bool]:
    """The condition on `Work` that every query of every surface carries."""
    return exists().where(
        Audience.work_id == Work.id,
        Audience.token.in_(sorted(sight.tokens)),
        Audience.from_at <= moment,
        or_(Audience.until_at.is_(None), Audience.until_at > moment),
    )
