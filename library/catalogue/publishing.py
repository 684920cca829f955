"""Publishing: the only writer of audiences. It names the version and the digest that were seen (compare and set)."""

import hashlib
import json
import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from library.catalogue import cataloguing
from library.catalogue.models import DRAFT, PUBLISHED, WITHDRAWN, Audience, Rendition, Version, Work
from library.errors import Refusal
from library.people.models import Unit
from library.people.sight import PROVINCE, PUBLIC, unit_token
from library.people.sign_in import Actor, NotAllowed

SIGHTS = ("public", "province", "school", "owner")


class VersionChanged(Refusal):
    code = "version-changed"
    vi = "Học liệu vừa có bản mới. Xem lại bản mới rồi hãy duyệt; chưa có gì được công bố."
    en = "The material has just got a new version. Look at it before you approve; nothing has been published."


def seal(session: Session, version: Version) -> str:
    """Fix the digest over the version's metadata and all its files: from now on it never changes."""
    files = session.execute(
        select(Rendition.kind, Rendition.page_number, Rendition.key).where(Rendition.version_id == version.id).order_by(Rendition.kind, Rendition.page_number)
    ).all()
    content = {"work": str(version.work_id), "number": version.number, "contents": version.contents, "files": [list(row) for row in files]}
    version.digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return version.digest


def publish(session: Session, work: Work, version_id: uuid.UUID, digest: str, sight: str, *, by: Actor, at: datetime) -> Work:
    """Open exactly these bytes to these readers. Raises NotAllowed, VersionChanged."""
    if not cataloguing.may_publish(work, by):
        raise NotAllowed
    version = session.scalar(select(Version).where(Version.id == version_id, Version.work_id == work.id))
    if version is None or version.digest is None or version.digest != digest or version.number != _newest(session, work):
        raise VersionChanged
    work.version_id = version.id
    work.state = PUBLISHED
    work.sight = sight
    work.published_at = work.published_at or at
    write_audience(session, work, at=at)
    return work


def withdraw(session: Session, work: Work, *, by: Actor, at: datetime) -> Work:
    """Take the work back from its readers; its keepers still see it. Raises NotAllowed."""
    if not cataloguing.may_publish(work, by):
        raise NotAllowed
    work.state = WITHDRAWN if work.state == PUBLISHED else DRAFT
    write_audience(session, work, at=at)
    return work


def write_audience(session: Session, work: Work, *, at: datetime) -> None:
    """Write who may see the work as it stands now; the index follows by its queue."""
    above = units_above(session, work.unit_id)
    tokens = cataloguing.keepers(work, above) | (_readers(work) if work.state == PUBLISHED else set())
    session.execute(delete(Audience).where(Audience.work_id == work.id))
    session.add_all(Audience(work_id=work.id, token=token, from_at=at) for token in sorted(tokens))
    cataloguing.touch(work, at=at)
    session.flush()
    session.expire(work, ["audience"])


def units_above(session: Session, unit_id: uuid.UUID) -> list[uuid.UUID]:
    """The unit itself and all units above it."""
    found: list[uuid.UUID] = []
    parent: uuid.UUID | None = unit_id
    while parent is not None and parent not in found:
        found.append(parent)
        parent = session.scalar(select(Unit.parent_id).where(Unit.id == parent))
    return found


def _readers(work: Work) -> set[str]:
    return {"public": {PUBLIC}, "province": {PROVINCE}, "school": {unit_token(work.unit_id)}}.get(work.sight, set())


def _newest(session: Session, work: Work) -> int:
    return cataloguing.next_number(session, work.id) - 1
