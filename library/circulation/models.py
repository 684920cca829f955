"""Copies, patrons, loans, a school's calendar, and what happened at its desk."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from library.catalogue.models import Work
from library.circulation.labels import label_key
from library.database import Base, Identified, OneOf
from library.people.models import Person


class ItemStatus(StrEnum):
    AVAILABLE = "available"
    ON_LOAN = "on-loan"
    IN_PROCESS = "in-process"
    MISSING = "missing"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


ON_THE_SHELVES = (ItemStatus.AVAILABLE, ItemStatus.ON_LOAN)  # what the counts of copies speak of


class LoanEnd(StrEnum):
    RETURNED = "returned"
    VOIDED = "voided"


class ScanKind(StrEnum):
    PATRON = "patron"
    LENT = "lent"
    TAKEN_BACK = "taken-back"
    READ_HERE = "read-here"


class CodeSequence(Base):
    """The one sequence behind all labels and cards of the deployment, so that a scan means one thing everywhere."""

    __tablename__ = "code_sequence"

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Item(Identified, Base):
    """One copy that circulates. A barcode is never given to another copy, also after it was withdrawn."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("unit_id", "barcode", name="uq_item_barcode_in_unit"),
        Index("uq_item_barcode_key", "unit_id", "barcode_key", unique=True),
        UniqueConstraint("unit_id", "accession", name="uq_item_accession_in_unit"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    work_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work.id"), index=True)
    barcode: Mapped[str] = mapped_column(index=True)
    barcode_key: Mapped[str | None]  # library/alike.py
    accession: Mapped[int]  # the running number in the school's register
    collection: Mapped[str]  # GK, NV, TK, TN, TC, QH: vocabularies/circulation.json
    shelf: Mapped[str | None]
    status: Mapped[ItemStatus] = mapped_column(OneOf(ItemStatus), default=ItemStatus.AVAILABLE)
    added_at: Mapped[datetime]

    work: Mapped[Work] = relationship(lazy="raise")

    @validates("barcode")
    def _folded(self, _name: str, barcode: str) -> str:
        self.barcode_key = label_key(barcode)
        return barcode


class Patron(Identified, Base):
    """A person as a borrower of one school; made when they first come to its desk."""

    __tablename__ = "patron"
    __table_args__ = (UniqueConstraint("unit_id", "person_id"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    card: Mapped[str] = mapped_column(unique=True)
    group_code: Mapped[str]  # read by the release before; who lends asks `patrons.group_of`

    person: Mapped[Person] = relationship(lazy="raise")


class Loan(Identified, Base):
    """One copy in somebody's hands. Overdue is derived, never stored; title and number survive the copy."""

    __tablename__ = "loan"
    __table_args__ = (
        Index(
            "uq_loan_open_item",
            "item_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_loan_patron_open", "patron_id", "closed_at"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("item.id"), index=True)
    patron_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patron.id"))
    title: Mapped[str]
    accession: Mapped[int]
    checked_out_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[LoanEnd | None] = mapped_column(OneOf(LoanEnd))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)  # as they were that day

    item: Mapped[Item] = relationship(lazy="raise")
    patron: Mapped[Patron] = relationship(lazy="raise")


class SchoolCalendar(Base):
    """When a school's library is open, and the last day for returns of the school year."""

    __tablename__ = "school_calendar"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    open_weekdays: Mapped[str] = mapped_column(default="123456")  # ISO: 1 is Monday
    opening_hours: Mapped[str | None]  # as people read it
    last_return_day: Mapped[date | None] = mapped_column(Date)


class ClosedDay(Base):
    """A day on which a school's library is closed."""

    __tablename__ = "closed_day"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[str | None]


class Scan(Identified, Base):
    """What happened at a desk. Its id is the scanner's own key: the same key twice is the same scan."""

    __tablename__ = "scan"
    __table_args__ = (Index("ix_scan_desk", "unit_id", "happened_at"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))  # who stood at the desk
    code: Mapped[str]
    kind: Mapped[ScanKind] = mapped_column(OneOf(ScanKind))
    happened_at: Mapped[datetime]  # by the house's clock: what due dates and undo go by
    scanned_at: Mapped[datetime | None]  # by the desk's clock, which may be wrong
    patron_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patron.id"))
    item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("item.id"))
    loan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("loan.id"))
    undone_at: Mapped[datetime | None]
