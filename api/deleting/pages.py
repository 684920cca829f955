"""The page of what was deleted, and the forms that delete and bring back. One question before, thirty days after."""

import uuid

from api.catalogue.pages import material_page
from api.deleting import shown
from api.people.roster_pages import BACK, PEOPLE, people_page
from api.web.doors import Door, Room, Shown
from api.web.pages import Text
from library.catalogue import queries
from library.deleting import lately, people, undoing, works
from library.deleting.reasons import LONGEST_REMARK
from library.people import reopening
from library.people.roles import name_of

DELETED = "/da-xoa"
room = Room()


@room.page(DELETED, "deleted")
def deleted_page(door: Door) -> Shown:
    """What I may bring back."""
    return {
        "deletions": shown.deletions_of(door.session, door.actor, door.language).deletions,
        "lately": lately.of(door.session, by=door.actor, at=door.at),
        "role_name": lambda role: name_of(role, door.language),
    }


@room.form(DELETED + "/{deletion_id}/lay-lai", back=DELETED, again=deleted_page)
def bring_back(door: Door, deletion_id: uuid.UUID) -> None:
    """All is as it was."""
    undoing.bring_back(door.session, deletion_id, by=door.actor, at=door.at)


@room.form(DELETED + "/vai-tro/{membership_id}/lay-lai", back=DELETED, again=deleted_page)
def give_back(door: Door, membership_id: uuid.UUID) -> None:
    """The role goes on as if it had not ended."""
    reopening.give_back(door.session, membership_id, by=door.actor, at=door.at)


@room.form(DELETED + "/don-vi/{code}/mo-lai", back=DELETED, again=deleted_page)
def reopen(door: Door, code: str) -> None:
    """The unit stands as before it was merged or split."""
    reopening.reopen(door.session, code, by=door.actor, at=door.at)


@room.form("/tl/{work_id}/xoa", back=DELETED, again=material_page)
def delete_work(door: Door, work_id: str, reason: Text = "", remark: Text = "") -> None:
    """Delete a work."""
    work = queries.visible_work(door.session, work_id, door.actor.sight, at=door.at)
    works.delete(door.session, work, reason, said(remark), by=door.actor, at=door.at)


@room.form(PEOPLE + "/{person_id}/xoa", back=BACK, again=people_page)
def delete_person(door: Door, person_id: uuid.UUID, unit: Text, reason: Text = "", remark: Text = "") -> None:
    """Delete a person."""
    people.delete(door.session, person_id, reason, said(remark), by=door.actor, at=door.at)


def said(remark: str) -> str | None:
    """What somebody has written, if anything."""
    return remark.strip()[:LONGEST_REMARK] or None
