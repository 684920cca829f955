"""My uploads, and the plain form for scripts and for browsers without JavaScript."""

import uuid
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from api import describing, metrics
from api.dependencies import GateNow, HouseNow, Language, Reader, Reading, Token
from api.errors import FormTooLarge
from api.gate import Gate
from api.schemas import deposits as schemas
from api.sending import at_store
from ingest import receiving, uploading
from ingest.house import House
from library.catalogue import depositing
from library.catalogue.models import RECEIVING, Deposit, Version, Work
from library.clock import now
from library.errors import Refusal
from library.files.keys import StoreAway
from library.naming import clean_name
from library.people import sign_in
from library.people.sign_in import Actor

router = APIRouter(prefix="/api/v1/deposits", tags=["deposits"])
FORM_LIMIT = 8 * 1024 * 1024  # bytes; larger files go through /api/v1/uploads


@router.get("", response_model=schemas.Deposits)
def mine(session: Reading, actor: Reader, house: HouseNow, language: Language) -> schemas.Deposits:
    """My uploads, newest first."""
    return deposits_of(session, actor, house, language)


@router.get("/{deposit_id}", response_model=schemas.Deposit)
def one(deposit_id: str, session: Reading, actor: Reader, house: HouseNow, language: Language) -> schemas.Deposit:
    """One of my uploads."""
    return sent(session, [depositing.mine(session, id_of(deposit_id), actor)], house, language)[0]


@router.delete("/{deposit_id}", status_code=204)
async def forget(deposit_id: str, gate: GateNow, house: HouseNow, token: Token) -> None:
    """Forget an unfinished, refused or failed upload."""
    await cancel(gate, house, id_of(deposit_id), token)


@router.post("", status_code=201, response_model=schemas.Deposit)
async def form(
    gate: GateNow,
    house: HouseNow,
    token: Token,
    language: Language,
    file: Annotated[UploadFile, File()],
    sight: Annotated[str, Form()] = "public",
    approve: Annotated[bool, Form()] = False,
) -> schemas.Deposit:
    """A small file in one request."""
    deposit_id = await take_form(gate, house, token, file, sight, approve)
    return await gate.read(lambda session: sent(session, [session.get_one(Deposit, deposit_id)], house, language)[0])


async def take_form(gate: Gate, house: House, token: str | None, file: UploadFile, sight: str, approve: bool) -> uuid.UUID:
    """Deposit an uploaded form file; returns when it is safe."""
    size = file.size or 0
    if size > FORM_LIMIT:
        raise FormTooLarge
    uploading.check_room(house, size)
    name, media_type = clean_name(file.filename or ""), file.content_type

    def begin(session: Session) -> uuid.UUID:
        actor = sign_in.actor_of(session, token, at=now())
        lasts = house.upload_lasts
        return depositing.begin(session, name=name, size=size, media_type=media_type, sight=sight, approve=approve, by=actor, at=now(), lasts=lasts).id

    deposit_id = await gate.write(begin)
    data = await file.read()
    await at_store(_store, house, deposit_id, data)
    return deposit_id


def _store(house: House, deposit_id: uuid.UUID, data: bytes) -> None:
    uploading.open_staging(house, deposit_id)
    try:
        with uploading.locked(house, deposit_id) as descriptor:
            receiving.write_at(descriptor, data, 0)
            uploading.finish(house, deposit_id, at=now())
            metrics.count_upload(len(data))
    except (Refusal, StoreAway):  # a form cannot go on later: nothing of it stays
        uploading.drop(house, deposit_id)
        raise


async def cancel(gate: Gate, house: House, deposit_id: uuid.UUID, token: str | None) -> None:
    """Forget one of my uploads: its bytes first, so that a full disk can be freed even when no row can be written."""

    def mine_to_forget(session: Session) -> None:
        actor = sign_in.actor_of(session, token, at=now())
        depositing.refuse_to_forget(depositing.mine(session, deposit_id, actor))

    await gate.read(mine_to_forget)
    uploading.staging_path(house, deposit_id).unlink(missing_ok=True)
    await gate.write(lambda session: depositing.cancel(session, session.get_one(Deposit, deposit_id)))


def deposits_of(session: Session, actor: Actor, house: House, language: str) -> schemas.Deposits:
    """Everything I have sent."""
    rows = depositing.of_person(session, actor.required().id)
    return schemas.Deposits(deposits=sent(session, list(rows), house, language))


def sent(session: Session, rows: list[Deposit], house: House, language: str) -> list[schemas.Deposit]:
    """Deposits with the works they became."""
    versions = [row.version_id for row in rows if row.version_id]
    found = session.scalars(select(Work).options(joinedload(Work.version)).join(Version, Version.id == Work.version_id).where(Version.id.in_(versions)))
    works = {work.version_id: work for work in found}
    return [describing.deposit_of(row, _received(house, row), works.get(row.version_id), language) for row in rows]


def _received(house: House, row: Deposit) -> int:
    path: Path = uploading.staging_path(house, row.id)
    if row.state != RECEIVING:
        return row.size
    return path.stat().st_size if path.exists() else 0


def id_of(text: str) -> uuid.UUID:
    """A deposit's id as it stands in an address. Raises UnknownDeposit."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise depositing.UnknownDeposit from error
