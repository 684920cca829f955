"""What those who look after a work see of it: its history, and how much it is used."""

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api.catalogue import schemas, shown_history
from api.web.dependencies import GateNow, Language, Now, Reader, Reading, Token
from api.web.problems import problems
from library.catalogue import cataloguing, history, queries
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.models import Work
from library.clock import now
from library.people import sign_in
from library.people.sign_in import Actor, NotAllowed

router = APIRouter(prefix="/api/v1/works", tags=["works"])


@router.get("/{work_id}/history", response_model=schemas.History, responses=problems(UnknownWork, NotAllowed))
async def history_route(work_id: str, gate: GateNow, token: Token, language: Language) -> schemas.History:
    """What happened to a work; that it was read is told in the audit."""

    def look(session: Session) -> tuple[Actor, Work, schemas.History]:
        actor = sign_in.actor_of(session, token, at=now())
        found = queries.visible_work(session, work_id, actor.sight, at=now())
        return actor, found, shown_history.history_of(session, found, actor, language)

    actor, found, sent = await gate.read(look)
    await tell_reading(gate, found, actor)
    return sent


@router.get("/{work_id}/usage", response_model=schemas.Usage, responses=problems(UnknownWork, NotAllowed))
def usage_route(work_id: str, session: Reading, actor: Reader, at: Now) -> schemas.Usage:
    """How much a work is used."""
    found = queries.visible_work(session, work_id, actor.sight, at=at)
    if not cataloguing.may_edit(session, found, actor):
        raise NotAllowed
    return shown_history.usage_of(session, found, at=at)


async def tell_reading(gate: GateNow, work: Work, actor: Actor) -> None:
    """Reading the audit is audited: a line in it before the answer leaves; the second one of a day takes no lock."""
    if not await gate.read(lambda session: history.is_told(session, work.id, by=actor, at=now())):
        await gate.write(lambda session: history.tell_reading(session, work.id, by=actor, at=now()))
