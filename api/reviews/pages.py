"""The reviewer's pages: the queue opens on the oldest; approving leads to the next. Forms work without script."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Form

from api.catalogue import shown_card
from api.catalogue.shown_card import CardForm
from api.reviews import schemas, shown
from api.web.dependencies import Asked, number_in
from api.web.doors import Door, Room, Shown
from api.web.pages import Text
from api.web.schemas import Code
from api.web.terms import named
from library import vocabulary
from library.catalogue import queries as catalogue
from library.catalogue import versions
from library.catalogue.wording import READERS
from library.reviews import amending, claiming, deciding, queries
from library.reviews.deciding import UNDO_LASTS
from library.reviews.models import Review
from library.reviews.queries import review_id_of
from library.reviews.refusals import AlreadyDecided, NotAReviewer, OwnWork, UnknownReview

QUEUE = "/duyet"
REVIEW = QUEUE + "/{review_id}"
NEXT = QUEUE + "?vua={review_id}"
room = Room()


@room.page(QUEUE, "review", writing=True)
def queue_page(door: Door, vua: Asked = "") -> Shown | str:
    """Open the oldest one that nobody else has open; when there is none, say what there is."""
    found = claiming.open_next(door.session, by=door.actor, at=door.at)
    if found is not None:
        return address(found.id, vua)
    return filled(door, None, done=vua)


@room.page(REVIEW, "review", writing=True)
def review_page(door: Door, review_id: str, p: Asked = "1", vua: Asked = "") -> Shown:
    """One review, opened for whoever may decide."""
    return filled(door, opened(door, review_id_of(review_id)), number=p, done=vua)


@room.form(REVIEW + "/duyet", back=NEXT, again=review_page)
def approve(door: Door, review_id: str, version_id: Text = "", digest: Text = "") -> None:
    """Approve, and on to the next."""
    seen = deciding.seen_of(version_id, digest)
    try:
        deciding.approve(door.session, review_id_of(review_id), seen, by=door.actor, at=door.at)
    except AlreadyDecided as decided:
        refuse_others(door, review_id, decided)


@room.form(REVIEW + "/tra-lai", back=NEXT, again=review_page)
def return_(
    door: Door,
    review_id: str,
    version_id: Text = "",
    digest: Text = "",
    reasons: Annotated[list[Code] | None, Form(max_length=20)] = None,
    remark: Text = "",
) -> None:
    """Return, and on to the next."""
    seen = deciding.seen_of(version_id, digest)
    try:
        deciding.return_(
            door.session, review_id_of(review_id), seen, reasons or [], remark[:2000], by=door.actor, at=door.at
        )
    except AlreadyDecided as decided:
        refuse_others(door, review_id, decided)


@room.form(REVIEW + "/the", back=REVIEW, again=review_page)
def correct(door: Door, review_id: str, card: Annotated[CardForm, Depends(CardForm)]) -> None:
    """Correct the card of what is reviewed."""
    amending.correct_in_review(door.session, review_id_of(review_id), card.all(), by=door.actor, at=door.at)


def refuse_others(door: Door, review_id: str, decided: AlreadyDecided) -> None:
    """A second press of the same button changes nothing. Raises AlreadyDecided when it was somebody else."""
    if queries.seen_by(door.session, review_id_of(review_id), door.actor).decided_by_id != door.actor.person_id:
        raise decided


@room.form(REVIEW + "/hoan-tac", back=REVIEW, again=review_page)
def undo(door: Door, review_id: str) -> None:
    """Take the last decision back."""
    deciding.undo(door.session, review_id_of(review_id), by=door.actor, at=door.at)


def opened(door: Door, review_id: uuid.UUID) -> Review:
    """Open it for who may decide; others look only. Raises SignInNeeded, UnknownReview."""
    try:
        return claiming.open_one(door.session, review_id, by=door.actor, at=door.at)
    except (AlreadyDecided, NotAReviewer, OwnWork):
        return queries.seen_by(door.session, review_id, door.actor)


def filled(door: Door, review: Review | None, *, number: str = "1", done: str = "") -> Shown:
    """What the page shows. Raises UnknownPage."""
    nobody = schemas.Queue(waiting=0, reviews=[])
    may_look = review is not None and queries.may_open(review, door.actor)
    return {
        "review": shown.sent(door.session, review, door.actor, door.language, at=door.at) if review else None,
        "queue": shown.queue_of(
            door.session, door.actor, door.language, at=door.at, current=review.id if review else None
        )
        if queries.is_reviewer(door.actor)
        else nobody,
        "leaf": leaf_of(door, review, number) if review and may_look else None,
        "done": done_of(door, done),
        "reasons": [named(vocabulary.reasons(), code, door.language) for code in vocabulary.reasons()],
        "readers": READERS,
        **card_form(door, review),
    }


def card_form(door: Door, review: Review | None) -> Shown:
    """The card of what is reviewed, to be corrected."""
    if review is None:
        return {}
    card = shown_card.card_of_version(review.work, review.version)
    return shown_card.form_of(card, door.given, door.language)


def leaf_of(door: Door, review: Review, text: str) -> Mapping[str, Any] | None:
    """The page of the version that is shown, as readers will get it; none for a file without pages."""
    count = review.version.page_count or 0
    if not count:
        return None
    number = number_in(text, count)
    found = catalogue.page(door.session, review.version_id, number)
    drawn = catalogue.rendition(door.session, review.version_id, "page-800", number)
    return {
        "number": number,
        "count": count,
        "width": round(found.width),
        "height": round(found.height),
        "text": found.text,
        "image": f"/api/v1/reviews/{review.id}/pages/{number}/image" if drawn else None,
    }


def done_of(door: Door, text: str) -> Mapping[str, Any] | None:
    """The decision made just now, while it can be undone."""
    try:
        review = queries.seen_by(door.session, review_id_of(text), door.actor) if text else None
    except UnknownReview:
        return None
    if review is None or review.decided_by_id != door.actor.person_id or review.decided_at is None:
        return None
    left = UNDO_LASTS - (door.at - review.decided_at)
    if left.total_seconds() <= 0:
        return None
    return {
        "id": str(review.id),
        "title": versions.card_of(review.work, review.version)["title"],
        "state": review.state,
        "seconds": max(1, round(left.total_seconds())),
    }


def address(review_id: uuid.UUID, done: str) -> str:
    """Where a review is shown."""
    return REVIEW.format(review_id=review_id) + (f"?vua={done}" if done else "")
