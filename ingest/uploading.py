"""Bytes on their way in. The offset of an upload is the size of its file on the disk, so a crash can never tell a lie about it."""

import base64
import binascii
import contextlib
import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from ingest.house import House
from ingest.receiving import DiskFull, TooLarge
from library.catalogue import depositing, keeping
from library.catalogue.models import RECEIVING, Deposit
from library.database import reading_session, transaction
from library.errors import Busy, Clash, Refusal, Wrong
from library.failpoints import reach
from library.files.keys import hash_of

RESERVE = 0.05  # of the disk stays free
BYTES_COME_WITH_THEIR_ROW = timedelta(minutes=5)  # an unfinished upload without its file is older than this: it was given up


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


def check_room(house: House, size: int) -> None:
    """Raises TooLarge or DiskFull before the first byte travels."""
    if size > house.settings.upload_limit:
        raise TooLarge(limit_mb=house.settings.upload_limit // 1024**2)
    disk = shutil.disk_usage(house.settings.staging)
    if disk.free - size < disk.total * RESERVE:
        raise DiskFull


def staging_path(house: House, deposit_id: uuid.UUID) -> Path:
    """Where the file of an unfinished upload grows."""
    return house.settings.staging / deposit_id.hex


def open_staging(house: House, deposit_id: uuid.UUID) -> None:
    """Make the empty file."""
    staging_path(house, deposit_id).touch(mode=0o600)


def offset_of(house: House, deposit_id: uuid.UUID) -> int:
    """How many bytes lie on the disk. Raises UnknownDeposit."""
    try:
        return staging_path(house, deposit_id).stat().st_size
    except FileNotFoundError as error:
        raise depositing.UnknownDeposit from error


@contextmanager
def locked(house: House, deposit_id: uuid.UUID) -> Iterator[int]:
    """The open file of an upload, ours alone. Raises UploadBusy, UnknownDeposit."""
    try:
        descriptor = os.open(staging_path(house, deposit_id), os.O_RDWR)
    except FileNotFoundError as error:
        raise depositing.UnknownDeposit from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    except BlockingIOError as error:
        raise UploadBusy from error
    finally:
        os.close(descriptor)


def finish(house: House, deposit_id: uuid.UUID, *, at: datetime) -> None:
    """All bytes are here: store, then say so in one transaction. Safe to run again after a crash at any place.

    The SHA-256 comes from the process that saw every byte go by; where that was another one, the file is hashed here, once.
    """
    path = staging_path(house, deposit_id)
    reach("upload-complete")
    try:
        seen = house.hashes.at(deposit_id, path.stat().st_size)
        key = seen.hexdigest() if seen is not None else hash_of(path)
        while not _stored_and_named(house, deposit_id, key, path, at=at):
            pass  # it was there, and was swept away before the row could name it
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    reach("upload-accepted")
    house.hashes.forget(deposit_id)
    path.unlink(missing_ok=True)


def _stored_and_named(house: House, deposit_id: uuid.UUID, key: str, path: Path, *, at: datetime) -> bool:
    new = house.files.put(key, path, "application/octet-stream", hashed=True)
    reach("upload-stored")
    with transaction(house.engine) as session:
        if not new and not keeping.are_there(session, house.files, [key]):
            return False
        depositing.accept(session, deposit_id, key, at=at)
    return True


def sweep(house: House, *, at: datetime) -> None:
    """Accept uploads that were complete when a process died, forget expired ones, and remove files that no row knows."""
    with reading_session(house.engine) as session:
        open_ones = {row.id: row for row in session.scalars(select(Deposit).where(Deposit.state == RECEIVING))}
    for path in house.settings.staging.iterdir():
        with contextlib.suppress(ValueError, Refusal, FileNotFoundError):
            deposit = open_ones.pop(uuid.UUID(path.name), None)
            if deposit is None:
                path.unlink(missing_ok=True)
            elif deposit.size and path.stat().st_size == deposit.size:
                with locked(house, deposit.id):
                    finish(house, deposit.id, at=at)
            elif deposit.expires_at is not None and deposit.expires_at <= at:
                drop(house, deposit.id, at=at)

    for deposit in open_ones.values():
        if deposit.created_at <= at - BYTES_COME_WITH_THEIR_ROW:
            drop(house, deposit.id, at=at)


def drop(house: House, deposit_id: uuid.UUID, *, at: datetime) -> None:
    """Forget an upload and its bytes; harmless when it is gone."""
    with transaction(house.engine) as session:
        deposit = session.get(Deposit, deposit_id)
        if deposit is not None:
            depositing.cancel(session, deposit, by=None, at=at)
    house.hashes.forget(deposit_id)
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
