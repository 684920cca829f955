"""Units, persons, memberships, sign-ins and one-time links."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from library.database import Base, Identified

PROVINCE, COMMUNE, SCHOOL, DEPARTMENT = "province", "commune", "school", "department"
ADMINISTRATOR, TEACHER, PUPIL, LIBRARIAN, REVIEWER = "administrator", "teacher", "pupil", "librarian", "reviewer"
ROLES = (ADMINISTRATOR, TEACHER, PUPIL, LIBRARIAN, REVIEWER)


class Unit(Identified, Base):
    """A province, commune, school or department. Its id never changes, whatever it is called."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)


class Person(Identified, Base):
    """Someone who can sign in. Logins are kept folded to lower case."""

    __tablename__ = "person"

    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", lazy="raise")


class Membership(Identified, Base):
    """A person's role in a unit, with dates."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise")
    unit: Mapped[Unit] = relationship(lazy="raise")


class SignIn(Identified, Base):
    """An opaque sign-in of one browser: only the hash of its token is kept."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")


class Invitation(Identified, Base):
    """A one-time link: for the first administrator, or for a new password."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise")


class FailedSignIn(Identified, Base):
    """One wrong password, kept for the quarter of an hour in which it counts."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_login_address", "login", "address"),)

    login: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    failed_at: Mapped[datetime] = mapped_column(index=True)
