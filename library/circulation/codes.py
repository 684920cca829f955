"""Labels and cards: EAN-13 with the prefixes that GS1 leaves to houses. Pure, except for taking the next number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue.isbn import check_digit
from library.circulation.models import CodeSequence
from library.database import add_missing

COPY, PERSON, CLASS, COMMAND = "20", "21", "22", "29"
SEQUENCE = "codes"


def code_of(prefix: str, number: int) -> str:
    """The label of a number: prefix, ten digits, check digit."""
    digits = f"{prefix}{number:010d}"
    return digits + check_digit(digits)


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
