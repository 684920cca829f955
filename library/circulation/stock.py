"""The school's copies: adding them to a title that is known, or to a new one that has only paper."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from library import audit
from library.catalogue import cataloguing, publishing, queries
from library.catalogue.models import Work
from library.circulation import codes, policy
from library.circulation.models import Item
from library.circulation.refusals import BarcodeTaken, IsbnUnknown, IsbnWrong, TitleNeeded, TitleOnPaper
from library.database import hold
from library.people.models import Unit
from library.people.sign_in import Actor

MOST_AT_ONCE = 200


def add_copies(
    session: Session, work: Work, school: Unit, count: int, *, by: Actor, at: datetime, shelf: str | None = None, barcodes: Sequence[str] = ()
) -> list[Item]:
    """`count` copies with labels of our own, or those of `barcodes` that the school has stuck on already. Raises BarcodeTaken."""
    hold(session, [f"stock of {school.id}"])  # two librarians who add at once count on, one after the other
    labels = list(barcodes) or codes.take(session, codes.COPY, count)
    _refuse_taken(session, school.id, labels)
    first = (session.scalar(select(func.max(Item.accession)).where(Item.unit_id == school.id)) or 0) + 1
    collection = policy.collection_of(work.type_code)
    items = [
        Item(unit_id=school.id, work_id=work.id, barcode=label, accession=first + place, collection=collection, shelf=shelf, added_at=at)
        for place, label in enumerate(labels)
    ]
    session.add_all(items)
    session.flush()
    for item in items:
        audit.tell(session, "copy-added", item, unit_id=school.id, by=by.person_id, at=at, work=str(work.id), barcode=item.barcode)
    return items


def title_for(session: Session, school: Unit, *, title: str, isbn: str, by: Actor, at: datetime, work_id: uuid.UUID | None = None) -> Work:
    """The title that copies belong to: the given one, the one of that ISBN, else a new one that has only paper.

    Raises UnknownWork, IsbnWrong, IsbnUnknown, TitleNeeded.
    """
    if work_id is not None:
        return queries.visible_work(session, str(work_id), by.sight, at=at)
    normal = codes.normal_isbn(isbn) if isbn else None
    if isbn and normal is None:
        raise IsbnWrong(isbn=isbn)
    found = session.scalar(select(Work).where(Work.isbn == normal, Work.deleted_at.is_(None)).order_by(Work.created_at).limit(1)) if normal else None
    if found is not None:
        return found
    if not title:
        raise IsbnUnknown(isbn=normal) if normal else TitleNeeded
    work = cataloguing.open_paper_title(session, school.id, title, normal, by=by, at=at)
    publishing.write_audience(session, work, at=at)
    return work


def copies_of_school(session: Session, unit_id: uuid.UUID, *, limit: int = 300) -> Sequence[tuple[Item, Work]]:
    """The copies added last, with their titles."""
    rows = session.execute(select(Item, Work).join(Work).where(Item.unit_id == unit_id).order_by(Item.accession.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def refuse_to_lose(session: Session, work_id: uuid.UUID) -> None:
    """Raises TitleOnPaper for a title of which a school has, or had, copies: its register names them by it."""
    session.execute(select(Work.id).where(Work.id == work_id).with_for_update())  # nobody adds a copy meanwhile
    rows = session.execute(select(Unit.name, func.count()).join(Item, Item.unit_id == Unit.id).where(Item.work_id == work_id).group_by(Unit.name)).all()
    if rows:
        raise TitleOnPaper(count=sum(row[1] for row in rows), schools=", ".join(sorted(row[0] for row in rows)[:5]))


def _refuse_taken(session: Session, unit_id: uuid.UUID, labels: Sequence[str]) -> None:
    taken = session.scalar(select(Item.barcode).where(Item.unit_id == unit_id, Item.barcode.in_(labels)).limit(1))
    doubled = next((label for place, label in enumerate(labels) if label in labels[:place]), None)
    if taken or doubled:
        raise BarcodeTaken(code=taken or doubled)
