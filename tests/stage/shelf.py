"""A database with many small public works, and what may happen to them."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from library import migrations
from library.catalogue import cataloguing
from library.catalogue.models import Audience, Page, Version, Work
from library.database import open_engine, reading_session, transaction
from library.people import inviting
from library.people.roles import Role
from search.index import Index
from search.indexing import write_work

MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)


def published(session: Session, texts: Sequence[str], *, created_at: datetime, **told: Any) -> Work:
    """A public work of one version with these pages."""
    work = Work(aliases=[], state="published", created_at=created_at, **told)
    session.add(work)
    session.flush()
    version = Version(work_id=work.id, number=1, kind="pdf", digest="0", page_count=len(texts), created_at=created_at)
    session.add_all([version, Audience(work_id=work.id, token="public", from_at=created_at)])
    session.flush()
    pages = (
        Page(version_id=version.id, number=number, text=text, boxes=b"", width=1, height=1, source="text")
        for number, text in enumerate(texts, 1)
    )
    session.add_all(pages)
    work.version_id = version.id
    session.flush()
    return work


class Shelf:
    """Works by number; their keys are their numbers."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.url = url or f"sqlite:///{folder}/hoclieu.db"
        migrations.upgrade(self.url)  # harmless where a house runs on it already
        self.engine: Engine = open_engine(self.url)
        with transaction(self.engine) as session:
            province = inviting.ensure_province(session, "Tỉnh")
            owner = inviting.add_person(session, "nam", "Nam", Role.TEACHER, province, at=MORNING)
            self.unit_id, self.owner_id = province.id, owner.id

    def fill(self, works: int, pages: int = 1, *, first: int = 1) -> None:
        """Public works of so many pages; each page tells its place."""
        with transaction(self.engine) as session:
            for number in range(first, first + works):
                self.add(session, number, [f"tam giác trang{page} sach{number}" for page in range(1, pages + 1)])

    def add(self, session: Session, number: int, texts: list[str]) -> None:
        """One work."""
        published(
            session,
            texts,
            key=number,
            unit_id=self.unit_id,
            owner_id=self.owner_id,
            title=f"Sách {number}",
            created_at=MORNING,
        )

    def id_of(self, number: int) -> uuid.UUID:
        """The id of a work."""
        with reading_session(self.engine) as session:
            return session.scalars(select(Work.id).where(Work.key == number)).one()

    def withdraw(self, number: int) -> None:
        """Nobody may see it any more; the queue has it to do."""
        with transaction(self.engine) as session:
            work = session.scalars(select(Work).where(Work.key == number)).one()
            session.execute(delete(Audience).where(Audience.work_id == work.id))
            cataloguing.touch(work, at=MORNING)

    def retitle(self, number: int, title: str) -> None:
        """Another title, and the queue has it to do."""
        with transaction(self.engine) as session:
            work = session.scalars(select(Work).where(Work.key == number)).one()
            work.title = title
            cataloguing.touch(work, at=MORNING)

    def enqueue(self) -> None:
        """Everything is due."""
        with transaction(self.engine) as session:
            session.execute(update(Work).values(due_at=MORNING))

    def waiting(self) -> int:
        """How many works the index has not followed yet."""
        with reading_session(self.engine) as session:
            return (
                session.scalar(select(func.count()).select_from(Work).where(Work.indexed_revision < Work.revision)) or 0
            )

    def index(self, index: Index, *numbers: int) -> None:
        """What the worker does with these works, or with all."""
        with transaction(self.engine) as session:
            wanted = select(Work).order_by(Work.key)
            for work in session.scalars(wanted.where(Work.key.in_(numbers)) if numbers else wanted).all():
                work.indexed_revision, work.due_at = write_work(session, index, work.id, at=datetime.now(UTC)), None
        index.commit()
