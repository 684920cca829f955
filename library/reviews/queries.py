"""Looking at reviews: the queue of a reviewer, one review, what became of a submission."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from library.catalogue import cataloguing
from library.catalogue.models import Version, Work
from library.database import row_security
from library.people.models import Membership, Person, Unit, UnitKind
from library.people.sight import review_token, units_above
from library.people.sign_in import Actor
from library.reviews import transitions
from library.reviews.models import Review
from library.reviews.refusals import NotAReviewer, ReviewOver, UnknownReview
from library.reviews.transitions import Part, ReviewState

NAMED = (Person.id, Person.name)  # all that is taken of people who stand behind the second wall
CLAIM_LASTS = timedelta(minutes=15)  # without a word from whoever has it open, the next one gets it


def parts_of(review: Review, by: Actor) -> frozenset[str]:
    """What a person is to a review, as things stand at this moment and not when it was submitted."""
    parts = {Part.AUTHOR} if by.person_id in review.author_ids else set()
    parts |= {Part.REVIEWER} if review_token(review.unit_id) in by.sight.tokens else set()
    parts |= {Part.DECIDER} if by.person_id is not None and review.decided_by_id == by.person_id else set()
    return frozenset(parts)


def review_id_of(text: str) -> uuid.UUID:
    """An id as it stands in an address. Raises UnknownReview."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise UnknownReview from error


def seen_by(session: Session, review_id: uuid.UUID, by: Actor) -> Review:
    """A review with its work, version and people, for its author and its reviewers. Raises SignInNeeded,
    UnknownReview.
    """
    by.required()
    with row_security.lifted(session):  # its people may be of another school
        review = session.scalar(whole(select(Review)).where(Review.id == review_id))
    if review is None or review.work.deleted_at is not None or not parts_of(review, by):
        raise UnknownReview
    return review


def opened_by(session: Session, review_id: uuid.UUID, by: Actor) -> Review:
    """The same for whoever may open its files. Raises SignInNeeded, UnknownReview, ReviewOver."""
    review = seen_by(session, review_id, by)
    if not may_open(review, by):
        raise ReviewOver
    return review


def may_open(review: Review, by: Actor) -> bool:
    """Whether somebody may open the files of its version: its reviewers while it waits for them, whose work it is, and
    who may publish it.
    """
    if cataloguing.is_its_owner(review.work, by) or cataloguing.may_publish(review.work, by):
        return True
    return review.state == ReviewState.WAITING and Part.REVIEWER in parts_of(review, by)


def locked(session: Session, review_id: uuid.UUID, *, with_work: bool = True) -> Review:
    """The same to be changed: first the work is locked, then the review. Raises UnknownReview."""
    if with_work:
        session.execute(
            select(Work.id)
            .join(Review, Review.work_id == Work.id)
            .where(Review.id == review_id)
            .with_for_update(of=Work, key_share=True)
        )
    fresh = (
        whole(select(Review))
        .where(Review.id == review_id)
        .with_for_update(of=Review, key_share=True)
        .execution_options(populate_existing=True)
    )
    with row_security.lifted(session):
        review = session.scalar(fresh)
    if review is None or review.work.deleted_at is not None:
        raise UnknownReview
    return review


def whole(wanted: Select[Review]) -> Select[Review]:
    """With everything that judging and showing it needs."""
    work = selectinload(Review.work)
    return wanted.options(
        work.joinedload(Work.unit),
        work.selectinload(Work.audience),
        selectinload(Review.version),
        *(selectinload(one).load_only(*NAMED) for one in (Review.author, Review.claimed_by, Review.decided_by)),
    )


def queue(session: Session, by: Actor, *, limit: int = 200) -> Sequence[Review]:
    """What waits for this reviewer, oldest first; never anything they had a hand in. Raises SignInNeeded,
    NotAReviewer.
    """
    wanted = select(Review).options(
        joinedload(Review.work),
        joinedload(Review.version).options(defer(Version.contents)),
        joinedload(Review.author).load_only(*NAMED),
        joinedload(Review.claimed_by).load_only(*NAMED),
    )
    with row_security.lifted(session):
        return session.scalars(wanted.where(waits_for(by)).order_by(Review.submitted_at, Review.id).limit(limit)).all()


def waits_for(by: Actor) -> ColumnElement[bool]:
    """The condition on `Review`. Raises SignInNeeded, NotAReviewer."""
    me = by.required().id
    if not is_reviewer(by):
        raise NotAReviewer
    units = [uuid.UUID(token.removeprefix("review:")) for token in by.sight.tokens if token.startswith("review:")]
    mine = or_(Review.author_id == me, Review.uploaded_by_id == me, Review.submitted_by_id == me)
    return and_(
        Review.state == ReviewState.WAITING, Review.level == transitions.Level.SCHOOL, Review.unit_id.in_(units), ~mine
    )


def is_reviewer(by: Actor) -> bool:
    """Whether somebody reviews for any unit at all."""
    return any(token.startswith("review:") for token in by.sight.tokens)


def free_for(by: Actor, at: datetime) -> ColumnElement[bool]:
    """Nobody else has it open."""
    return or_(
        Review.claimed_by_id.is_(None), Review.claimed_by_id == by.person_id, Review.claimed_at <= at - CLAIM_LASTS
    )


def held_by_another(review: Review, by: Actor, at: datetime) -> Person | None:
    """Who else has it open now; `claimed_by` is loaded."""
    fresh = review.claimed_at is not None and review.claimed_at > at - CLAIM_LASTS
    return review.claimed_by if fresh and review.claimed_by_id != by.person_id else None


def latest_of(session: Session, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Review]:
    """What became of each version: its last review, with who decided."""
    if not version_ids:
        return {}
    wanted = (
        select(Review)
        .options(joinedload(Review.decided_by).load_only(*NAMED))
        .where(Review.version_id.in_(version_ids))
    )
    with row_security.lifted(session):
        return {review.version_id: review for review in session.scalars(wanted.order_by(Review.submitted_at))}


def history_of(session: Session, work_id: uuid.UUID) -> Sequence[Review]:
    """All reviews of a work, newest first, with who decided."""
    rows = (
        select(Review)
        .options(joinedload(Review.version), joinedload(Review.decided_by).load_only(*NAMED))
        .where(Review.work_id == work_id)
    )
    with row_security.lifted(session):
        return session.scalars(rows.order_by(Review.submitted_at.desc())).all()


def waiting_of(session: Session, work_id: uuid.UUID) -> Sequence[Review]:
    """The reviews of a work that are open."""
    with row_security.lifted(session):
        return session.scalars(
            whole(select(Review)).where(Review.work_id == work_id, Review.state == ReviewState.WAITING)
        ).all()


def pool_of(session: Session, unit_id: uuid.UUID, without: Iterable[uuid.UUID], *, at: datetime) -> set[uuid.UUID]:
    """The people who review for a unit at its school's level: its own, those of its school, those of its hub."""
    above = units_above(session, [unit_id])
    hubs = set(session.scalars(select(Unit.hub_id).where(Unit.id == unit_id, Unit.hub_id.is_not(None))))
    near = (
        select(Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
    )
    valid = and_(
        Membership.from_at <= at,
        or_(Membership.until_at.is_(None), Membership.until_at > at),
        Person.disabled_at.is_(None),
    )
    roles = Membership.role.in_(transitions.POOLS[transitions.Level.SCHOOL])
    places = or_(
        Unit.id == unit_id,
        Unit.id.in_(hubs),
        and_(Unit.id.in_(above), Unit.kind.in_((UnitKind.SCHOOL, UnitKind.DEPARTMENT))),
    )
    with row_security.lifted(session):  # only ids come back
        return set(session.scalars(near.where(valid, roles, places))) - set(without)
