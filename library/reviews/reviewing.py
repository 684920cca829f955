"""Submitting, opening, approving, returning, taking back. Every decision names what was seen; who had a hand in a work
never decides on it.
"""

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from library import audit, vocabulary
from library.catalogue import cataloguing, depositing, publishing
from library.catalogue.cataloguing import UnknownValue
from library.catalogue.models import Deposit, DepositState, Version, Work, WorkState
from library.catalogue.publishing import VersionChanged
from library.errors import Refusal
from library.notices import telling
from library.people.models import Person
from library.people.sign_in import Actor, NotAllowed, actor_for
from library.reviews import binding, queries, transitions
from library.reviews.models import Review
from library.reviews.refusals import AlreadyInReview, NothingToReview, ReasonNeeded, TooLateToUndo
from library.reviews.transitions import Move, ReviewState

UNDO_LASTS = timedelta(seconds=10)
ON_ITS_WAY = timedelta(seconds=5)  # a click in the last second may need this long on a poor line
WANTED, WORK_APPROVED, WORK_RETURNED = "review-wanted", "work-approved", "work-returned"


@dataclass(frozen=True)
class Seen:
    """What a reviewer had before their eyes: the version, and the digest of `binding.digest_of`."""

    version_id: uuid.UUID
    digest: str


def submit(session: Session, work: Work, said: Mapping[str, Any] | None = None, *, by: Actor, at: datetime) -> Review:
    """Send the newest version of a work to the reviewers of its school. `said`: the readers wished for, as in
    `publishing.readers_of`.

    Raises NotAllowed, NothingToReview, AlreadyInReview, UnknownReaders.
    """
    person = by.required()
    if not cataloguing.may_edit(session, work, by):
        raise NotAllowed
    version = cataloguing.newest_version(session, work.id)
    if (
        version is None
        or version.digest is None
        or (work.state == WorkState.PUBLISHED and work.version_id == version.id)
    ):
        raise NothingToReview
    if queries.waiting_of(session, work.id):
        raise AlreadyInReview
    sent = session.scalars(select(Deposit).where(Deposit.version_id == version.id)).first()
    wish = _wished(session, work, said or {}, sent)
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
    _tell(session, "work-submitted", review, by, at, after=review.digest)
    _call_reviewers(session, queries.locked(session, review.id), at=at)
    return review


def _wished(session: Session, work: Work, said: Mapping[str, Any], sent: Deposit | None) -> publishing.Readers:
    """The readers wished for; what is not said of their sight was said with the file. Raises UnknownReaders."""
    sight = said.get("sight") or (sent.sight if sent else publishing.UNSAID)
    wish = publishing.readers_of(work, {**said, "sight": sight})
    publishing.refuse_unknown(session, work, wish)
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
        depositing.refuse_unclear(session, becoming, deposit.unit_id, deposit.sight, opens=True)
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


def open_next(session: Session, *, by: Actor, at: datetime) -> Review | None:
    """The oldest one that nobody else has open, opened for this reviewer; two who ask at once each get another. Raises
    NotAReviewer.
    """
    oldest = (
        select(Review.id)
        .where(queries.waits_for(by), queries.free_for(by, at))
        .order_by(Review.submitted_at, Review.id)
        .limit(1)
    )
    found = session.scalar(oldest.with_for_update(skip_locked=True))
    return open_one(session, found, by=by, at=at) if found else None


def open_one(session: Session, review_id: uuid.UUID, *, by: Actor, at: datetime) -> Review:
    """Have a review open: others are led past it. What somebody else has open stays theirs, and one sees who. Raises
    UnknownReview, OwnWork, AlreadyDecided.
    """
    review, _ = _taken(session, review_id, Move.CLAIM, by, with_work=False)
    _let_go(session, by)
    if queries.held_by_another(review, by, at) is None:
        review.claimed_by_id, review.claimed_at = by.person_id, at
        session.flush()
    return queries.locked(session, review_id, with_work=False)


def approve(session: Session, review_id: uuid.UUID, seen: Seen, *, by: Actor, at: datetime) -> Review:
    """Open exactly what was seen to the readers its author wished for.

    Raises UnknownReview, NotAReviewer, OwnWork, AlreadyDecided, VersionChanged, UnknownReaders.
    """
    review, state = _taken(session, review_id, Move.APPROVE, by)
    _refuse_unseen(session, review, seen)
    before = publishing.standing(review.work)
    publishing.open_to(session, review.work, review.version_id, review.digest, review.readers, by=by, at=at)
    review = _decide(session, review, state, seen, before, by=by, at=at)
    _tell(session, "work-approved", review, by, at, after=review.digest)
    telling.tell(
        session,
        review.author_ids,
        WORK_APPROVED,
        at=at,
        about=review.id,
        **_facts(review),
        sight=review.sight,
        by=by.required().name,
    )
    return review


def return_(
    session: Session,
    review_id: uuid.UUID,
    seen: Seen,
    reasons: Sequence[str],
    remark: str | None,
    *,
    by: Actor,
    at: datetime,
) -> Review:
    """Give it back to its author with a reason. Raises like `approve`, and ReasonNeeded, UnknownValue."""
    review, state = _taken(session, review_id, Move.RETURN, by)
    _refuse_unseen(session, review, seen)
    remark = (remark or "").strip() or None
    if not reasons and remark is None:
        raise ReasonNeeded
    for unknown in set(reasons) - set(vocabulary.reasons()):
        raise UnknownValue(value=unknown)
    before = publishing.standing(review.work)
    review.reasons, review.remark = list(dict.fromkeys(reasons)), remark
    if review.work.state == WorkState.IN_REVIEW:
        publishing.hold(session, review.work, WorkState.DRAFT, at=at)
    review = _decide(session, review, state, seen, before, by=by, at=at)
    _tell(session, "work-returned", review, by, at, reasons=review.reasons)
    told = {**_facts(review), "reasons": review.reasons, "remark": remark, "by": by.required().name}
    telling.tell(session, review.author_ids, WORK_RETURNED, at=at, about=review.id, **told)
    return review


def undo(session: Session, review_id: uuid.UUID, *, by: Actor, at: datetime) -> Review:
    """Take a decision back within ten seconds: the work stands as it stood and the review waits again. Raises
    NotYourDecision, TooLateToUndo.
    """
    review, state = _taken(session, review_id, Move.UNDO, by)
    decided = review.state
    if not may_undo(review, at=at) or not _stands_as_decided(session, review):
        raise TooLateToUndo
    publishing.restore(session, review.work, review.before, by=by, at=at)
    review.state, review.decided_by_id, review.decided_at, review.decided_on = state, None, None, None
    review.reasons, review.remark, review.before = [], None, {}
    session.flush()
    telling.drop(session, WORK_APPROVED if decided == ReviewState.APPROVED else WORK_RETURNED, review.id)
    _tell(session, "decision-undone", review, by, at, decided=decided)
    _call_reviewers(session, review, at=at, without=by.person_id)
    return open_one(session, review_id, by=by, at=at)


def recall(session: Session, review_id: uuid.UUID, *, by: Actor, at: datetime) -> Review:
    """Its author takes it back out of the queue. Raises UnknownReview, AlreadyDecided."""
    review, state = _taken(session, review_id, Move.RECALL, by)
    close(session, review, state, by=by, at=at)
    return review


def seen_of(version_id: str, digest: str) -> Seen:
    """What a client says it has seen; anything that is no id has been seen by nobody."""
    try:
        return Seen(uuid.UUID(version_id), digest)
    except ValueError:
        return Seen(uuid.UUID(int=0), digest)


def overruled(session: Session, work: Work, *, by: Actor, at: datetime) -> None:
    """A keeper has published or withdrawn the work without the reviewers: nothing waits for them any more."""
    for review in queries.waiting_of(session, work.id):
        close(session, review, ReviewState.OVERRULED, by=by, at=at)


def close(session: Session, review: Review, state: ReviewState, *, at: datetime, by: Actor | None = None) -> None:
    """End a review without a decision."""
    review.state, review.claimed_by_id, review.claimed_at = state, None, None
    if review.work.state == WorkState.IN_REVIEW:
        publishing.hold(session, review.work, WorkState.DRAFT, at=at)
    session.flush()
    telling.drop(session, WANTED, review.id)
    _tell(session, f"review-{state}", review, by, at)


def may_undo(review: Review, *, at: datetime) -> bool:
    """Whether it is still early enough."""
    return review.decided_at is not None and at - review.decided_at <= UNDO_LASTS + ON_ITS_WAY


def _taken(
    session: Session, review_id: uuid.UUID, event: str, by: Actor, *, with_work: bool = True
) -> tuple[Review, ReviewState]:
    """The review, locked, and the state that the event leads to. Raises what `transitions.move` raises, SignInNeeded,
    VersionChanged.
    """
    by.required()
    review = queries.locked(session, review_id, with_work=with_work)
    if review.state == ReviewState.SUPERSEDED and event in (Move.APPROVE, Move.RETURN):
        raise VersionChanged
    decider = (
        review.decided_by.name
        if review.decided_by
        else review.author.name
        if review.state == ReviewState.RECALLED
        else "Quản trị viên (administrator)"
    )
    return review, transitions.move(review.level, review.state, event, queries.parts_of(review, by), decider=decider)


def _refuse_unseen(session: Session, review: Review, seen: Seen) -> None:
    """Compare and set: the version, its bytes, its words and its readers are those that were seen. Raises
    VersionChanged.
    """
    newest = cataloguing.newest_version(session, review.work_id)
    if newest is None or newest.id != review.version_id or newest.digest != review.digest:
        raise VersionChanged
    if seen.version_id != review.version_id or seen.digest != binding.digest_of(review):
        raise VersionChanged


def _decide(
    session: Session, review: Review, state: ReviewState, seen: Seen, before: dict[str, Any], *, by: Actor, at: datetime
) -> Review:
    review.state, review.decided_by_id, review.decided_at, review.decided_on, review.before = (
        state,
        by.required().id,
        at,
        seen.digest,
        before,
    )
    review.claimed_by_id, review.claimed_at = None, None
    session.flush()  # the check "author never decides" has spoken
    telling.drop(session, WANTED, review.id)
    return queries.locked(session, review.id)


def _stands_as_decided(session: Session, review: Review) -> bool:
    """Whether nobody has touched the work since the decision."""
    newest = cataloguing.newest_version(session, review.work_id)
    if newest is None or newest.id != review.version_id or queries.waiting_of(session, review.work_id):
        return False
    if review.state == ReviewState.APPROVED:
        return review.work.state == WorkState.PUBLISHED and review.work.version_id == review.version_id
    return review.work.state == (
        WorkState.DRAFT if review.before["state"] == WorkState.IN_REVIEW else review.before["state"]
    )


def _let_go(session: Session, by: Actor) -> None:
    """A reviewer has one review open at a time."""
    for review in session.scalars(
        select(Review).where(Review.claimed_by_id == by.person_id, Review.state == ReviewState.WAITING)
    ):
        review.claimed_by_id, review.claimed_at = None, None


def _call_reviewers(session: Session, review: Review, *, at: datetime, without: uuid.UUID | None = None) -> None:
    pool = queries.pool_of(session, review.unit_id, {*review.author_ids, *([without] if without else [])}, at=at)
    telling.tell(session, pool, WANTED, at=at, about=review.id, **_facts(review), author=review.author.name)


def _facts(review: Review) -> dict[str, Any]:
    """What every notice about a review can say."""
    return {
        "title": review.work.title,
        "work_id": str(review.work_id),
        "review_id": str(review.id),
        "level": review.level,
    }


def _tell(
    session: Session,
    act: str,
    review: Review,
    by: Actor | None,
    at: datetime,
    *,
    after: str | None = None,
    **facts: Any,
) -> None:
    """One line about the work; the remark stays on the review, so that no name ever gets into the chain."""
    work = session.get_one(Work, review.work_id)
    told = {"review": str(review.id), "level": review.level, **facts}
    before = None if after else review.digest
    audit.tell(
        session,
        act,
        work,
        unit_id=review.unit_id,
        by=by.person_id if by else None,
        at=at,
        before=before,
        after=after,
        **told,
    )
