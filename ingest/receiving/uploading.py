"""Bytes on their way in. The offset of an upload is the size of its file on the disk, so a crash can never tell a lie
about it.
"""

import base64
import binascii
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ingest.receiving.parts import TooLarge
from ingest.receiving.promising import refuse_without_room
from library.catalogue import depositing, keeping
from library.catalogue.models import Deposit
from library.database import transaction
from library.errors import Busy, Clash, Wrong
from library.failpoints import reach
from library.files.keys import hash_of
from library.house import House
from library.space import full_told


class WrongOffset(Clash):
    code = "wrong-offset"
    vi = "Đoạn gửi lên không khớp chỗ đang dở. Máy sẽ hỏi lại rồi gửi tiếp đúng chỗ."
    en = "This part does not begin where the upload stands ({offset}). Ask for the offset and go on from there."


class WrongChecksum(Wrong):
    code = "wrong-checksum"
    vi = "Đoạn vừa gửi bị hỏng trên đường truyền nên đã bỏ. Gửi lại đoạn đó là được."
    en = "The part was damaged on its way and has been dropped. Send it again."


class UploadBusy(Busy):
    code = "upload-busy"
    vi = "Tệp này đang được gửi từ một cửa sổ khác. Đợi một chút rồi thử lại."
    en = "This file is being sent from another window. Wait a moment and try again."


class MetadataBroken(Wrong):
    code = "metadata-broken"
    vi = "Thông tin kèm tệp không đọc được. Gửi lại giúp nhé."
    en = "The upload's metadata cannot be read. Please send it again."


def begin(session: Session, house: House, *, size: int, at: datetime, **wish: Any) -> Deposit:
    """Expect a file, before its first byte travels: all of it has room, and its empty file lies there before anybody
    can read its row.

    Raises TooLarge, DiskFull, and what `depositing.begin` raises, which also says what may be wished.
    """
    if size > house.settings.upload_limit:
        raise TooLarge(limit_mb=house.settings.upload_limit // 1024**2)
    deposit = depositing.begin(session, size=size, at=at, lasts=house.upload_lasts, **wish)
    refuse_without_room(session, house, size)
    with full_told():
        staging_path(house, deposit.id).touch(mode=0o600)
    return deposit


def staging_path(house: House, deposit_id: uuid.UUID) -> Path:
    """Where the file of an unfinished upload grows."""
    return house.settings.staging / deposit_id.hex


def offset_of(house: House, deposit_id: uuid.UUID) -> int:
    """How many bytes lie on the disk. Raises UnknownDeposit."""
    try:
        return staging_path(house, deposit_id).stat().st_size
    except FileNotFoundError as error:
        raise depositing.UnknownDeposit from error


@contextmanager
def locked(house: House, deposit_id: uuid.UUID) -> Iterator[int]:
    """The open file of an upload, ours alone. Raises UploadBusy, and UnknownDeposit also when it went while we were
    about to take it.
    """
    try:
        descriptor = os.open(staging_path(house, deposit_id), os.O_RDWR)
    except FileNotFoundError as error:
        raise depositing.UnknownDeposit from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink == 0:
            raise depositing.UnknownDeposit
        yield descriptor
    except BlockingIOError as error:
        raise UploadBusy from error
    finally:
        os.close(descriptor)


def finish(house: House, deposit_id: uuid.UUID, *, at: datetime, key: str | None = None) -> None:
    """All bytes are here: store, then say so in one transaction. Safe to run again after a crash at any place.

    `key` is their SHA-256 when this process saw every byte go by; where that was another one, the file is hashed here,
    once.
    """
    path = staging_path(house, deposit_id)
    reach("upload-complete")
    with full_told():
        key = key or hash_of(path)
        while not _stored_and_named(house, deposit_id, key, path, at=at):
            pass  # it was there, and was swept away before the row could name it
    reach("upload-accepted")
    path.unlink(missing_ok=True)


def _stored_and_named(house: House, deposit_id: uuid.UUID, key: str, path: Path, *, at: datetime) -> bool:
    house.files.put(key, path, "application/octet-stream", hashed=True)
    reach("upload-stored")
    with transaction(house.engine) as session:
        # also what we wrote ourselves: a refused deposit of the same bytes goes at once
        if not keeping.are_there(session, house.files, [key]):
            return False
        depositing.accept(session, deposit_id, key, at=at)
    return True


def drop(house: House, deposit_id: uuid.UUID, *, at: datetime) -> None:
    """Forget an upload and its bytes; harmless when it is gone."""
    with transaction(house.engine) as session:
        deposit = session.get(Deposit, deposit_id)
        if deposit is not None:
            depositing.cancel(session, deposit, by=None, at=at)
    staging_path(house, deposit_id).unlink(missing_ok=True)


def parse_metadata(header: str | None) -> dict[str, str]:
    """The tus `Upload-Metadata` header: `key base64,key base64`; an empty one is fine. Raises MetadataBroken."""
    found: dict[str, str] = {}
    for pair in (header or "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key:
            try:
                found[key] = base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise MetadataBroken from error
            if "\x00" in found[key]:
                raise MetadataBroken
    return found
