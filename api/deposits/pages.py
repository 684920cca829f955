"""The pages of those who send: the form, and what has become of my uploads."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, File, Form, UploadFile
from starlette.responses import RedirectResponse, Response

from api.catalogue import shown_card
from api.catalogue.shown import sights_for
from api.catalogue.shown_card import CardForm
from api.deposits import receiving, shown
from api.reviews.brief import review_of
from api.web.dependencies import Asked
from api.web.doors import Door, Doorway, Room, Shown
from api.web.pages import Text, inside
from api.web.schemas import Code
from library.catalogue import cataloguing, depositing, publishing, queries
from library.catalogue.models import WorkState
from library.catalogue.wording import READERS
from library.people.roles import AUTHORS
from library.reviews import amending, closing, submitting
from library.reviews import queries as reviews

MINE = "/bai-cua-toi"
MANY = MINE + "/the"
room = Room()


@room.page("/gui", "upload")
def upload_page(door: Door, bai: Asked = "") -> Shown:
    """The upload form; `bai`, or what a refused form had of it: for a new version of that work."""
    door.actor.required()
    changed = changed_of(door, bai or str(door.given.get("work", "")))
    unit = door.actor.acting_as(*AUTHORS)
    return {
        "changed": changed,
        "sights": changed["sights"] if changed else sights_for(unit.unit) if unit else ["public"],
        "readers": READERS,
        **shown_card.form_of(None, door.given, door.language),
    }


def changed_of(door: Door, work_id: str) -> Mapping[str, Any] | None:
    """The work that gets a new version, with what became of the last one. Raises UnknownWork, unless it tells a refusal
    already: then the form is for a new one.
    """
    if not work_id:
        return None
    try:
        work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
        if not cataloguing.may_edit(door.session, work, door.actor):
            raise cataloguing.UnknownWork
    except cataloguing.UnknownWork:
        if door.problem is None:
            raise
        return None
    last = next(iter(reviews.history_of(door.session, work.id)), None)
    has_readers = work.state == WorkState.PUBLISHED and work.version_id is not None
    # for a version that has not reached its readers
    wished = last if last and not (has_readers and last.version_id == work.version_id) else None
    return {
        "id": str(work.id),
        "title": work.title,
        "state": work.state,
        "has_readers": has_readers,
        "sight": wished.sight if wished else publishing.UNSAID if has_readers else work.sight,
        "review": review_of(last, door.language).model_dump() if last else None,
        "sights": sights_for(work.unit),
    }


@room.form("/gui", back=MINE, again=upload_page)
async def upload(
    doorway: Doorway,
    file: Annotated[UploadFile, File()],
    card: Annotated[CardForm, Depends(CardForm)],
    sight: Text = "",
    approve: Text = "",
    review: Text = "",
    work: Text = "",
) -> None:
    """A file by the plain form."""
    choices = receiving.Choices(sight, approve == "true", review == "true", work, card.said())
    await receiving.take_form(doorway.gate, doorway.house, doorway.token, file, choices)


@room.page(MINE, "my-uploads")
def my_uploads_page(door: Door) -> Shown:
    """My uploads."""
    return {"deposits": shown.deposits_of(door.session, door.actor, door.house, door.language)}


@room.page(MANY, "many-cards")
def many_cards_page(door: Door) -> Shown:
    """One card for several of my works: what is left empty stays as each has it."""
    deposits = shown.deposits_of(door.session, door.actor, door.house, door.language).deposits
    return {
        "mine": shown.works_of(deposits),
        **shown_card.form_of(None, door.given, door.language),
    }


@room.form(MANY, back=MINE, again=many_cards_page)
def correct_many(
    door: Door,
    card: Annotated[CardForm, Depends(CardForm)],
    works: Annotated[list[Code] | None, Form(max_length=200)] = None,
) -> None:
    """Write it on the cards of the chosen works."""
    amending.correct_many(door.session, works or [], card.said(), by=door.actor, at=door.at)


@room.form(MINE + "/{deposit_id}/bo", back=MINE, again=my_uploads_page)
async def forget(doorway: Doorway, deposit_id: str) -> None:
    """Remove a refused upload from the list."""
    await receiving.cancel(doorway.gate, doorway.house, depositing.id_of(deposit_id), doorway.token)


@room.form(MINE + "/{deposit_id}/dung", back=MINE, again=my_uploads_page)
async def stop(doorway: Doorway, deposit_id: str, next: Text = "") -> Response:
    """Stop the reading of a file, and back to the list on which it stood."""
    with suppress(depositing.NotInWork):  # it has come to its end in this moment, and the page shows which
        await receiving.stop(doorway.gate, doorway.house, depositing.id_of(deposit_id), doorway.token)
    return RedirectResponse(inside(next or doorway.address(MINE), doorway.language), 303)


@room.form(MINE + "/{deposit_id}/gui-duyet", back=MINE, again=my_uploads_page)
def submit(door: Door, deposit_id: str) -> None:
    """Send one of my uploads to the reviewers."""
    mine = depositing.mine(door.session, depositing.id_of(deposit_id), door.actor)
    submitting.submit_deposit(door.session, mine, by=door.actor, at=door.at)


@room.form(MINE + "/duyet/{review_id}/rut", back=MINE, again=my_uploads_page)
def recall(door: Door, review_id: str) -> None:
    """Take my own work back out of the queue."""
    closing.recall(door.session, reviews.review_id_of(review_id), by=door.actor, at=door.at)
