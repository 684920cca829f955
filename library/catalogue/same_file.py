"""The same bytes again: whoever sends them hears at once where the library has them, as far as they may see it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from library.catalogue import versions
from library.catalogue.access import seen_by_its_staff, visible_to
from library.catalogue.models import Deposit, DepositState, Rendition, RenditionKind, Version, Work
from library.errors import Refusal
from library.people.models import Person
from library.people.sign_in import actor_for

SAME = "same-file"


class SameFile(Refusal):
    """Not a refusal: something to know about it."""

    code = SAME
    vi = "Tệp này giống hệt “{title}” đã gửi trước đó. Gửi nhầm thì xoá bản này giúp nhé."
    en = "This file is the same as “{title}”, sent before. Delete this one if that was a mistake."


def warning_of(session: Session, deposit: Deposit, *, at: datetime) -> dict[str, Any] | None:
    """What its sender should know of a deposit whose bytes are all here; nothing for a new version of the same work."""
    title = _of_a_work(session, deposit, at=at) or _on_its_way(session, deposit)
    return {"code": SAME, "page": None, "title": title} if title else None


def _of_a_work(session: Session, deposit: Deposit, *, at: datetime) -> str | None:
    """The title of a work with this file that the sender may see: in what it shows, or in any version of a work that
    is theirs to look after.
    """
    sender = actor_for(session, session.get_one(Person, deposit.owner_id), at=at)
    theirs = or_(Work.owner_id == sender.person_id, seen_by_its_staff(sender.sight))
    found = session.execute(
        select(Work, Version)
        .join(Version, Version.work_id == Work.id)
        .join(Rendition, Rendition.version_id == Version.id)
        .where(Rendition.kind == RenditionKind.ORIGINAL, Rendition.key == deposit.key, Version.digest.is_not(None))
        .where(Work.id != (deposit.work_id or uuid.UUID(int=0)), visible_to(sender.sight, at))
        .where(or_(Version.id == Work.version_id, theirs))
        .order_by(Work.created_at, Version.number)
        .limit(1)
    ).first()
    return str(versions.card_of(found[0], found[1])["title"]) if found else None


def _on_its_way(session: Session, deposit: Deposit) -> str | None:
    """The name of another file of theirs with the same bytes that is still being read."""
    coming = (DepositState.WAITING, DepositState.WORKING)
    mine = (Deposit.owner_id == deposit.owner_id, Deposit.key == deposit.key, Deposit.id != deposit.id)
    return session.scalar(select(Deposit.name).where(*mine, Deposit.state.in_(coming)).limit(1))
