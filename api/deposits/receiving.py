"""A small file in one request, forgetting an upload, stopping its reading: acts that touch disk and store, too."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import UploadFile
from sqlalchemy.orm import Session

from api.web import metrics
from api.web.errors import FormTooLarge
from api.web.gate import Gate
from api.web.sending import at_store
from ingest import discarding
from ingest.receiving import parts, uploading
from library.catalogue import depositing, queries
from library.catalogue.models import Deposit
from library.clock import now
from library.errors import Refusal
from library.files.keys import StoreAway
from library.house import House
from library.naming import clean_name, media_type_of
from library.people import sign_in

FORM_LIMIT = 8 * 1024 * 1024  # bytes; larger files go through /api/v1/uploads


@dataclass(frozen=True)
class Choices:
    """What the sender of a file wishes for it."""

    sight: str = ""
    approve: bool = False
    review: bool = False
    work: str = ""  # id of the work it becomes a new version of
    card: Mapping[str, str] = field(default_factory=dict)  # what is said of it already

    def wish(self) -> dict[str, Any]:
        """The same for `depositing.begin`. Raises UnknownWork."""
        work_id = queries.work_id_of(self.work) if self.work else None
        wish = {"sight": self.sight, "approve": self.approve, "review": self.review, "card": self.card}
        return {**wish, "work_id": work_id}


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


async def stop(gate: Gate, house: House, deposit_id: uuid.UUID, token: str | None) -> uuid.UUID:
    """Stop the reading of a file: one of mine, or one of a school that I look after. Raises NotInWork."""

    def act(session: Session) -> str | None:
        actor = sign_in.actor_of(session, token, at=now())
        return depositing.stop(session, deposit_id, by=actor, at=now()).key

    await at_store(discarding.discard, house, [await gate.write(act)])
    return deposit_id
