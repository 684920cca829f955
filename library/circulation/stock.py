"""The school's copies: adding them to a title that is known, or to a new one that has only paper.

Whoever first enters an ISBN gives it a title; that is their word and not the province's. So another's title is shown
and asked about.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session, joinedload

from library import audit
from library.catalogue import cataloguing, publishing, queries
from library.catalogue.access import visible_to
from library.catalogue.isbn import isbn_of
from library.catalogue.models import Work, WorkState
from library.circulation import codes, policy
from library.circulation.labels import label_key
from library.circulation.models import Item
from library.circulation.refusals import BarcodeTaken, IsbnUnknown, TitleNeeded, TitleOnPaper, TitleToConfirm
from library.database import hold
from library.people.models import Unit
from library.people.sight import units_above, units_below
from library.people.sign_in import Actor
from library.vietnamese import clean, joined, tokens

MOST_AT_ONCE = 200
MOST_SHOWN = 6


class Whose(StrEnum):
    OWN = "own"
    AUTHORITY = "authority"
    OTHER = "other"


NEAREST_FIRST = (Whose.OWN, Whose.AUTHORITY, Whose.OTHER)


@dataclass(frozen=True)
class KnownTitle:
    """A title that carries an ISBN, and whose word that is: the school's own (it has entered the title, or has copies
    of it), an authority's, another's.
    """

    work: Work  # with its unit
    whose: Whose


@dataclass(frozen=True)
class Delivery:
    """Copies that have come: of which title (`title_for` finds it), how many, and where they stand."""

    title: str = ""
    isbn: str = ""
    work_id: uuid.UUID | None = None
    another: bool = False
    count: int = 1
    shelf: str | None = None
    barcodes: Sequence[str] = ()


def receive(session: Session, school: Unit, delivery: Delivery, *, by: Actor, at: datetime) -> tuple[Work, list[Item]]:
    """Books have come: their copies are added to the title they belong to.

    Raises what `title_for` and `add_copies` raise.
    """
    work = title_for(
        session,
        school,
        title=delivery.title,
        isbn=delivery.isbn,
        work_id=delivery.work_id,
        another=delivery.another,
        by=by,
        at=at,
    )
    shelf, labels = delivery.shelf or None, delivery.barcodes
    return work, add_copies(session, work, school, delivery.count, by=by, at=at, shelf=shelf, barcodes=labels)


def add_copies(
    session: Session,
    work: Work,
    school: Unit,
    count: int,
    *,
    by: Actor,
    at: datetime,
    shelf: str | None = None,
    barcodes: Sequence[str] = (),
) -> list[Item]:
    """`count` copies with labels of our own, or those of `barcodes` that the school has stuck on already.

    Raises BarcodeTaken, and UnknownWork for a title that somebody has deleted in this moment.
    """
    # nobody deletes it meanwhile
    session.refresh(work, ["deleted_at"], with_for_update={"read": True, "key_share": True})
    if work.deleted_at is not None:
        raise cataloguing.UnknownWork
    hold(session, [f"stock of {school.id}"])  # two librarians who add at once count on, one after the other
    labels = [said for one in barcodes if (said := codes.scanned(one))] or codes.take(session, codes.COPY, count)
    _refuse_taken(session, school.id, labels)
    items = _numbered(session, work, school, labels, shelf, at=at)
    session.add_all(items)
    session.flush()
    tell = partial(audit.tell, session, "copy-added", unit_id=school.id, by=by.person_id, at=at, work=str(work.id))
    for item in items:
        tell(item, barcode=item.barcode)
    return items


def title_for(
    session: Session,
    school: Unit,
    *,
    title: str,
    isbn: str,
    by: Actor,
    at: datetime,
    work_id: uuid.UUID | None = None,
    another: bool = False,
) -> Work:
    """The title that copies belong to: the given one, the school's own of that ISBN, else a new one that has only
    paper.

    `another`: the librarian has seen what the library knows under the ISBN, and the book in their hands is none of it.
    Raises UnknownWork, IsbnWrong, IsbnUnknown, TitleNeeded, TitleToConfirm.
    """
    if work_id is not None:
        return queries.visible_work(session, str(work_id), by.sight, at=at)
    normal = isbn_of(isbn) if isbn else None
    # two librarians with the same book in their hands: the second finds the title of the first
    hold(session, [f"stock of {school.id}"])
    known = titles_with(session, school, normal, by=by, at=at) if normal else []
    mine = [
        one.work for one in known if one.whose == Whose.OWN and (not title or _words(one.work.title) == _words(title))
    ]
    if mine:
        return mine[0]
    if known and not another:
        raise TitleToConfirm(isbn=normal, title=known[0].work.title, owner=known[0].work.unit.name)
    if not title:
        raise IsbnUnknown(isbn=normal) if normal and not known else TitleNeeded
    work = cataloguing.open_paper_title(session, school.id, title, normal, by=by, at=at)
    publishing.write_audience(session, work, at=at)
    return work


def titles_with(session: Session, school: Unit, isbn: str, *, by: Actor, at: datetime) -> list[KnownTitle]:
    """The titles under an ISBN that the librarian may see: the school's own first, then those of the authorities above
    it, then other schools'.
    """
    above = units_above(session, [school.id]) - {school.id} | {school.authority_id}
    used = exists().where(Item.work_id == Work.id, Item.unit_id == school.id)
    near = case(
        (used, 0), (Work.unit_id.in_(units_below(session, [school.id])), 0), (Work.unit_id.in_(above), 1), else_=2
    )
    wanted = (
        select(Work, near)
        .options(joinedload(Work.unit))
        .where(Work.isbn == isbn, Work.state == WorkState.PUBLISHED, visible_to(by.sight, at))
    )
    rows = session.execute(wanted.order_by(near, Work.created_at, Work.id).limit(MOST_SHOWN))
    return [KnownTitle(row[0], NEAREST_FIRST[row[1]]) for row in rows]


def copies_of_school(session: Session, unit_id: uuid.UUID, *, limit: int = 300) -> Sequence[tuple[Item, Work]]:
    """The copies added last, with their titles."""
    rows = session.execute(
        select(Item, Work).join(Work).where(Item.unit_id == unit_id).order_by(Item.accession.desc()).limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def refuse_to_lose(session: Session, work_id: uuid.UUID) -> None:
    """Raises TitleOnPaper for a title of which a school has, or had, copies: its register names them by it. The work
    must be locked.
    """
    rows = session.execute(
        select(Unit.name, func.count())
        .join(Item, Item.unit_id == Unit.id)
        .where(Item.work_id == work_id)
        .group_by(Unit.name)
    ).all()
    if rows:
        raise TitleOnPaper(count=sum(row[1] for row in rows), schools=", ".join(sorted(row[0] for row in rows)[:5]))


def _numbered(
    session: Session, work: Work, school: Unit, labels: Sequence[str], shelf: str | None, *, at: datetime
) -> list[Item]:
    """A copy for each label, with the next numbers of the school's register."""
    first = (session.scalar(select(func.max(Item.accession)).where(Item.unit_id == school.id)) or 0) + 1
    collection = policy.collection_of(work.type_code)
    return [
        Item(
            unit_id=school.id,
            work_id=work.id,
            barcode=label,
            accession=number,
            collection=collection,
            shelf=shelf,
            added_at=at,
        )
        for number, label in enumerate(labels, first)
    ]


def _words(title: str) -> str:
    """What two ways to type one title have in common."""
    return joined(tokens(clean(title)), folded=True)


def _refuse_taken(session: Session, unit_id: uuid.UUID, labels: Sequence[str]) -> None:
    taken = session.scalar(select(Item.barcode).where(Item.unit_id == unit_id, codes.labelled(labels)).limit(1))
    keys = [label_key(label) for label in labels]
    doubled = next((label for place, label in enumerate(labels) if keys[place] in keys[:place]), None)
    if taken or doubled:
        raise BarcodeTaken(code=taken or doubled)
