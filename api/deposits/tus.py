"""Resumable uploads: tus 1.0 with creation, termination, expiration and checksum."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from typing import Annotated

from anyio import CancelScope
from fastapi import APIRouter, Header, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.catalogue.cards import FIELDS, LICENCE
from api.catalogue.shown_card import TYPED
from api.deposits.receiving import Choices, cancel
from api.web import metrics
from api.web.dependencies import GateNow, HashesNow, HouseNow, Token
from api.web.errors import FilesAway
from api.web.gate import Gate
from api.web.problems import SIGNED_IN, problems
from api.web.schemas import BIGGEST
from api.web.sending import at_store
from ingest.receiving import uploading
from ingest.receiving.parts import Part, TooLarge
from ingest.receiving.uploading import MetadataBroken, UploadBusy, WrongChecksum, WrongOffset
from library.catalogue import depositing
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.depositing import DepositAccepted, UnknownDeposit, id_of
from library.catalogue.models import Deposit, DepositState
from library.catalogue.publishing import UnknownReaders
from library.clock import now
from library.house import House
from library.naming import clean_name, media_type_of
from library.people import sign_in
from library.people.sign_in import Actor, NotAllowed

router = APIRouter(prefix="/api/v1/uploads", tags=["uploads"], default_response_class=Response)
ALGORITHMS = {"sha1", "sha256", "md5"}
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
OFFERS = {
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,termination,expiration,checksum",
    "Tus-Checksum-Algorithm": ",".join(sorted(ALGORITHMS)),
}
MOST_METADATA = 30_000  # letters of base64: a card whose every field is full of letters with marks; nginx lets it by
AT_ONCE = 1024 * 1024  # bytes for one hop into a thread
ASK_AGAIN = 0.5  # seconds after which a running upload asks again whether its sender may go on


@router.options("", status_code=204)
@router.options("/{upload_id}", status_code=204)
def offers(house: HouseNow) -> Response:
    """What this server can do."""
    return Response(status_code=204, headers={**TUS, **OFFERS, "Tus-Max-Size": str(house.settings.upload_limit)})


@router.post(
    "",
    status_code=201,
    responses=problems(
        *SIGNED_IN,
        NotAllowed,
        MetadataBroken,
        UnknownWork,
        UnknownReaders,
        TooLarge,
        UnknownDeposit,
        FilesAway,
        *FIELDS,
        *LICENCE,
    ),
)
async def create(
    gate: GateNow,
    house: HouseNow,
    token: Token,
    upload_length: Annotated[int, Header(ge=0, le=BIGGEST)],
    upload_metadata: Annotated[str | None, Header(max_length=MOST_METADATA)] = None,
) -> Response:
    """Announce a file; its bytes follow with PATCH."""
    told = uploading.parse_metadata(upload_metadata)
    card = {name: told[name] for name in TYPED if told.get(name, "").strip()}
    approve, review = told.get("approve") == "true", told.get("review") == "true"
    choices = Choices(told.get("sight", ""), approve, review, told.get("work", ""), card)

    def begin(session: Session) -> tuple[uuid.UUID, datetime | None]:
        deposit = uploading.begin(
            session,
            house,
            name=clean_name(told.get("filename", "")),
            size=upload_length,
            media_type=media_type_of(told.get("filetype")),
            **choices.wish(),
            by=sign_in.actor_of(session, token, at=now()),
            at=now(),
        )
        return deposit.id, deposit.expires_at

    deposit_id, expires = await gate.write(begin)
    if upload_length == 0:
        await at_store(finish, house, deposit_id)
    headers = {**TUS, "Location": f"/api/v1/uploads/{deposit_id}", "Upload-Offset": "0", **_expiry(expires)}
    return Response(status_code=201, headers=headers)


@router.head("/{upload_id}", responses=problems(*SIGNED_IN, UnknownDeposit, UploadBusy, FilesAway))
async def state(upload_id: str, gate: GateNow, house: HouseNow, token: Token) -> Response:
    """How far it is. An upload that was complete when the server died is accepted now, before the client hears
    "complete".
    """
    size, receiving, expires = await _facts(gate, upload_id, token)
    deposit_id = id_of(upload_id)
    offset = uploading.offset_of(house, deposit_id) if receiving else size
    if receiving and offset == size:
        await at_store(_finish_locked, house, deposit_id)
    return Response(headers={**TUS, "Upload-Offset": str(offset), "Upload-Length": str(size), **_expiry(expires)})


@router.patch(
    "/{upload_id}",
    status_code=204,
    responses=problems(
        *SIGNED_IN,
        NotAllowed,
        UnknownDeposit,
        MetadataBroken,
        WrongOffset,
        WrongChecksum,
        TooLarge,
        UploadBusy,
        FilesAway,
    ),
)
async def append(
    upload_id: str,
    request: Request,
    gate: GateNow,
    house: HouseNow,
    hashes: HashesNow,
    token: Token,
    upload_offset: Annotated[int, Header(ge=0, le=BIGGEST)],
    upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
    content_length: Annotated[int, Header(ge=0, le=BIGGEST)] = 0,
) -> Response:
    """The next bytes. What arrived before a cut is kept; a part whose checksum is wrong is dropped."""
    deposit_id = id_of(upload_id)
    facts = partial(_facts, gate, upload_id, token, depositing.refuse_to_receive)
    size, receiving, expires = await facts()
    if not receiving:
        raise WrongOffset(offset=size)
    house.settings.disk.refuse_beyond(
        min(content_length, max(size - upload_offset, 0))
    )  # more is nothing to make room for
    algorithm, _, checksum = (upload_checksum or "").partition(" ")
    if algorithm and algorithm not in ALGORITHMS:
        raise MetadataBroken
    with uploading.locked(house, deposit_id) as descriptor:
        if os.fstat(descriptor).st_size != upload_offset:
            raise WrongOffset(offset=os.fstat(descriptor).st_size)
        part = Part(
            descriptor,
            upload_offset,
            size,
            hashes.at(deposit_id, upload_offset),
            algorithm or None,
            house.settings.disk,
        )
        await _receive(request, part, checksum.strip(), facts)
        hashes.keep(deposit_id, part.offset, part.whole)
        if part.offset == size:
            await at_store(finish, house, deposit_id, part.whole.hexdigest() if part.whole else None)
            hashes.forget(deposit_id)
    return Response(status_code=204, headers={**TUS, "Upload-Offset": str(part.offset), **_expiry(expires)})


@router.delete("/{upload_id}", status_code=204, responses=problems(*SIGNED_IN, UnknownDeposit, DepositAccepted))
async def terminate(upload_id: str, gate: GateNow, house: HouseNow, token: Token) -> Response:
    """Stop and forget it."""
    await cancel(gate, house, id_of(upload_id), token)
    return Response(status_code=204, headers=TUS)


async def _receive(request: Request, part: Part, checksum: str, still_allowed: Callable[[], Awaitable[object]]) -> None:
    """Take the body in, as long as its sender may. What came before a cut stays, unless the part has a checksum to
    answer to.
    """
    whole, asked = True, time.monotonic()
    writing: asyncio.Task[None] | None = None
    try:
        async for chunks in _gathered(request):
            if writing:
                await asyncio.shield(writing)
            writing = asyncio.create_task(run_in_threadpool(part.write, chunks))  # while the next bytes travel
            if time.monotonic() - asked >= ASK_AGAIN:
                await still_allowed()
                asked = time.monotonic()
    except ClientDisconnect:
        whole = False
    finally:
        if writing:
            with CancelScope(shield=True):  # the file stays open until the last thread has left it
                await asyncio.wait([writing])
    if writing:
        writing.result()
    if part.own is not None and not (whole and part.matches(checksum)):
        part.drop()
        raise WrongChecksum


async def _gathered(request: Request) -> AsyncIterator[list[bytes]]:
    """The body in runs worth a hop into a thread, or what came in half a second; what came before a cut is handed over
    before the cut is told.
    """
    waiting: list[bytes] = []
    held, since = 0, time.monotonic()
    try:
        async for chunk in request.stream():
            waiting.append(chunk)
            held += len(chunk)
            if held >= AT_ONCE or time.monotonic() - since >= ASK_AGAIN:
                yield waiting
                waiting, held, since = [], 0, time.monotonic()
    except ClientDisconnect:
        yield waiting
        raise
    yield waiting


async def _facts(
    gate: Gate,
    upload_id: str,
    token: str | None,
    allowed: Callable[[Session, uuid.UUID, Actor], Deposit] = depositing.mine,
) -> tuple[int, bool, datetime | None]:
    """Size, whether it still receives, and when it expires; only for whom it belongs to, and who may do what they ask
    for.
    """

    def look(session: Session) -> tuple[int, bool, datetime | None]:
        deposit = allowed(session, id_of(upload_id), sign_in.actor_of(session, token, at=now()))
        return deposit.size, deposit.state == DepositState.RECEIVING, deposit.expires_at

    return await gate.read(look)


def finish(house: House, deposit_id: uuid.UUID, key: str | None = None) -> None:
    """All bytes are here."""
    size = uploading.offset_of(house, deposit_id)
    uploading.finish(house, deposit_id, at=now(), key=key)
    metrics.count_upload(size)


def _finish_locked(house: House, deposit_id: uuid.UUID) -> None:
    with uploading.locked(house, deposit_id):
        finish(house, deposit_id)


def _expiry(expires: datetime | None) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(expires, usegmt=True)} if expires else {}
