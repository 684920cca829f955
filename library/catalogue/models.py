"""Works, versions, renditions, pages, audiences, and the deposits they come from."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from library.catalogue.card_words import ON_CARD, words_of
from library.database import BIG, Base, Identified, OneOf
from library.database.work_queue import Workable, leases, shared_queue
from library.people.models import Person, Unit


class WorkState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in-review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Readership(StrEnum):
    PUBLIC = "public"
    PROVINCE = "province"
    COMMUNE = "commune"
    SCHOOL = "school"
    DEPARTMENT = "department"
    CLASS = "class"
    PERSON = "person"
    OWNER = "owner"


class PageSource(StrEnum):
    TEXT = "text"
    SECOND_OPINION = "second-opinion"
    OCR = "ocr"
    NONE = "none"


class DepositState(StrEnum):
    RECEIVING = "receiving"
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"


WITHOUT_PICTURES = frozenset({"text"})  # kinds whose pages have words only


class RenditionKind(StrEnum):
    ORIGINAL = "original"
    PAGE_400 = "page-400"
    PAGE_800 = "page-800"
    THUMBNAIL = "thumbnail"


class Work(Identified, Workable, Base):
    """One title of the catalogue. Its work to do is to bring the index up to its revision."""

    __tablename__ = "work"
    __table_args__ = (
        CheckConstraint("indexed_revision <= revision", name="index_not_ahead"),
        shared_queue("work"),
        leases("work"),
        Index("ix_work_counted", "id", "state", "subject_code", "grade", "version_id"),  # overviews.py
    )

    key: Mapped[int] = mapped_column(unique=True)  # a number for the engines' fast fields
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str]
    authors: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    isbn: Mapped[str | None] = mapped_column(index=True)  # 13 digits
    card_words: Mapped[str] = mapped_column(default="", server_default="", deferred=True)  # follows what is on the card
    type_code: Mapped[str | None]
    subject_code: Mapped[str | None] = mapped_column(index=True)
    grade: Mapped[int | None] = mapped_column(index=True)
    series_code: Mapped[str | None]
    lesson: Mapped[str | None]
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    source: Mapped[str | None]  # where the material and what is quoted in it come from
    licence_code: Mapped[str | None]  # how far it may be opened: vocabularies/licences.json
    description: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="vi")
    state: Mapped[WorkState] = mapped_column(OneOf(WorkState), default=WorkState.DRAFT)
    sight: Mapped[Readership] = mapped_column(OneOf(Readership), default=Readership.OWNER)  # its keepers' last word
    # ids of the departments, classes or persons that the sight names
    sight_to: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    opens_at: Mapped[datetime | None]  # an embargo ends
    closes_at: Mapped[datetime | None]  # a licence runs out
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("version.id", use_alter=True))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    deleted_at: Mapped[datetime | None]  # nobody sees it; it can be undone for thirty days
    revision: Mapped[int] = mapped_column(default=1)
    indexed_revision: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship(lazy="raise")
    owner: Mapped[Person] = relationship(lazy="raise")
    version: Mapped["Version | None"] = relationship(lazy="raise", foreign_keys=[version_id], post_update=True)
    audience: Mapped[list["Audience"]] = relationship(lazy="raise")

    @classmethod
    def share_by(cls) -> Any:
        return cls.unit_id


@event.listens_for(Work, "before_insert")
@event.listens_for(Work, "before_update")
def write_card_words(_mapper: Mapper[Work], _connection: Connection, work: Work) -> None:
    """The words follow the card, whoever changes it."""
    state = inspect(work)
    if not state.persistent or any(state.attrs[name].history.has_changes() for name in ON_CARD):
        work.card_words = words_of(work.title, work.authors, work.aliases or (), work.isbn)


class Version(Identified, Base):
    """One immutable state of a work's digital content; the digest over metadata and files is set when it is sealed."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("work_id", "number"), Index("ix_version_counted", "work_id", "id", "page_count"))

    work_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work.id"))
    number: Mapped[int]
    digest: Mapped[str | None]
    kind: Mapped[str]  # one of ingest/kinds/order.py
    page_count: Mapped[int | None]
    contents: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # level, title, page
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # none: as its work has it
    guessed: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # fields nobody has looked at
    created_at: Mapped[datetime]

    work: Mapped[Work] = relationship(lazy="raise", foreign_keys=[work_id])
    renditions: Mapped[list["Rendition"]] = relationship(lazy="raise", back_populates="version")
    pages: Mapped[list["Page"]] = relationship(lazy="raise", back_populates="version", order_by="Page.number")


class Rendition(Identified, Base):
    """One stored file of a version; `key` is the SHA-256 of its bytes and its place in the file store."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("version_id", "kind", "page_number"),)

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"))
    kind: Mapped[RenditionKind] = mapped_column(OneOf(RenditionKind))
    page_number: Mapped[int] = mapped_column(default=0)  # 0: belongs to the whole version
    key: Mapped[str] = mapped_column(index=True)
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BIG)  # bytes
    width: Mapped[int | None]  # pixels
    height: Mapped[int | None]
    name: Mapped[str | None]

    version: Mapped[Version] = relationship(lazy="raise", back_populates="renditions")


class Page(Base):
    """The unit of search: number, text, packed word boxes, where the text came from and how good it is."""

    __tablename__ = "page"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]  # clean and NFC
    boxes: Mapped[bytes] = mapped_column(LargeBinary)  # library/catalogue/boxes.py
    width: Mapped[float]  # points
    height: Mapped[float]
    source: Mapped[PageSource] = mapped_column(OneOf(PageSource))
    score: Mapped[float | None]  # how sound the text is, 0..1
    confidence: Mapped[float | None]  # mean word confidence of the OCR, 0..1
    steps: Mapped[list[str]] = mapped_column(JSON, default=list)
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)

    version: Mapped[Version] = relationship(lazy="raise", back_populates="pages")


class Audience(Base):
    """Who may see a work, and from when until when; written only by publishing."""

    __tablename__ = "audience"
    __table_args__ = (Index("ix_audience_token", "token", "work_id", "from_at", "until_at"),)

    work_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work.id"), primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    until_at: Mapped[datetime | None]


class Deposit(Identified, Workable, Base):
    """A file on its way in, until it has become a version. Its work to do is the next step of the pipeline."""

    __tablename__ = "deposit"
    __table_args__ = (shared_queue("deposit"), leases("deposit"))

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BIG)  # bytes announced
    media_type: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(index=True)  # SHA-256 of the accepted bytes
    sight: Mapped[str]  # wished for when it is published; empty: nobody has said
    approve: Mapped[bool]  # publish at once when ready
    submitted_at: Mapped[datetime | None]  # the wish for a review; it opens when the file is ready
    # becomes a new version of it
    work_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work.id", name="fk_deposit_work_id_work"))
    state: Mapped[DepositState] = mapped_column(OneOf(DepositState), index=True)
    step: Mapped[str | None]
    pages_done: Mapped[int] = mapped_column(default=0)
    page_count: Mapped[int | None]
    code: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # code, page
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("version.id"))
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what its sender said of it
    identity: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what it was found to be, for who goes on with it
    turns: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it gave way to others
    seconds_spent: Mapped[float] = mapped_column(default=0.0, server_default="0")  # of work; see ingest/budget.py
    parsers_died: Mapped[int] = mapped_column(default=0, server_default="0")
    pixels_drawn: Mapped[int] = mapped_column(BIG, default=0, server_default="0")
    origin: Mapped[str | None]  # id of the request that brought its last byte; every log line about it carries it
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # of an unfinished upload
    finished_at: Mapped[datetime | None]

    version: Mapped[Version | None] = relationship(lazy="raise")

    @classmethod
    def share_by(cls) -> Any:
        return cls.unit_id
