"""Labels and cards: EAN-13 with the prefixes that GS1 leaves to houses. Pure, except for taking the next number."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from library import alike
from library.catalogue.isbn import check_digit, is_ean13
from library.circulation.labels import label_key
from library.circulation.models import CodeSequence, Item
from library.database import add_missing
from library.vietnamese import clean

COPY, PERSON, CLASS, COMMAND = "20", "21", "22", "29"
SEQUENCE = "codes"


def code_of(prefix: str, number: int) -> str:
    """The label of a number: prefix, ten digits, check digit."""
    digits = f"{prefix}{number:010d}"
    return digits + check_digit(digits)


def scanned(text: str) -> str:
    """A code without what a scanner or a hand has put around it; one of ours is its digits."""
    key = label_key(text)
    return key if is_ean13(key) else clean(text).strip()


def labelled(labels: Iterable[str]) -> ColumnElement[bool]:
    """The copies with one of these labels, in whatever spelling."""
    said = list(labels)
    return or_(
        Item.barcode_key.in_([form for one in said for form in alike.forms(label_key(one))]), Item.barcode.in_(said)
    )


def take(session: Session, prefix: str, count: int = 1) -> list[str]:
    """The next labels of the deployment's one sequence."""
    mine = select(CodeSequence).where(CodeSequence.name == SEQUENCE).with_for_update()
    row = session.scalar(mine)
    if row is None:
        add_missing(session, CodeSequence, name=SEQUENCE, last=0)
        row = session.scalars(mine).one()
    first = row.last + 1
    row.last += count
    session.flush()
    return [code_of(prefix, number) for number in range(first, first + count)]
