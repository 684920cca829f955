"""Units, persons, classes, memberships, sign-ins and one-time links."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from library.database import Base, Identified, OneOf
from library.people.roles import Role
from library.vietnamese import clean, seen


class UnitKind(StrEnum):
    PROVINCE = "province"
    COMMUNE = "commune"
    SCHOOL = "school"
    DEPARTMENT = "department"


class SuccessionKind(StrEnum):
    MERGED = "merged"
    SPLIT = "split"


HOLDS = text("until_at IS NULL")


class Unit(Identified, Base):
    """A province, commune, school or department. Its id never changes, whatever it is called or wherever it is
    moved.
    """

    __tablename__ = "unit"
    __table_args__ = (Index("uq_unit_code_key", "code_key", unique=True),)

    code: Mapped[str] = mapped_column(unique=True)
    code_key: Mapped[str | None]  # library/alike.py
    kind: Mapped[UnitKind] = mapped_column(OneOf(UnitKind))
    name: Mapped[str]  # the name of today; all names with their dates are `UnitName`
    # the place: commune of a school, province of a commune
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    # who manages it
    authority_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("unit.id", name="fk_unit_authority_id_unit"), index=True
    )
    # the school that reviews for it
    hub_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id", name="fk_unit_hub_id_unit"), index=True)
    closed_at: Mapped[datetime | None]

    @validates("code")
    def _folded(self, _name: str, code: str) -> str:
        self.code_key = seen(code)
        return code

    @validates("name")
    def _composed(self, _name: str, name: str) -> str:
        return clean(name)


class UnitName(Identified, Base):
    """What a unit was called, and when."""

    __tablename__ = "unit_name"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]

    @validates("name")
    def _composed(self, _name: str, name: str) -> str:
        return clean(name)


class UnitSuccession(Identified, Base):
    """What became of a unit: merged into another, or split into several."""

    __tablename__ = "unit_succession"
    __table_args__ = (UniqueConstraint("old_id", "new_id"), CheckConstraint("old_id <> new_id", name="not_itself"))

    old_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    new_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[SuccessionKind] = mapped_column(OneOf(SuccessionKind))
    happened_at: Mapped[datetime]


class Person(Identified, Base):
    """Someone who can sign in. Logins are kept folded to lower case, and are one when they look the same."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_login_key", "login_key", unique=True),)

    login: Mapped[str] = mapped_column(unique=True)
    login_key: Mapped[str | None]  # library/alike.py
    name: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    # printed for them: they must choose their own
    first_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    printed_by: Mapped[uuid.UUID | None]  # no foreign key, as below: a printer who is gone opens nothing
    slip_used_at: Mapped[datetime | None]  # when the printed one opened its one sign-in
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    # can be undone for thirty days; then only this row stays, without name and login
    deleted_at: Mapped[datetime | None]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", lazy="raise")

    @validates("login")
    def _folded(self, _name: str, login: str) -> str:
        self.login_key = seen(login)
        return login

    @validates("name")
    def _composed(self, _name: str, name: str) -> str:
        return clean(name)


class Membership(Identified, Base):
    """A person's role in a unit, with dates."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "unit_id", "role", "from_at"),
        Index(
            "uq_membership_open",
            "person_id",
            "unit_id",
            "role",
            unique=True,
            sqlite_where=HOLDS,
            postgresql_where=HOLDS,
        ),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[Role] = mapped_column(OneOf(Role))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise")
    unit: Mapped[Unit] = relationship(lazy="raise")


class SchoolClass(Identified, Base):
    """A class of one school year."""

    __tablename__ = "school_class"
    __table_args__ = (
        UniqueConstraint("unit_id", "school_year", "name"),
        Index("uq_school_class_name_key", "unit_id", "school_year", "name_key", unique=True),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    school_year: Mapped[str]  # 2026-2027
    name: Mapped[str]  # 8A2
    name_key: Mapped[str | None]  # library/alike.py
    grade: Mapped[int | None]

    unit: Mapped[Unit] = relationship(lazy="raise")

    @validates("name")
    def _folded(self, _name: str, name: str) -> str:
        self.name_key = seen(name)
        return clean(name)


class Enrolment(Identified, Base):
    """A pupil in a class, or a teacher of it, with dates."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("class_id", "person_id", "from_at"),
        Index("uq_enrolment_open", "class_id", "person_id", unique=True, sqlite_where=HOLDS, postgresql_where=HOLDS),
    )

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school_class.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(OneOf(Role), default=Role.PUPIL)  # or teacher
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]

    school_class: Mapped[SchoolClass] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")


class SignIn(Identified, Base):
    """An opaque sign-in of one browser: only the hash of its token is kept. On a shared computer it also ends when
    nobody uses it.
    """

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_minutes: Mapped[int | None]
    seen_at: Mapped[datetime | None]
    # the role in use
    membership_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("membership.id", name="fk_sign_in_membership_id_membership")
    )

    person: Mapped[Person] = relationship(lazy="raise")


class Invitation(Identified, Base):
    """A one-time link: for the first administrator, or for a new password."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_by: Mapped[uuid.UUID | None]  # whose rights it is bound to; nobody: the operator at the command line
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise")


class FailedSignIn(Identified, Base):
    """One wrong password, kept for the day in which it counts."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_login_address", "login", "address"),)

    login: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)  # of IPv6 its /64
    device: Mapped[str | None]  # a browser in which the person had signed in before
    failed_at: Mapped[datetime] = mapped_column(index=True)
