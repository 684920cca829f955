"""My uploads, and the plain form for scripts and for browsers without JavaScript."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, selectinload

from api.deposits import schemas
from api.deposits.shown import Became, being_read, deposit_of
from api.web import metrics
from api.web.dependencies import GateNow, HouseNow, Language, Now, Reader, Reading, Token, Writer, Writing
from api.web.errors import FormTooLarge, not_valid
from api.web.gate import Gate
from api.web.schemas import Code
from api.web.sending import at_store
from ingest import discarding
from ingest.receiving import parts, uploading
from library.catalogue import cataloguing, depositing, queries
from library.catalogue.depositing import id_of as id_of
from library.catalogue.models import RECEIVING, Deposit, Version, Work
from library.clock import now
from library.errors import Refusal
from library.files.keys import StoreAway
from library.house import House
from library.naming import clean_name, media_type_of
from library.people import care, sign_in
from library.people.roles import ADMINISTRATOR
from library.people.sign_in import Actor, NotAllowed
from library.reviews import queries as reviews
from library.reviews import reviewing

router = APIRouter(prefix="/api/v1/deposits", tags=["deposits"])
FORM_LIMIT = 8 * 1024 * 1024  # bytes; larger files go through /api/v1/uploads
IN_WORK_LIMIT = 100


@router.get("", response_model=schemas.Deposits)
def mine(session: Reading, actor: Reader, house: HouseNow, language: Language) -> schemas.Deposits:
    """My uploads, newest first."""
    return deposits_of(session, actor, house, language)


@router.get("/in-work", response_model=schemas.InWork)
def in_work(session: Reading, actor: Reader) -> schemas.InWork:
    """What waits to be read or is being read in the units in my care, the oldest first."""
    actor.required()
    if not actor.units_as(ADMINISTRATOR):
        raise NotAllowed
    return in_work_of(session, actor, limit=IN_WORK_LIMIT)


@router.get("/{deposit_id}", response_model=schemas.Deposit)
def one(deposit_id: str, session: Reading, actor: Reader, house: HouseNow, language: Language) -> schemas.Deposit:
    """One of my uploads."""
    return sent(session, [depositing.mine(session, id_of(deposit_id), actor)], actor, house, language)[0]


@router.delete("/{deposit_id}", status_code=204)
async def forget(deposit_id: str, gate: GateNow, house: HouseNow, token: Token) -> None:
    """Forget an unfinished, refused or failed upload."""
    await cancel(gate, house, id_of(deposit_id), token)


@router.post("/{deposit_id}/stop", response_model=schemas.Deposit)
async def stop(deposit_id: str, gate: GateNow, house: HouseNow, token: Token, language: Language) -> schemas.Deposit:
    """Stop the reading of a file: one of mine, or one of a school that I look after."""

    def act(session: Session) -> tuple[schemas.Deposit, str | None]:
        actor = sign_in.actor_of(session, token, at=now())
        stopped = depositing.stop(session, id_of(deposit_id), by=actor, at=now())
        return sent(session, [stopped], actor, house, language)[0], stopped.key

    told, key = await gate.write(act)
    await at_store(discarding.discard, house, [key])
    return told


@router.post("/{deposit_id}/review", response_model=schemas.Deposit)
def submit_deposit(
    deposit_id: str,
    wish: schemas.DepositSubmission,
    session: Writing,
    actor: Writer,
    at: Now,
    language: Language,
    house: HouseNow,
) -> schemas.Deposit:
    """Send an upload to the reviewers; while it is still on its way the wish is kept."""
    mine = depositing.mine(session, id_of(deposit_id), actor)
    reviewing.submit_deposit(session, mine, wish.sight, by=actor, at=at)
    return sent(session, [mine], actor, house, language)[0]


async def only_our_fields(request: Request) -> None:
    """A form, too, is refused when it brings more than was asked for. Raises NotValid."""
    more = sorted(set(await request.form()) - {"file", "sight", "approve", "review", "work"})
    if more:
        raise not_valid([[one] for one in more])


@router.post("", status_code=201, response_model=schemas.Deposit, dependencies=[Depends(only_our_fields)])
async def form(
    gate: GateNow,
    house: HouseNow,
    token: Token,
    language: Language,
    file: Annotated[UploadFile, File()],
    sight: Annotated[Code, Form()] = "",
    approve: Annotated[bool, Form()] = False,
    review: Annotated[bool, Form()] = False,
    work: Annotated[Code, Form()] = "",
) -> schemas.Deposit:
    """A small file in one request. `review`: on to the reviewers when it is read; `work`: it becomes a new version of
    that work.
    """
    deposit_id = await take_form(gate, house, token, file, Choices(sight, approve, review, work))

    def look(session: Session) -> schemas.Deposit:
        return sent(
            session, [session.get_one(Deposit, deposit_id)], sign_in.actor_of(session, token, at=now()), house, language
        )[0]

    return await gate.read(look)


@dataclass(frozen=True)
class Choices:
    """What the sender of a file wishes for it."""

    sight: str = ""
    approve: bool = False
    review: bool = False
    work: str = ""  # id of the work it becomes a new version of

    def wish(self) -> dict[str, Any]:
        """The same for `depositing.begin`. Raises UnknownWork."""
        work_id = queries.work_id_of(self.work) if self.work else None
        return {"sight": self.sight, "approve": self.approve, "review": self.review, "work_id": work_id}


async def take_form(gate: Gate, house: House, token: str | None, file: UploadFile, choices: Choices) -> uuid.UUID:
    """Deposit an uploaded form file; returns when it is safe."""
    size = file.size or 0
    if size > FORM_LIMIT:
        raise FormTooLarge
    name, media_type = clean_name(file.filename or ""), media_type_of(file.content_type)

    def begin(session: Session) -> uuid.UUID:
        actor = sign_in.actor_of(session, token, at=now())
        return uploading.begin(
            session, house, name=name, size=size, media_type=media_type, **choices.wish(), by=actor, at=now()
        ).id

    deposit_id = await gate.write(begin)
    data = await file.read()
    await at_store(_store, house, deposit_id, data)
    return deposit_id


def _store(house: House, deposit_id: uuid.UUID, data: bytes) -> None:
    try:
        with uploading.locked(house, deposit_id) as descriptor:
            parts.write_at(descriptor, data, 0)
            uploading.finish(house, deposit_id, at=now())
            metrics.count_upload(len(data))
    except (Refusal, StoreAway):  # a form cannot go on later: nothing of it stays
        uploading.drop(house, deposit_id, at=now())
        raise


async def cancel(gate: Gate, house: House, deposit_id: uuid.UUID, token: str | None) -> None:
    """Forget one of my uploads: its bytes first, so that a full disk can be freed even when no row can be written."""

    def mine_to_forget(session: Session) -> uuid.UUID | None:
        actor = sign_in.actor_of(session, token, at=now())
        depositing.refuse_to_forget(depositing.mine(session, deposit_id, actor))
        return actor.person_id

    by = await gate.read(mine_to_forget)
    uploading.staging_path(house, deposit_id).unlink(missing_ok=True)
    await gate.write(lambda session: depositing.cancel(session, session.get_one(Deposit, deposit_id), by=by, at=now()))


def deposits_of(session: Session, actor: Actor, house: House, language: str) -> schemas.Deposits:
    """Everything I have sent."""
    rows = depositing.of_person(session, actor.required().id)
    return schemas.Deposits(deposits=sent(session, list(rows), actor, house, language))


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
    if row.state != RECEIVING:
        return row.size
    return path.stat().st_size if path.exists() else 0
