"""Publishing: the only writer of audiences. It names the version and the digest that were seen (compare and set)."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from library import audit
from library.catalogue import cataloguing, licensing, versions
from library.catalogue.models import Audience, Readership, Rendition, Version, Work, WorkState
from library.errors import Clash, Wrong
from library.people.models import Membership, SchoolClass, Unit, UnitKind
from library.people.sight import PROVINCE, PUBLIC, class_token, person_token, unit_token, units_above, units_below
from library.people.sign_in import Actor, NotAllowed

NAMED_SIGHTS = frozenset({Readership.DEPARTMENT, Readership.CLASS, Readership.PERSON})  # these need `to`
# what a work must lie in to be opened to its commune, to its school
HOMES: Mapping[str, tuple[UnitKind, ...]] = {
    Readership.COMMUNE: (UnitKind.COMMUNE,),
    Readership.SCHOOL: (UnitKind.SCHOOL, UnitKind.DEPARTMENT),
}
UNSAID = ""  # the sight of a deposit whose sender has not said who shall read it
MOMENTS = ("opens_at", "closes_at", "published_at")


class VersionChanged(Clash):
    code = "version-changed"
    vi = "Học liệu vừa có bản mới. Xem lại bản mới rồi hãy duyệt; chưa có gì được công bố."
    en = "The material has just got a new version. Look at it before you approve; nothing has been published."


class UnknownReaders(Wrong):
    code = "unknown-readers"
    vi = (
        "Chưa rõ mở cho ai đọc nên chưa mở cho ai. Chọn người đọc (mọi người, trong tỉnh, trong trường…); lớp, tổ, "
        "từng người phải thuộc trường của học liệu."
    )
    en = (
        "It is not clear who may read it, so nobody may. Choose the readers (everybody, the province, the school …), "
        "classes and people within its school."
    )


def seal(session: Session, version: Version) -> str:
    """Fix the digest over the version's card and all its files. Its files never change; its card does until it is
    approved, and then by who may publish: each time under a new digest.
    """
    files = session.execute(
        select(Rendition.kind, Rendition.page_number, Rendition.key)
        .where(Rendition.version_id == version.id)
        .order_by(Rendition.kind, Rendition.page_number)
    ).all()
    content = {
        "work": str(version.work_id),
        "number": version.number,
        "contents": version.contents,
        "files": [list(row) for row in files],
        **({"card": version.card} if version.card is not None else {}),
    }
    version.digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return version.digest


@dataclass(frozen=True)
class Readers:
    """Who a work is opened to, and when. `to`: ids of departments, classes or persons when the sight names some."""

    sight: str
    to: tuple[str, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def readers_of(work: Work, said: Mapping[str, Any]) -> Readers:
    """The readers that were asked for. What was not said stays as it is: who reads the work now, and its dates. Nobody
    is a reader by default.

    `said`: sight, to, opens_at, closes_at, as far as they were said. Raises UnknownReaders.
    """
    opens_at, closes_at = (said.get(name, getattr(work, name)) for name in ("opens_at", "closes_at"))
    sight, to = said.get("sight") or UNSAID, tuple(said.get("to") or ())
    # the card of a title on paper is no content
    if sight == UNSAID and work.state == WorkState.PUBLISHED and work.version_id is not None:
        sight, to = work.sight, to or tuple(work.sight_to)
    if sight == UNSAID:
        raise UnknownReaders
    return Readers(sight, to, opens_at, closes_at)


def refuse_unentitled(work: Work, by: Actor) -> None:
    """Asked before anything else about a wish. Raises NotAllowed."""
    if not cataloguing.may_publish(work, by):
        raise NotAllowed


def publish(
    session: Session, work: Work, version_id: uuid.UUID, digest: str, readers: Readers, *, by: Actor, at: datetime
) -> Work:
    """Open exactly these bytes to these readers; asked again, nothing happens. Raises NotAllowed, VersionChanged,
    UnknownReaders, LicenceMissing, LicenceTooNarrow.
    """
    refuse_unentitled(work, by)
    if (
        _stands(work, version_id, readers)
        and session.scalar(select(Version.digest).where(Version.id == version_id)) == digest
    ):
        return work
    return open_to(session, work, version_id, digest, readers, by=by, at=at)


def open_to(
    session: Session, work: Work, version_id: uuid.UUID, digest: str, readers: Readers, *, by: Actor, at: datetime
) -> Work:
    """The same after somebody entitled has decided: the reviews have rules of their own. Raises VersionChanged,
    UnknownReaders, LicenceMissing, LicenceTooNarrow.
    """
    versions.lock(session, work)  # its card may have been corrected in this moment
    version = session.scalar(select(Version).where(Version.id == version_id, Version.work_id == work.id))
    if version is None or version.digest is None or version.digest != digest or not _is_current(session, work, version):
        raise VersionChanged
    refuse_unknown(session, work, readers)
    licensing.refuse_unlicensed(versions.card_of(work, version)["licence_code"], readers.sight)
    versions.show(work, version)
    work.state = WorkState.PUBLISHED
    work.sight, work.sight_to, work.opens_at, work.closes_at = (
        Readership(readers.sight),
        list(readers.to),
        readers.opens_at,
        readers.closes_at,
    )
    work.published_at = work.published_at or at
    write_audience(session, work, at=at)
    audit.tell(
        session, "work-published", work, unit_id=work.unit_id, by=by.person_id, at=at, after=digest, sight=readers.sight
    )
    return work


def _stands(work: Work, version_id: uuid.UUID, readers: Readers) -> bool:
    """Whether the work is open just so already."""
    wished = (WorkState.PUBLISHED, version_id, readers.sight, list(readers.to), readers.opens_at, readers.closes_at)
    return (work.state, work.version_id, work.sight, list(work.sight_to), work.opens_at, work.closes_at) == wished


def withdraw(session: Session, work: Work, *, by: Actor, at: datetime, reason: str = "") -> Work:
    """Take the work back from its readers; its keepers still see it. One that had no readers is a draft again, one that
    was withdrawn already stays as it is. `reason`: a code. Raises NotAllowed.
    """
    refuse_unentitled(work, by)
    if work.state == WorkState.WITHDRAWN:
        return work
    work.state = WorkState.WITHDRAWN if work.state == WorkState.PUBLISHED else WorkState.DRAFT
    write_audience(session, work, at=at)
    told: Mapping[str, Any] = {"reason": reason} if reason else {}
    had = shown_digest(session, work)
    audit.tell(session, "work-withdrawn", work, unit_id=work.unit_id, by=by.person_id, at=at, before=had, **told)
    return work


def shown_digest(session: Session, work: Work) -> str | None:
    """The digest of what the work shows: of its version with all its bytes and its card, on paper of the card."""
    if work.version_id is None:
        return versions.digest_of_card(versions.card_of(work, None))
    return session.scalar(select(Version.digest).where(Version.id == work.version_id))


def hold(session: Session, work: Work, state: WorkState, *, at: datetime) -> None:
    """Not for readers: with its author (draft), or with its reviewers (in review)."""
    work.state = state
    write_audience(session, work, at=at)


def standing(work: Work) -> dict[str, Any]:
    """Which version a work shows now, and who reads it, as JSON: what `restore` needs."""
    moments = {
        name: moment.isoformat() if moment else None
        for name, moment in ((name, getattr(work, name)) for name in MOMENTS)
    }
    version_id = str(work.version_id) if work.version_id else None
    return {
        "state": work.state,
        "version_id": version_id,
        "sight": work.sight,
        "sight_to": list(work.sight_to),
        **moments,
    }


def restore(session: Session, work: Work, stood: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Let the work show the version that it showed before, with the card which that has by now, to its readers of
    then.
    """
    work.state, work.sight, work.sight_to = stood["state"], stood["sight"], list(stood["sight_to"])
    if stood["version_id"]:
        versions.show(work, session.get_one(Version, uuid.UUID(stood["version_id"])))
    else:
        work.version_id = None
    for name in MOMENTS:
        setattr(work, name, datetime.fromisoformat(stood[name]) if stood[name] else None)
    write_audience(session, work, at=at)
    audit.tell(session, "work-restored", work, unit_id=work.unit_id, by=by.person_id, at=at, state=work.state)


def write_audience(session: Session, work: Work, *, at: datetime) -> None:
    """Write who may see the work as it stands now; the index follows by its queue. Of two who do so at once the second
    waits and has the last word.

    What is deleted nobody sees, whatever else is done to it meanwhile.
    """
    cataloguing.touch(work, at=at)
    session.flush()  # the row is ours now
    session.refresh(work, ["deleted_at"])  # as it stands now that nobody else can change it
    there = work.deleted_at is None
    keepers = cataloguing.keepers(work, units_above(session, [work.unit_id])) if there else set()
    readers = _tokens(session, work) if there and work.state == WorkState.PUBLISHED else set()
    session.execute(delete(Audience).where(Audience.work_id == work.id))
    session.add_all(Audience(work_id=work.id, token=token, from_at=at) for token in sorted(keepers))
    opens = max(at, work.opens_at or at)
    session.add_all(
        Audience(work_id=work.id, token=token, from_at=opens, until_at=work.closes_at)
        for token in sorted(readers - keepers)
    )
    session.flush()
    session.expire(work, ["audience"])


def _tokens(session: Session, work: Work) -> set[str]:
    match work.sight:
        case Readership.PUBLIC:
            return {PUBLIC}
        case Readership.PROVINCE:
            return {PROVINCE}
        case Readership.COMMUNE:
            return {unit_token(unit_id) for unit_id in _of_kind(session, work.unit_id, UnitKind.COMMUNE)}
        case Readership.SCHOOL:
            return {
                unit_token(unit_id)
                for unit_id in _of_kind(session, work.unit_id, UnitKind.SCHOOL)
                or _of_kind(session, work.unit_id, UnitKind.DEPARTMENT)
            }
        case Readership.DEPARTMENT:
            return {unit_token(uuid.UUID(one)) for one in work.sight_to}
        case Readership.CLASS:
            return {class_token(uuid.UUID(one)) for one in work.sight_to}
        case Readership.PERSON:
            return {person_token(uuid.UUID(one)) for one in work.sight_to}
    return set()


def _of_kind(session: Session, unit_id: uuid.UUID, *kinds: str) -> set[uuid.UUID]:
    """The units of these kinds that a unit is or lies in."""
    return set(
        session.scalars(select(Unit.id).where(Unit.id.in_(units_above(session, [unit_id])), Unit.kind.in_(kinds)))
    )


def refuse_unknown(session: Session, work: Work, readers: Readers) -> None:
    """The readers must exist, and belong to the work's own school: nobody opens a work into another school's class.
    Raises UnknownReaders.
    """
    refuse_unknown_sight(session, work.unit_id, readers.sight)
    if bool(readers.to) != (readers.sight in NAMED_SIGHTS):
        raise UnknownReaders
    if readers.closes_at is not None and readers.closes_at <= (
        readers.opens_at or readers.closes_at - timedelta(seconds=1)
    ):
        raise UnknownReaders
    if readers.to and not _ids(readers.to) <= _nameable(session, work, readers.sight):
        raise UnknownReaders


def refuse_unknown_sight(session: Session, unit_id: uuid.UUID, sight: str) -> None:
    """A sight is known and means something for this unit: "within the school" of the province itself would be all its
    schools. Raises UnknownReaders.
    """
    if sight not in set(Readership) or (sight in HOMES and not _of_kind(session, unit_id, *HOMES[sight])):
        raise UnknownReaders


def refuse_unclear_wish(session: Session, unit_id: uuid.UUID, sight: str) -> None:
    """The wish that goes with a file has no room for names. Raises UnknownReaders."""
    if sight in NAMED_SIGHTS:
        raise UnknownReaders
    refuse_unknown_sight(session, unit_id, sight)


def _nameable(session: Session, work: Work, sight: str) -> set[uuid.UUID]:
    home = _of_kind(session, work.unit_id, UnitKind.SCHOOL) or {work.unit_id}
    within = units_below(session, home)
    found: Mapping[str, Select[uuid.UUID]] = {
        Readership.DEPARTMENT: select(Unit.id).where(Unit.id.in_(within)),
        Readership.CLASS: select(SchoolClass.id).where(SchoolClass.unit_id.in_(within)),
        Readership.PERSON: select(Membership.person_id).where(Membership.unit_id.in_(within)),
    }
    return set(session.scalars(found[sight]))


def _ids(texts: tuple[str, ...]) -> set[uuid.UUID]:
    try:
        return {uuid.UUID(one) for one in texts}
    except ValueError as error:
        raise UnknownReaders from error


def _is_current(session: Session, work: Work, version: Version) -> bool:
    """The newest whole version, or the one that readers have already."""
    served = work.state == WorkState.PUBLISHED and work.version_id == version.id
    return served or version is cataloguing.newest_version(session, work.id)
