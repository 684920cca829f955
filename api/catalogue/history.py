"""What those who look after a work see of it: its history, and how much it is used."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.catalogue import schemas
from api.web.dependencies import GateNow, Language, Now, Reader, Reading, Token
from api.web.schemas import Named
from library import usage
from library.calendar import local_date
from library.catalogue import cataloguing, history, queries
from library.catalogue.models import Work
from library.clock import now
from library.people import sign_in
from library.people.models import Unit
from library.people.sign_in import Actor, NotAllowed
from library.usage import Figures

router = APIRouter(prefix="/api/v1/works", tags=["works"])
LATELY = timedelta(days=30)


@router.get("/{work_id}/history", response_model=schemas.History)
async def history_route(work_id: str, gate: GateNow, token: Token, language: Language) -> schemas.History:
    """What happened to a work; that it was read is told in the audit."""

    def look(session: Session) -> tuple[Actor, Work, schemas.History]:
        actor = sign_in.actor_of(session, token, at=now())
        found = queries.visible_work(session, work_id, actor.sight, at=now())
        return actor, found, history_of(session, found, actor, language)

    actor, found, sent = await gate.read(look)
    await tell_reading(gate, found, actor)
    return sent


@router.get("/{work_id}/usage", response_model=schemas.Usage)
def usage_route(work_id: str, session: Reading, actor: Reader, at: Now) -> schemas.Usage:
    """How much a work is used."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    if not cataloguing.may_edit(session, found, actor):
        raise NotAllowed
    return usage_of(session, found, at=at)


NOTHING: Mapping[str, Any] = {"history": None, "usage": None}


def for_keepers(session: Session, work: Work, actor: Actor, language: str, *, at: Now) -> Mapping[str, Any]:
    """Both, for the work's page; nothing for everybody else."""
    if not cataloguing.may_edit(session, work, actor):
        return NOTHING
    return {"history": history_of(session, work, actor, language), "usage": usage_of(session, work, at=at)}


async def tell_reading(gate: GateNow, work: Work, actor: Actor) -> None:
    """Reading the audit is audited: a line in it before the answer leaves; the second one of a day takes no lock."""
    if not await gate.read(lambda session: history.is_told(session, work.id, by=actor, at=now())):
        await gate.write(lambda session: history.tell_reading(session, work.id, by=actor, at=now()))


def history_of(session: Session, work: Work, actor: Actor, language: str) -> schemas.History:
    """The history in the words of the screen. Raises NotAllowed."""
    lines = history.of_work(session, work, by=actor)
    return schemas.History(
        lines=[
            schemas.HistoryLine(
                who=history.who_in_words(line, language),
                act=line.act,
                words=history.in_words(line, language),
                happened_at=line.happened_at,
            )
            for line in lines
        ]
    )


def usage_of(session: Session, work: Work, *, at: Now) -> schemas.Usage:
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
