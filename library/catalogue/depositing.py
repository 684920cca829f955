"""Files on their way in: begun, accepted, refused or failed. Accepted means safe: the bytes lie in the store and the
row says so.
"""

import contextlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, or_, select, true
from sqlalchemy.orm import Session

from library import audit, logs
from library.catalogue import cataloguing, licensing, publishing, same_file, versions
from library.catalogue.card_fields import checked
from library.catalogue.models import Deposit, DepositState, Page, Rendition, RenditionKind, Version, Work, WorkState
from library.database import work_queue
from library.errors import Clash, Refusal, Unknown, Wrong
from library.people.models import Person
from library.people.roles import AUTHORS
from library.people.sight import staff_token, units_above
from library.people.sign_in import Actor, NotAllowed

GUESSABLE = frozenset(versions.NAMES) - {"language"}
OF_DELETED = or_(  # two questions by key; one with an OR in it would walk through every version there is
    exists().where(Work.id == Deposit.work_id, Work.deleted_at.is_not(None)).correlate(Deposit),
    exists()
    .where(Version.id == Deposit.version_id, Work.id == Version.work_id, Work.deleted_at.is_not(None))
    .correlate(Deposit),
)


class UnknownDeposit(Unknown):
    code = "unknown-deposit"
    vi = "Không tìm thấy tệp đang gửi này. Có thể đã quá hạn giữ hoặc đã bị xoá; gửi lại từ đầu giúp nhé."
    en = "This upload was not found. It may have expired or been removed; please send the file again."


class ProcessingFailed(Wrong):
    code = "processing-failed"
    vi = (
        "Máy đã thử ba lần mà chưa đọc được tệp này. Tệp gốc trên máy thầy cô vẫn còn; người quản trị sẽ thấy lỗi "
        "trong nhật kí."
    )
    en = (
        "Three tries to read this file have failed. Your own copy is untouched; the administrator sees the reason in "
        "the log."
    )


class DepositAccepted(Clash):
    code = "deposit-accepted"
    vi = "Tệp đã nhận đủ và đang được xử lí, không dừng gửi được nữa."
    en = "The file has arrived and is being processed; the upload can no longer be cancelled."


class NotInWork(Clash):
    code = "deposit-not-in-work"
    vi = "Tệp này không ở trong hàng đọc nữa nên không cần dừng; xem lại danh sách giúp nhé."
    en = "This file is not being read any more, so there is nothing to stop; please look at the list again."


class ReadingStopped(Clash):
    code = "reading-stopped"
    vi = "Đã dừng đọc tệp này theo yêu cầu; thư viện không giữ lại gì của tệp. Muốn đọc thì gửi lại tệp."
    en = (
        "Reading this file was stopped on request, and nothing of it is kept in the library. Send it again to have it "
        "read."
    )


def begin(
    session: Session,
    *,
    name: str,
    size: int,
    media_type: str | None,
    sight: str,
    approve: bool,
    by: Actor,
    at: datetime,
    lasts: timedelta,
    review: bool = False,
    work_id: uuid.UUID | None = None,
    card: Mapping[str, Any] | None = None,
) -> Deposit:
    """Expect a file of `size` bytes; only who may publish may ask for it at once. Raises NotAllowed, UnknownWork,
    UnknownReaders, LicenceMissing, LicenceTooNarrow, and what `checked` raises of what its `card` says.

    `review`: to the reviewers as soon as it is read. `work_id`: a new version of this work, which its keepers may add.
    """
    person, unit_id = by.required(), _home_of(by, approve=approve)
    work = _work_to_add_to(session, work_id, by)
    said = checked(card or {})
    refuse_unclear(session, work, unit_id, sight, opens=approve or review, card=said)
    told = {"name": name, "size": size, "media_type": media_type, "sight": sight, "approve": approve}
    deposit = Deposit(
        **told,
        owner_id=person.id,
        unit_id=unit_id,
        submitted_at=at if review else None,
        work_id=work_id,
        card=said or None,
        state=DepositState.RECEIVING,
        created_at=at,
        expires_at=at + lasts,
    )
    session.add(deposit)
    session.flush()
    audit.tell(session, "upload-begun", deposit, unit_id=deposit.unit_id, by=person.id, at=at, size=size)
    return deposit


def _work_to_add_to(session: Session, work_id: uuid.UUID | None, by: Actor) -> Work | None:
    """The work that gets a new version; none for a new one. Raises UnknownWork."""
    if work_id is None:
        return None
    work = cataloguing.with_audience(session, work_id)
    if not cataloguing.may_edit(session, work, by):
        raise cataloguing.UnknownWork
    return work


def _home_of(by: Actor, *, approve: bool) -> uuid.UUID:
    """The unit for which somebody sends a file. Raises NotAllowed."""
    at_home = by.acting_as(*AUTHORS)
    if at_home is None or (approve and not by.may_publish):
        raise NotAllowed
    return at_home.unit_id


def refuse_unclear(
    session: Session,
    work: Work | None,
    unit_id: uuid.UUID,
    sight: str,
    *,
    opens: bool,
    card: Mapping[str, Any] | None = None,
) -> None:
    """A draft may leave open who will read it; what shall be opened says so, or keeps the readers that its work has,
    and has a licence for them. Raises UnknownReaders, LicenceMissing, LicenceTooNarrow.
    """
    if sight != publishing.UNSAID:
        publishing.refuse_unclear_wish(session, work.unit_id if work else unit_id, sight)
    if not opens:
        return
    if sight == publishing.UNSAID:
        if work is None:
            raise publishing.UnknownReaders
        sight = publishing.readers_of(work, {}).sight
    before = versions.card_of(work, cataloguing.newest_version(session, work.id))["licence_code"] if work else None
    licensing.refuse_unlicensed((card or {}).get("licence_code", before), sight)


def mine(session: Session, deposit_id: uuid.UUID, by: Actor) -> Deposit:
    """A deposit of the person who asks. Raises UnknownDeposit, also for somebody else's."""
    deposit = session.scalar(
        select(Deposit).where(Deposit.id == deposit_id, Deposit.owner_id == by.required().id, ~OF_DELETED)
    )
    if deposit is None:
        raise UnknownDeposit
    return deposit


def refuse_to_receive(session: Session, deposit_id: uuid.UUID, by: Actor) -> Deposit:
    """A deposit that its owner may still fill. Raises UnknownDeposit, NotAllowed: whoever lost the role that let them
    send may not go on.
    """
    deposit = mine(session, deposit_id, by)
    if not by.has_role(*AUTHORS, unit_ids=[deposit.unit_id]):
        raise NotAllowed
    return deposit


def accept(session: Session, deposit_id: uuid.UUID, key: str, *, at: datetime) -> bool:
    """All bytes lie in the store under `key`: put the deposit to work. Twice is harmless; returns whether it was the
    first time.
    """
    deposit = session.get(Deposit, deposit_id, with_for_update=True, populate_existing=True)
    if deposit is None:
        raise UnknownDeposit
    if deposit.state != DepositState.RECEIVING:
        return False
    deposit.key, deposit.state, deposit.expires_at = key, DepositState.WAITING, None
    deposit.origin = logs.this_request()
    again = same_file.warning_of(session, deposit, at=at)
    deposit.warnings = [again] if again else []
    work_queue.enqueue(deposit, at=at)
    audit.tell(
        session,
        "upload-accepted",
        deposit,
        unit_id=deposit.unit_id,
        by=deposit.owner_id,
        at=at,
        after=key,
        size=deposit.size,
    )
    session.flush()
    return True


def cancel(session: Session, deposit: Deposit, *, by: uuid.UUID | None, at: datetime) -> None:
    """Forget an upload that is not complete, or a refused or failed one; `by` is nobody when it ran out. Raises
    DepositAccepted.
    """
    if session.get(Deposit, deposit.id, with_for_update=True, populate_existing=True) is None:
        return
    refuse_to_forget(deposit)  # as it is now: its last bytes may have come in this moment
    audit.tell(session, "upload-forgotten", deposit, unit_id=deposit.unit_id, by=by, at=at, state=deposit.state)
    session.delete(deposit)
    session.flush()


def refuse_to_forget(deposit: Deposit) -> None:
    """Raises DepositAccepted for what has arrived and is being processed, or has become a work."""
    if deposit.state not in (DepositState.RECEIVING, DepositState.REFUSED, DepositState.FAILED):
        raise DepositAccepted


def stop(session: Session, deposit_id: uuid.UUID, *, by: Actor | None, at: datetime) -> Deposit:
    """End the reading of a file, by its owner, by an administrator of its unit or of one above, or (`by` nobody) by who
    runs the house.

    Whoever reads it just now finds the lease lost. Raises SignInNeeded, UnknownDeposit, NotInWork.
    """
    doer = by.required().id if by else None
    deposit = session.get(Deposit, deposit_id, with_for_update=True, populate_existing=True)
    if deposit is None or (by is not None and not may_stop(session, deposit, by)):
        raise UnknownDeposit
    if deposit.state not in (DepositState.WAITING, DepositState.WORKING):
        raise NotInWork
    work_queue.forget(deposit)
    refuse(session, deposit, ReadingStopped(), at=at, by=doer)
    return deposit


def may_stop(session: Session, deposit: Deposit, by: Actor) -> bool:
    """Its owner, and the administrators of its unit and of those above."""
    return deposit.owner_id == by.required().id or any(
        staff_token(unit_id) in by.sight.tokens for unit_id in units_above(session, [deposit.unit_id])
    )


def refuse(
    session: Session,
    deposit: Deposit,
    refusal: Refusal,
    *,
    at: datetime,
    state: DepositState = DepositState.REFUSED,
    by: uuid.UUID | None = None,
) -> None:
    """Say why the file cannot be taken, and remove whatever was made of it."""
    discard(session, deposit)
    deposit.state, deposit.code, deposit.facts = state, refusal.code, dict(refusal.facts)
    deposit.step, deposit.finished_at, deposit.due_at = None, at, None
    audit.tell(session, f"upload-{state}", deposit, unit_id=deposit.unit_id, by=by, at=at, code=refusal.code)
    session.flush()


def discard(session: Session, deposit: Deposit) -> None:
    """Remove the unfinished version, and its work when it was made for it: nothing half-made stays."""
    if deposit.version_id is None:
        return
    version = session.get_one(Version, deposit.version_id)
    deposit.version_id = None
    session.flush()
    session.execute(delete(Page).where(Page.version_id == version.id))
    session.execute(delete(Rendition).where(Rendition.version_id == version.id))
    session.delete(version)
    session.flush()
    if deposit.work_id is None:
        session.execute(delete(Work).where(Work.id == version.work_id))


def open_version(
    session: Session, deposit: Deposit, *, title: str, kind: str, media_type: str, facts: dict[str, Any], at: datetime
) -> Version:
    """The work and version this deposit becomes, with its original; invisible until it is ready. Twice gives the same
    one.

    `facts`: page_count and contents as the identification found them.
    """
    if deposit.version_id is not None:
        return session.get_one(Version, deposit.version_id)
    work_id = deposit.work_id or cataloguing.open_work(session, deposit, {"title": title}, at=at).id
    version = Version(
        work_id=work_id, number=cataloguing.next_number(session, work_id), kind=kind, created_at=at, **facts
    )
    session.add(version)
    session.flush()
    session.add(
        Rendition(
            version_id=version.id,
            kind=RenditionKind.ORIGINAL,
            key=deposit.key or "",
            media_type=media_type,
            size=deposit.size,
            name=deposit.name,
        )
    )
    deposit.version_id, deposit.page_count = version.id, version.page_count
    session.flush()
    return version


def complete(
    session: Session, deposit: Deposit, description: dict[str, Any], publisher: Actor | None, *, at: datetime
) -> Work:
    """The version is whole: describe its work, seal it, show it to its keepers, and publish it when that was asked and
    allowed.

    A new version of a work has the card of the one before; readers of a published one keep what was approved. What its
    sender said goes before what was guessed, which is marked. A wish to publish that cannot come true any more, the
    work having been withdrawn meanwhile, opens nothing, and nothing of the file is lost.
    """
    version = session.get_one(Version, deposit.version_id)
    work = cataloguing.with_audience(session, version.work_id)
    versions.lock(session, work)  # its card may be corrected in this moment
    _describe(session, deposit, work, version, description)
    digest = publishing.seal(session, version)
    if work.state != WorkState.PUBLISHED and cataloguing.newest_version(session, work.id) is version:
        versions.show(work, version)
        publishing.write_audience(session, work, at=at)
    deposit.state, deposit.step, deposit.finished_at = DepositState.READY, None, at
    audit.tell(session, "work-ready", work, unit_id=work.unit_id, by=None, at=at, after=digest, deposit=str(deposit.id))
    if publisher is not None:
        work = cataloguing.with_audience(session, version.work_id)
        with contextlib.suppress(Refusal):  # each is raised before anything is written
            publishing.publish(
                session,
                work,
                version.id,
                digest,
                publishing.readers_of(work, {"sight": deposit.sight}),
                by=publisher,
                at=at,
            )
    session.flush()
    return work


def _describe(session: Session, deposit: Deposit, work: Work, version: Version, description: Mapping[str, Any]) -> None:
    """The card of a version that is whole."""
    before = cataloguing.newest_version(session, work.id)
    guessed = description if deposit.work_id is None else {}
    said = deposit.card or {}
    version.card = {**versions.card_of(work, before), **guessed, **said}
    told = [] if deposit.work_id is None or before is None else before.guessed
    marks = [versions.NAMES[name] for name, value in guessed.items() if value and name in GUESSABLE]
    version.guessed = [name for name in (*told, *marks) if versions.FIELDS[name] not in said]


def of_person(session: Session, person_id: uuid.UUID, *, limit: int = 100) -> Sequence[Deposit]:
    """A person's deposits, newest first; not those of works that are deleted."""
    return session.scalars(
        select(Deposit)
        .where(Deposit.owner_id == person_id, ~OF_DELETED)
        .order_by(Deposit.created_at.desc())
        .limit(limit)
    ).all()


def in_work(
    session: Session, unit_ids: Collection[uuid.UUID] | None = None, *, limit: int
) -> Sequence[Row[Deposit, str | None]]:
    """What waits to be read or is being read, the oldest first, with the name of its owner; of these units, or of the
    whole house.
    """
    owned = select(Deposit, Person.name).outerjoin(
        Person, (Person.id == Deposit.owner_id) & Person.deleted_at.is_(None)
    )
    within = true() if unit_ids is None else Deposit.unit_id.in_(unit_ids)
    return session.execute(
        owned.where(Deposit.state.in_((DepositState.WAITING, DepositState.WORKING)), within)
        .order_by(Deposit.created_at, Deposit.id)
        .limit(limit)
    ).all()


def id_of(text: str) -> uuid.UUID:
    """A deposit's id as it is written. Raises UnknownDeposit."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise UnknownDeposit from error
