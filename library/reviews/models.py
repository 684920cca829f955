"""Reviews: who sent which version to whom, what was decided, and on exactly which bytes."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from library.catalogue.models import Readership, Version, Work
from library.catalogue.publishing import Readers
from library.database import Base, Identified, OneOf
from library.people.models import Person
from library.reviews.transitions import Level, ReviewState

IS_WAITING = text(f"state = '{ReviewState.WAITING}'")
NOT_BY_AN_AUTHOR = "{0} IS NULL OR ({0} <> author_id AND {0} <> uploaded_by_id AND {0} <> submitted_by_id)"


class Review(Identified, Base):
    """The appraisal of one version at one level. Whoever wrote, uploaded or submitted it can never be who decides: the
    database says so.
    """

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint(NOT_BY_AN_AUTHOR.format("decided_by_id"), name="author_never_decides"),
        CheckConstraint(NOT_BY_AN_AUTHOR.format("claimed_by_id"), name="author_never_claims"),
        CheckConstraint(
            "state NOT IN ('approved', 'returned') OR (decided_by_id IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_by_somebody",
        ),
        Index(
            "uq_review_waiting",
            "version_id",
            "level",
            unique=True,
            sqlite_where=IS_WAITING,
            postgresql_where=IS_WAITING,
        ),
        Index("ix_review_queue", "unit_id", "state", "submitted_at"),
    )

    work_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work.id"), index=True)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[Level] = mapped_column(OneOf(Level), default=Level.SCHOOL)
    state: Mapped[ReviewState] = mapped_column(OneOf(ReviewState), default=ReviewState.WAITING)
    digest: Mapped[str]  # of the version
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))  # whose bytes they are
    submitted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    sight: Mapped[Readership] = mapped_column(OneOf(Readership))  # the readers that its author wishes for
    sight_to: Mapped[list[str]] = mapped_column(JSON, default=list)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    claimed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)  # has it open
    claimed_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_on: Mapped[str | None]  # the digest of all that was seen: binding.py
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of vocabularies/review-reasons.json
    remark: Mapped[str | None]
    # how the work stood when it was decided: the way back
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    work: Mapped[Work] = relationship(lazy="raise")
    version: Mapped[Version] = relationship(lazy="raise")
    author: Mapped[Person] = relationship(lazy="raise", foreign_keys=[author_id])
    claimed_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[claimed_by_id])
    decided_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[decided_by_id])

    @property
    def readers(self) -> Readers:
        """Who will read it when it is approved."""
        return Readers(self.sight, tuple(self.sight_to), self.opens_at, self.closes_at)

    @property
    def author_ids(self) -> frozenset[uuid.UUID]:
        """Everybody who has a hand in it."""
        return frozenset({self.author_id, self.uploaded_by_id, self.submitted_by_id})
