"""Notices on their way and in the inbox."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from library.database import Base, Identified
from library.database.work_queue import Workable

ONCE = text("once")  # however many workers look, a person hears it once of one thing


class Notice(Identified, Workable, Base):
    """One thing to tell one person. Its work to do is to go out by e-mail, where the person has an address."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_about", "kind", "about_id"),
        Index("ix_notice_inbox", "person_id", "created_at"),
        Index("ix_notice_unread", "person_id", "read_at"),
        Index(
            "uq_notice_once",
            "kind",
            "about_id",
            "person_id",
            unique=True,
            sqlite_where=ONCE,
            postgresql_where=ONCE,
        ),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]  # the code of a NoticeKind
    once: Mapped[bool] = mapped_column(default=False, server_default=false())
    about_id: Mapped[uuid.UUID | None]  # the review, loan, work… it tells of
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
