"""Where a reader left off."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from library.database import Base


class ReadingPlace(Base):
    """The last page a person stood on in a work; private to that person."""

    __tablename__ = "reading_place"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    work_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work.id"), primary_key=True)
    page: Mapped[int]
    kept_at: Mapped[datetime]
