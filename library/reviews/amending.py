"""Correcting a card where its review comes in: by who decides on it, and by its author after readers have it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from library.catalogue import cataloguing, correcting, queries
from library.catalogue.card_fields import checked
from library.catalogue.models import Work
from library.people.sign_in import Actor
from library.reviews import submitting
from library.reviews.claiming import taken
from library.reviews.models import Review
from library.reviews.refusals import NothingChosen
from library.reviews.transitions import Move

IN_REVIEW = "card-corrected-in-review"


def correct(session: Session, work: Work, wish: Mapping[str, Any], *, by: Actor, at: datetime) -> bool:
    """Correct the card of a work. Whether it waits for a review now: readers have what was approved until then.

    Raises what `correcting.correct` raises, and LicenceMissing, LicenceTooNarrow of the readers it has.
    """
    made = correcting.correct(session, work, wish, by=by, at=at)
    if made is None:
        return False
    session.expire(work, ["audience"])
    submitting.submit(session, cataloguing.with_audience(session, work.id), by=by, at=at)
    return True


def correct_many(session: Session, work_ids: Sequence[str], wish: Mapping[str, Any], *, by: Actor, at: datetime) -> int:
    """The same for each of a chosen set, all or none; how many wait for a review now. Raises UnknownWork and
    NothingChosen, too.
    """
    if not work_ids:
        raise NothingChosen
    works = [queries.visible_work(session, one, by.sight, at=at) for one in sorted(set(work_ids))]
    return sum(correct(session, work, wish, by=by, at=at) for work in works)


def correct_in_review(
    session: Session, review_id: uuid.UUID, wish: Mapping[str, Any], *, by: Actor, at: datetime
) -> Review:
    """By a reviewer who may decide on it, under their name. What others have seen of it is old from now on.

    Raises UnknownReview, OwnWork, NotAReviewer, AlreadyDecided, VersionChanged, and what `checked` raises.
    """
    review, _ = taken(session, review_id, Move.CLAIM, by)
    told = {"review": str(review.id), "level": review.level}
    correcting.put(session, review.work, review.version, checked(wish), by=by, at=at, act=IN_REVIEW, **told)
    return review
