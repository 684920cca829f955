"""Correcting what stands on a card: before its approval in place, afterwards as a version of its own, which waits for
its review, or by who may publish.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from library import audit
from library.catalogue import cataloguing, licensing, publishing, versions
from library.catalogue.card_fields import checked
from library.catalogue.models import Version, Work, WorkState
from library.people.roles import Role
from library.people.sign_in import Actor, NotAllowed

DESCRIBED = "work-described"


def may_correct(session: Session, work: Work, by: Actor) -> bool:
    """Whoever looks after a work; a title on paper its librarians, too. `work.audience` must be loaded."""
    keeps_the_stock = is_on_paper(work) and by.has_role(Role.LIBRARIAN, unit_ids=[work.unit_id])
    return keeps_the_stock or cataloguing.may_edit(session, work, by)


def may_correct_at_once(session: Session, work: Work, by: Actor) -> bool:
    """Whether a correction of theirs is seen without anybody's approval: readers have nothing approved, or they may
    publish. `work.audience` must be loaded.
    """
    newest = cataloguing.newest_version(session, work.id)
    return newest is None or not is_open(work, newest) or cataloguing.may_publish(work, by)


def is_on_paper(work: Work) -> bool:
    """Whether readers have its card alone."""
    return work.version_id is None and work.state == WorkState.PUBLISHED


def is_open(work: Work, version: Version) -> bool:
    """Whether readers have this very version."""
    return work.state == WorkState.PUBLISHED and work.version_id == version.id


def version_to_correct(session: Session, work: Work, by: Actor) -> Version | None:
    """Whose card somebody corrects: who may publish that which the work shows, others the newest; none of a title on
    paper, also while its first file is on its way. `work.audience` must be loaded.
    """
    if is_on_paper(work):
        return None
    if cataloguing.may_publish(work, by) and work.version_id is not None:
        return session.get(Version, work.version_id)
    return cataloguing.newest_version(session, work.id)


def correct(session: Session, work: Work, wish: Mapping[str, Any], *, by: Actor, at: datetime) -> Version | None:
    """Write what is said of its card, by the names of `versions.FIELDS`; what is not said stays. The new version, where
    readers have what was approved: it still waits for being sent to its reviewers.

    Raises SignInNeeded, NotAllowed, and what `checked` and `licensing.refuse_unlicensed` raise.
    """
    by.required()
    versions.lock(session, work)  # it may have been approved or corrected in this moment
    if not may_correct(session, work, by):
        raise NotAllowed
    changes, version = checked(wish), version_to_correct(session, work, by)
    if version is None or may_correct_at_once(session, work, by):
        put(session, work, version, changes, by=by, at=at)
        return None
    if not _other(versions.card_of(work, version), changes):
        return None
    made = versions.with_the_same_files(session, work, version, by=by, at=at)
    put(session, work, made, changes, by=by, at=at)
    return made


def put(
    session: Session,
    work: Work,
    version: Version | None,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    act: str = DESCRIBED,
    **facts: Any,
) -> None:
    """Write it on this card, and on those of newer versions, after somebody entitled has decided; what was guessed is
    confirmed. Raises what `licensing.refuse_unlicensed` raises.
    """
    before = versions.card_of(work, version)
    other = _other(before, changes)
    if "licence_code" in other and version is not None and is_open(work, version):
        licensing.refuse_unlicensed(other["licence_code"], work.sight)
    for one in _from(session, version):
        one.guessed = [name for name in one.guessed if versions.FIELDS[name] not in changes]
        card = versions.card_of(work, one)
        if _other(card, other):  # what was approved keeps its digest while nothing changes
            versions.write_card(work, one, {**card, **other})
            publishing.seal(session, one)
    if version is None:
        versions.write_card(work, None, {**before, **other})
    if other:
        told = {"fields": sorted(versions.NAMES[name] for name in other), **facts}
        digests = [versions.digest_of_card(one) for one in (before, {**before, **other})]
        _tell(session, work, act, digests, by=by, at=at, **told)
    session.flush()


def _tell(
    session: Session, work: Work, act: str, digests: Sequence[str], *, by: Actor, at: datetime, **facts: Any
) -> None:
    cataloguing.touch(work, at=at)
    session.flush()
    before, after = digests
    audit.tell(session, act, work, unit_id=work.unit_id, by=by.person_id, at=at, before=before, after=after, **facts)


def _from(session: Session, version: Version | None) -> Sequence[Version]:
    """A version and the newer whole ones: a correction goes with them, lest the next approval brings the fault back."""
    if version is None:
        return ()
    newer = select(Version).where(
        Version.work_id == version.work_id, Version.number > version.number, Version.digest.is_not(None)
    )
    return [version, *session.scalars(newer.order_by(Version.number))]


def _other(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a wish writes that does not stand there already."""
    return {name: value for name, value in changes.items() if before[name] != value}
