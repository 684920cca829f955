"""The history and the use of a work, on the wire."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.catalogue import schemas
from api.web.schemas import Named
from library import usage
from library.announced import ACTS
from library.calendar import local_date
from library.catalogue import cataloguing, history
from library.catalogue.models import Work
from library.people.models import Unit
from library.people.sign_in import Actor
from library.usage import Figures

LATELY = timedelta(days=30)


NOTHING: Mapping[str, Any] = {"history": None, "usage": None}


def for_keepers(session: Session, work: Work, actor: Actor, language: str, *, at: datetime) -> Mapping[str, Any]:
    """Both, for the work's page; nothing for everybody else."""
    if not cataloguing.may_edit(session, work, actor):
        return NOTHING
    return {"history": history_of(session, work, actor, language), "usage": usage_of(session, work, at=at)}


def history_of(session: Session, work: Work, actor: Actor, language: str) -> schemas.History:
    """The history in the words of the screen. Raises NotAllowed."""
    lines = history.of_work(session, work, by=actor)
    return schemas.History(
        lines=[
            schemas.HistoryLine(
                who=history.who_in_words(line, language),
                act=line.act,
                words=history.in_words(line, language, ACTS),
                happened_at=line.happened_at,
            )
            for line in lines
        ]
    )


def usage_of(session: Session, work: Work, *, at: datetime) -> schemas.Usage:
    """The figures, small ones hidden; schools with the most views first."""
    found = usage.of_work(session, work.id)
    lately = usage.of_work(session, work.id, since=local_date(at - LATELY))
    order = sorted(found, key=lambda school: (-found[school].views, str(school)))
    parts = {kind: usage.told_apart([getattr(found[school], kind) for school in order]) for kind in usage.KINDS}
    names = {
        row.id: Named(code=row.code, name=row.name) for row in session.scalars(select(Unit).where(Unit.id.in_(order)))
    }
    return schemas.Usage(
        total=told(usage.total(found)),
        last_30_days=told(usage.total(lately)),
        schools=[
            schemas.SchoolFigures(school=names.get(school), **{kind: parts[kind][place] for kind in usage.KINDS})
            for place, school in enumerate(order)
        ],
    )


def told(figures: Figures) -> schemas.Figures:
    """Figures as everybody hears them."""
    return schemas.Figures(**{kind: usage.told(getattr(figures, kind)) for kind in usage.KINDS})
