"""The page of the inbox."""

from api.people.shown_notices import notices_of
from api.web.doors import Door, Room, Shown
from api.web.pages import Text
from library import announced
from library.notices import inbox

NOTICES = "/toi/thong-bao"
room = Room()


@room.page(NOTICES, "notices")
def notices_page(door: Door) -> Shown:
    """What I have been told."""
    return {"told": notices_of(door.session, door.actor, door.language)}


@room.form(NOTICES, back=NOTICES, again=notices_page)
def read_form(door: Door, notice_id: Text = "") -> str | None:
    """One was opened: read it and go where it leads; without a name all are read."""
    person = door.actor.required()
    if not notice_id:
        inbox.mark_all_read(door.session, person.id, at=door.at)
        return None
    found = inbox.lines(door.session, person.id, door.language, announced.NOTICES)
    chosen = next((line for line in found if str(line.id) == notice_id), None)
    if chosen is None:
        raise inbox.UnknownNotice
    inbox.mark_read(door.session, person.id, chosen.id, announced.NOTICES, at=door.at)
    return chosen.words.path
