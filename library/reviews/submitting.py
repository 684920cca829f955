"""Sending a work to its reviewers; a file that is still on its way keeps the wish."""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, depositing, licensing, publishing, versions
from library.catalogue.models import Deposit, DepositState, Version, Work, WorkState
from library.errors import Refusal
from library.people.models import Person
from library.people.sign_in import Actor, NotAllowed, actor_for
from library.reviews import announcing, queries
from library.reviews.announcing import call_reviewers
from library.reviews.closing import close
from library.reviews.models import Review
from library.reviews.refusals import AlreadyInReview, NothingToReview
from library.reviews.transitions import ReviewState


def submit(session: Session, work: Work, said: Mapping[str, Any] | None = None, *, by: Actor, at: datetime) -> Review:
    """Send the newest version of a work to the reviewers of its school. `said`: the readers wished for, as in
    `publishing.readers_of`.

    Raises NotAllowed, NothingToReview, AlreadyInReview, UnknownReaders.
    """
    person = by.required()
    if not cataloguing.may_edit(session, work, by):
        raise NotAllowed
    version = cataloguing.newest_version(session, work.id)
    is_out = version is not None and work.state == WorkState.PUBLISHED and work.version_id == version.id
    if version is None or version.digest is None or is_out:
        raise NothingToReview
    if queries.waiting_of(session, work.id):
        raise AlreadyInReview
    sent = session.scalars(select(Deposit).where(Deposit.version_id == version.id)).first()
    wish = _wished(session, work, version, said or {}, sent)
    review = Review(
        work_id=work.id,
        version_id=version.id,
        unit_id=work.unit_id,
        digest=version.digest,
        author_id=work.owner_id,
        uploaded_by_id=sent.owner_id if sent else work.owner_id,
        submitted_by_id=person.id,
        submitted_at=at,
        sight=wish.sight,
        sight_to=list(wish.to),
        opens_at=wish.opens_at,
        closes_at=wish.closes_at,
    )
    session.add(review)
    session.flush()  # the unique index "one open review per version and level" has spoken
    if work.state != WorkState.PUBLISHED:
        publishing.hold(session, work, WorkState.IN_REVIEW, at=at)
    announcing.tell(session, "work-submitted", review, by, at, after=review.digest)
    call_reviewers(session, queries.locked(session, review.id), at=at)
    return review


def _wished(
    session: Session, work: Work, version: Version, said: Mapping[str, Any], sent: Deposit | None
) -> publishing.Readers:
    """The readers wished for; what is not said of their sight was said with the file. Raises UnknownReaders,
    LicenceMissing, LicenceTooNarrow.
    """
    sight = said.get("sight") or (sent.sight if sent else publishing.UNSAID)
    wish = publishing.readers_of(work, {**said, "sight": sight})
    publishing.refuse_unknown(session, work, wish)
    licensing.refuse_unlicensed(versions.card_of(work, version)["licence_code"], wish.sight)
    return wish


def submit_deposit(
    session: Session, deposit: Deposit, sight: str | None = None, *, by: Actor, at: datetime
) -> Review | None:
    """Send a deposit to review; one that is still on its way keeps the wish until it is ready. Raises like `submit`,
    UnknownReaders.
    """
    session.refresh(deposit, with_for_update=True)
    if deposit.state in (DepositState.REFUSED, DepositState.FAILED):
        raise NothingToReview
    deposit.sight = deposit.sight if sight is None else sight
    deposit.submitted_at = deposit.submitted_at or at
    session.flush()
    if deposit.state != DepositState.READY or deposit.version_id is None:
        becoming = cataloguing.with_audience(session, deposit.work_id) if deposit.work_id else None
        depositing.refuse_unclear(session, becoming, deposit.unit_id, deposit.sight, opens=True, card=deposit.card)
        return None
    version = session.get_one(Version, deposit.version_id)
    work = cataloguing.with_audience(session, version.work_id)
    if cataloguing.newest_version(session, work.id) is not version:
        raise NothingToReview
    return submit(session, work, by=by, at=at)


def arrived(session: Session, deposit: Deposit, work: Work, *, at: datetime) -> None:
    """A deposit has become a version: what was under review is old now, and the wish for a review comes true if its
    owner may still wish it.
    """
    for review in queries.waiting_of(session, work.id):
        if review.version_id != deposit.version_id:
            close(session, review, ReviewState.SUPERSEDED, at=at)
    published = work.state == WorkState.PUBLISHED and work.version_id == deposit.version_id
    if deposit.submitted_at is None or published:
        return
    owner = actor_for(session, session.get_one(Person, deposit.owner_id), at=at)
    session.expire(work, ["audience"])
    fresh = cataloguing.with_audience(session, work.id)
    newest = cataloguing.newest_version(session, work.id)
    if (
        newest is None
        or newest.id != deposit.version_id
        or (owner.person is not None and owner.person.disabled_at is not None)
    ):
        return
    with contextlib.suppress(Refusal):  # a wish that cannot come true leaves a draft, and its author sees it there
        submit(session, fresh, by=owner, at=at)
