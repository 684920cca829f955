"""The pages of one material: what it is, the reader, and the forms of those who may open it to readers or take it
back.
"""

from api.catalogue import shown, shown_history, shown_page
from api.web.counting import note
from api.web.dependencies import Asked, Words, number_in
from api.web.doors import Door, Room, Shown
from api.web.pages import Text
from api.web.terms import reasons_for
from library.catalogue import cataloguing, history, queries
from library.catalogue.models import Work
from library.catalogue.wording import OPEN_TO, READERS
from library.learning import reading
from library.operations.deletions import Subject
from library.reviews import overruling, withdrawing
from library.reviews.withdrawing import LONGEST_REMARK
from library.reviews.wording import WITHDRAWN_BECAUSE
from library.usage import READS, VIEWS

MATERIAL = "/tl/{work_id}"
room = Room()


@room.page(MATERIAL, "material")
def material_page(door: Door, work_id: str) -> Shown:
    """One material; for those who look after it with its history and its figures."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    if door.problem is None:  # a refused form brings nobody anew
        note(door.request, VIEWS, work, door.actor)
    beside = shown_history.for_keepers(door.session, work, door.actor, door.language, at=door.at)
    if beside["history"] and not history.is_told(door.session, work.id, by=door.actor, at=door.at):
        door.afterwards(
            lambda session: history.tell_reading(session, work.id, by=door.actor, at=door.at),
            otherwise=shown_history.NOTHING,
        )
    return {
        "work": shown.sent(door.session, work, door.actor, door.language),
        "reasons": reasons_for(Subject.WORK, door.language),
        "withdrawing": withdrawing_of(door, work),
        "sights": shown.sights_for(work.unit),
        "readers": READERS,
        "open_to": OPEN_TO,
        "opens_at": work.opens_at,
        "closes_at": work.closes_at,
        **beside,
    }


def withdrawing_of(door: Door, work: Work) -> Shown:
    """What the question before a withdrawal says, and whether there is a way back."""
    if not cataloguing.may_publish(work, door.actor):
        return {"reasons": [], "begun": 0, "undoable": False}
    return {
        "reasons": [(code, words[door.language == "en"]) for code, words in WITHDRAWN_BECAUSE.items()],
        "begun": reading.readers_of(door.session, work.id),
        "undoable": withdrawing.may_undo(door.session, work, at=door.at),
    }


@room.page("/doc/{work_id}", "reader")
def reader_page(door: Door, work_id: str, p: Asked = "1", q: Words = "") -> Shown:
    """The reader, on one page."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    count = (work.version.page_count if work.version else 0) or 0
    if not count:
        raise queries.UnknownPage
    note(door.request, READS, work, door.actor)
    number = number_in(p, count)
    sent = shown.sent(door.session, work, door.actor, door.language)
    found = shown_page.page_of(door.session, work, number, q, door.actor.sight)
    if door.request.headers.get("save-data", "").lower() == "on":
        found.image_800 = found.image_400  # the reader has asked for few bytes
    return {
        "work": sent,
        "shown": found,
        "hits": shown_page.hits_of(door.session, work, q, door.actor.sight),
        "heading": next((one.title for one in reversed(sent.contents) if one.page <= number), ""),
    }


@room.form(MATERIAL + "/duyet", back=MATERIAL, again=material_page)
def publish(door: Door, work_id: str, version_id: Text, digest: Text, sight: Text = "") -> None:
    """Open it to its readers; without a sight they stay who they are."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    version = queries.work_id_of(version_id)
    overruling.publish(door.session, work, version, digest, {"sight": sight}, by=door.actor, at=door.at)


@room.form(MATERIAL + "/thu-hoi", back=MATERIAL, again=material_page)
def withdraw(door: Door, work_id: str, reason: Text = "", remark: Text = "", act: Text = "") -> None:
    """Take it back from its readers. `act` tells the page whose reason it was."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    withdrawing.withdraw(door.session, work, reason, remark[:LONGEST_REMARK], by=door.actor, at=door.at)


@room.form(MATERIAL + "/cong-bo-lai", back=MATERIAL, again=material_page)
def undo_withdrawal(door: Door, work_id: str) -> None:
    """Within a day its readers have it again."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    withdrawing.undo(door.session, work, by=door.actor, at=door.at)
