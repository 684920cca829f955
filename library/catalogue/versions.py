"""The card of a version, and a version that differs from the one before by its card only.

A work shows the card of the version that it shows: its columns are that version's card, laid out for lists, counts and
the index (docs/decisions/0029-the-card-belongs-to-the-version.md).
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session, load_only

from library.catalogue import cataloguing
from library.catalogue.models import Deposit, DepositState, Page, Rendition, RenditionKind, Version, Work
from library.people.sign_in import Actor

# what stands on a card: as doors name it, as a work keeps it
FIELDS: Mapping[str, str] = {
    "title": "title",
    "authors": "authors",
    "type": "type_code",
    "subject": "subject_code",
    "grade": "grade",
    "lesson": "lesson",
    "series": "series_code",
    "keywords": "keywords",
    "source": "source",
    "licence": "licence_code",
    "description": "description",
    "isbn": "isbn",
    "language": "language",
}
NAMES: Mapping[str, str] = {column: name for name, column in FIELDS.items()}
STANDING = ("state", "version_id", "sight", "sight_to", "deleted_at")
Card = Mapping[str, Any]  # by the names of the columns


def lock(session: Session, work: Work) -> None:
    """Nobody else writes the work or its cards until the end of the transaction, and whatever was loaded of them before
    is as it stands now.
    """
    session.refresh(work, [*FIELDS.values(), *STANDING], with_for_update={"key_share": True})
    cards = select(Version).options(load_only(Version.card, Version.digest, Version.guessed))
    session.scalars(cards.where(Version.work_id == work.id).execution_options(populate_existing=True)).all()


def card_of(work: Work, version: Version | None) -> dict[str, Any]:
    """The card of a version; what it does not say is as the work has it. A title on paper has no version."""
    own = version.card if version is not None and version.card is not None else {}
    return {name: own.get(name, getattr(work, name)) for name in FIELDS.values()}


def write_card(work: Work, version: Version | None, card: Card) -> None:
    """Write the card of a version, and on the work where that is what it shows."""
    if version is not None:
        version.card = dict(card)
    if version is None or work.version_id == version.id:
        _lay_out(work, card)


def show(work: Work, version: Version) -> None:
    """From now on the work shows this version, and its card."""
    _lay_out(work, card_of(work, version))
    work.version_id = version.id


def _lay_out(work: Work, card: Card) -> None:
    for name, value in card.items():
        if getattr(work, name) != value:
            setattr(work, name, value)


def digest_of_card(card: Card) -> str:
    """A hash of a card: the audit tells that it changed without keeping the names of authors for ever."""
    return hashlib.sha256(json.dumps(card, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def with_the_same_files(session: Session, work: Work, before: Version, *, by: Actor, at: datetime) -> Version:
    """A new version with the files and pages of the one before, still without a digest. Whoever makes it has sent it:
    its deposit stands in their list and names them to its review.
    """
    version = Version(
        work_id=work.id,
        number=cataloguing.next_number(session, work.id),
        kind=before.kind,
        page_count=before.page_count,
        contents=before.contents,
        card=card_of(work, before),
        guessed=list(before.guessed),
        created_at=at,
    )
    session.add(version)
    session.flush()
    _copy_files(session, before, version)
    session.add(_deposit_of(session, work, version, by=by, at=at))
    session.flush()
    return version


def _copy_files(session: Session, before: Version, after: Version) -> None:
    files = [one.key for one in Rendition.__table__.c if one.key not in ("id", "version_id")]
    rows = session.execute(
        select(*(getattr(Rendition, name) for name in files)).where(Rendition.version_id == before.id)
    )
    copied = [{"id": uuid.uuid4(), "version_id": after.id, **row._mapping} for row in rows]
    if copied:
        session.execute(insert(Rendition), copied)
    pages = [one.key for one in Page.__table__.c if one.key != "version_id"]
    same = select(literal(after.id), *(getattr(Page, name) for name in pages)).where(Page.version_id == before.id)
    session.execute(insert(Page).from_select(["version_id", *pages], same))


def _deposit_of(session: Session, work: Work, version: Version, *, by: Actor, at: datetime) -> Deposit:
    original = session.scalars(
        select(Rendition).where(Rendition.version_id == version.id, Rendition.kind == RenditionKind.ORIGINAL)
    ).one()
    return Deposit(
        owner_id=by.required().id,
        unit_id=work.unit_id,
        name=original.name or work.title,
        size=original.size,
        media_type=original.media_type,
        key=original.key,
        sight="",
        approve=False,
        submitted_at=at,
        work_id=work.id,
        state=DepositState.READY,
        pages_done=version.page_count or 0,
        page_count=version.page_count,
        version_id=version.id,
        created_at=at,
        finished_at=at,
    )
