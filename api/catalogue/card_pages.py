"""The page of a card: one form for a draft, for what readers have, and for a title on paper."""

from typing import Annotated

from fastapi import Depends

from api.catalogue import shown_card
from api.catalogue.shown_card import CardForm
from api.web.doors import Door, Room, Shown
from library.catalogue import correcting, queries
from library.people.sign_in import NotAllowed
from library.reviews import amending

CARD = "/tl/{work_id}/the"
room = Room()


@room.page(CARD, "card")
def card_page(door: Door, work_id: str) -> Shown:
    """The card of one work, for whoever corrects it."""
    door.actor.required()
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    if not correcting.may_correct(door.session, work, door.actor):
        raise NotAllowed
    card = shown_card.card_of(door.session, work, door.actor)
    return {
        "work": {"id": work_id, "title": card.title, "waits": card.waits},
        **shown_card.form_of(card, door.given, door.language),
    }


@room.form(CARD, back="/tl/{work_id}", again=card_page)
def correct(door: Door, work_id: str, card: Annotated[CardForm, Depends(CardForm)]) -> str | None:
    """Keep it; what waits for its review is followed in one's own list."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    waits = amending.correct(door.session, work, card.all(), by=door.actor, at=door.at)
    return "/bai-cua-toi" if waits else None
