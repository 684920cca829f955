"""The one rule of sight: a work is visible to whoever carries a token of its audience at that moment."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from library.catalogue.models import Audience, Work
from library.database.many_values import folded, unfolded
from library.people.sight import PUBLIC, VISITOR, Sight

MOMENT: BindParameter[datetime] = bindparam("moment")


def visible_to(sight: Sight, moment: datetime) -> ColumnElement[bool]:
    """The condition on `Work` that every query of every surface carries."""
    return _rule(sorted(sight.tokens), moment)


def seen_by_its_staff(sight: Sight) -> ColumnElement[bool]:
    """Whether these are administrators of the work's unit or of one above: `cataloguing.may_publish` as a condition."""
    staff = sorted(token for token in sight.tokens if token.startswith("staff:"))
    return exists().where(Audience.work_id == Work.id, Audience.token.in_(staff))


def seen_with(tokens: frozenset[str]) -> ColumnElement[bool]:
    """The same for a statement that is built once for these tokens; it is asked with `moment`."""
    return _rule(sorted(tokens), MOMENT)


def ids_seen_with(tokens: frozenset[str]) -> Select[uuid.UUID]:
    """The same rule beginning at the tokens: the ids of what it lets through, for counts over a whole province; asked
    with `moment`.
    """
    return select(Audience.work_id).where(*_open(sorted(tokens), MOMENT))


def asked_by(sight: Sight, moment: datetime) -> dict[str, Any]:
    """Who asks and when, for a statement that was built once with `VISIBLE`."""
    return {"sight_tokens": folded(sorted(sight.tokens)), "moment": moment}


def _rule(tokens: Sequence[str] | Select[str], moment: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return exists().where(Audience.work_id == Work.id, *_open(tokens, moment))


def _open(
    tokens: Sequence[str] | Select[str], moment: datetime | BindParameter[datetime]
) -> tuple[ColumnElement[bool], ...]:
    return (
        Audience.token.in_(tokens),
        Audience.from_at <= moment,
        or_(Audience.until_at.is_(None), Audience.until_at > moment),
    )


VISIBLE = _rule(select(unfolded("sight_tokens").c.value), MOMENT)


def stays_public(work: Work, *, at: datetime) -> bool:
    """Whether everybody may see it, and nothing says until when: what a browser may keep for good. `work.audience` must
    be loaded.
    """
    return any(row.token == PUBLIC and row.from_at <= at and row.until_at is None for row in work.audience)


def is_public(session: Session, work: Work, *, at: datetime) -> bool:
    """Whether a visitor without any sign-in may see it now."""
    return session.scalar(select(Work.id).where(Work.id == work.id, visible_to(VISITOR, at))) is not None
