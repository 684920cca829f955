"""Finding titles by what stands on a catalogue card, in the database alone: title, authors, other titles, ISBN."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from library.catalogue.access import visible_to
from library.catalogue.models import Work, WorkState
from library.people.models import Unit
from library.people.sight import Sight

# of words that stand on very many cards, the first ones; so a common name costs no more than a rare one
MOST_SORTED = 1000


def keys_with(
    session: Session,
    words: Sequence[str],
    sight: Sight,
    narrowing: Iterable[ColumnElement[bool]],
    *,
    at: datetime,
    limit: int,
) -> list[int]:
    """Keys of the works that may be seen and whose cards hold all these folded words; those that begin with them stand
    first, short cards before long ones.
    """
    all_words = [Work.card_words.contains(f" {word} ", autoescape=True) for word in words]
    begins = Work.card_words.startswith(f" {' '.join(words)} ", autoescape=True)
    wanted = select(Work.key, begins.label("begins"), func.length(Work.card_words).label("length"))
    some = (
        wanted.join(Unit, Unit.id == Work.unit_id)
        .where(*all_words, *narrowing, visible_to(sight, at))
        .limit(MOST_SORTED)
        .subquery()
    )
    return list(
        session.scalars(select(some.c.key).order_by(some.c.begins.desc(), some.c.length, some.c.key).limit(limit))
    )


def newest(
    session: Session, sight: Sight, narrowing: Iterable[ColumnElement[bool]], *, at: datetime, limit: int
) -> list[int]:
    """Keys of the published works that may be seen, newest first."""
    wanted = (
        select(Work.key)
        .join(Unit, Unit.id == Work.unit_id)
        .where(Work.state == WorkState.PUBLISHED, *narrowing, visible_to(sight, at))
    )
    return list(session.scalars(wanted.order_by(Work.published_at.desc(), Work.key).limit(limit)))
