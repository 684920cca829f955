"""Signing in and out: opaque tokens of which only the hash is kept; and who holds a token."""

import hashlib
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from library import audit
from library.database import row_security
from library.errors import Forbidden
from library.people.called import person_called
from library.people.models import Enrolment, Membership, Person, SignIn, Unit, UnitKind
from library.people.roles import AUTHORS, READERS, Role
from library.people.sight import VISITOR, Sight, sight_of
from library.vietnamese import seen

LONGEST = 200  # of a login that somebody tries
SIGN_IN_LASTS = timedelta(days=14)
SHARED_LASTS, SHARED_IDLE_MINUTES = timedelta(hours=12), 30  # on a computer that many use


class WrongPassword(Forbidden):
    code = "wrong-password"
    vi = "Tên đăng nhập hoặc mật khẩu chưa đúng. Thử lại, hoặc nhờ quản trị viên cấp liên kết mới."
    en = "The user name or password is not right. Try again, or ask the administrator for a new link."


class SignInNeeded(Forbidden):
    code = "sign-in-needed"
    vi = "Việc này cần đăng nhập."
    en = "Please sign in to do this."


class NotAllowed(Forbidden):
    code = "not-allowed"
    vi = "Tài khoản này chưa được làm việc đó."
    en = "This account may not do that."


class PasswordToChoose(Forbidden):
    code = "password-to-choose"
    vi = "Trước hết chọn mật khẩu của riêng mình, thay cho mật khẩu in trên giấy."
    en = "First choose a password of your own instead of the printed one."


class RoleNotHeld(Forbidden):
    code = "role-not-held"
    vi = "Vai trò này không còn là của tài khoản này."
    en = "This account does not hold that role any more."


@dataclass(frozen=True)
class Actor:
    """Who acts in this request: a visitor, or a signed-in person with their valid roles and their sight.

    `current` is the role in use: people of several roles or schools switch it; what they may see is the sum of all.
    """

    person: Person | None
    memberships: tuple[Membership, ...]
    sight: Sight
    current: Membership | None = None
    classes: tuple[Enrolment, ...] = ()

    def has_role(self, *roles: Role, unit_ids: Collection[uuid.UUID] | None = None) -> bool:
        """Whether one of the roles is held, in one of the units when they are given."""
        return any(one.role in roles and (unit_ids is None or one.unit_id in unit_ids) for one in self.memberships)

    def units_as(self, *roles: Role) -> set[uuid.UUID]:
        """The units in which one of the roles is held."""
        return {one.unit_id for one in self.memberships if one.role in roles}

    def acting_as(self, *roles: Role) -> Membership | None:
        """The role in use when it is one of these, else the first of these that is held."""
        held = [one for one in self.memberships if one.role in roles]
        return self.current if self.current in held else next(iter(held), None)

    def required(self) -> Person:
        """The signed-in person. Raises SignInNeeded, PasswordToChoose."""
        if self.person is None:
            raise SignInNeeded
        if self.person.first_password:
            raise PasswordToChoose
        return self.person

    @property
    def person_id(self) -> uuid.UUID | None:
        """Whom the audit line names."""
        return self.person.id if self.person else None

    @property
    def may_publish(self) -> bool:
        """Administrators may publish without a review; everyone else sends their work to the reviewers."""
        return self.has_role(Role.ADMINISTRATOR)

    @property
    def may_upload(self) -> bool:
        """Everyone who works for a unit may upload; pupils and parents may not."""
        return self.has_role(*AUTHORS)

    @property
    def is_staff(self) -> bool:
        """Whether this is somebody whose own views do not count as reading."""
        return any(one.role not in READERS for one in self.memberships)


VISITING = Actor(None, (), VISITOR)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def known_as(session: Session, login: str) -> tuple[str, str | None]:
    """The one spelling of a login, and its password hash if it may sign in; a printed password has been used up by the
    first sign-in.
    """
    with row_security.lifted(session):
        found = person_called(session, login)
    if found is None:
        return seen(login)[:LONGEST], None
    may = found.disabled_at is None and found.slip_used_at is None
    return found.login, found.password_hash if may else None


def open_sign_in(session: Session, person: Person, *, at: datetime, shared: bool = False) -> str:
    """Open a sign-in and return its token, which is kept nowhere. On a shared computer it ends after half an hour
    without use.
    """
    token = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.expires_at <= at))
    lasts, idle = (SHARED_LASTS, SHARED_IDLE_MINUTES) if shared else (SIGN_IN_LASTS, None)
    session.add(
        SignIn(
            token_hash=token_hash(token),
            person_id=person.id,
            created_at=at,
            expires_at=at + lasts,
            idle_minutes=idle,
            seen_at=at,
        )
    )
    session.flush()
    audit.tell(session, "signed-in", person, unit_id=None, by=person.id, at=at, shared=shared)
    return token


def is_shared(session: Session, token: str) -> bool:
    """Whether this is the sign-in of a shared computer."""
    return session.scalar(select(SignIn.idle_minutes).where(SignIn.token_hash == token_hash(token))) is not None


def close_sign_in(session: Session, token: str, *, at: datetime) -> None:
    """Sign out this browser; harmless when it is out already."""
    with row_security.lifted(session):  # also one that has run out, whose holder nobody is bound to
        found = session.scalar(
            select(SignIn).options(joinedload(SignIn.person)).where(SignIn.token_hash == token_hash(token))
        )
    if found is None:
        return
    session.delete(found)
    audit.tell(session, "signed-out", found.person, unit_id=None, by=found.person_id, at=at)
    session.flush()


def note_use(session: Session, token: str, *, at: datetime) -> None:
    """Somebody is there: the idle time of a shared computer begins anew. One that has run out stays out."""
    mine = (
        SignIn.token_hash == token_hash(token),
        SignIn.idle_minutes.is_not(None),
        SignIn.seen_at > at - timedelta(minutes=SHARED_IDLE_MINUTES),
    )
    session.execute(update(SignIn).where(*mine).values(seen_at=at))


def switch_role(session: Session, token: str, membership_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Use another of the person's roles from now on. Raises RoleNotHeld."""
    held = next((one for one in by.memberships if one.id == membership_id), None)
    if held is None:
        raise RoleNotHeld
    session.execute(update(SignIn).where(SignIn.token_hash == token_hash(token)).values(membership_id=membership_id))
    audit.tell(session, "role-switched", held, unit_id=held.unit_id, by=by.person_id, at=at, role=held.role)


def actor_of(session: Session, token: str | None, *, at: datetime) -> Actor:
    """Who holds this token; a visitor when nobody does, when it ran out, or when the person is disabled."""
    if not token:
        return VISITING
    row_security.bind_holder(session, token_hash(token), at=at)
    signed_in = session.scalar(HOLDER, {"token": token_hash(token), "at": at})
    if signed_in is None or signed_in.person.disabled_at is not None or _idle(signed_in, at):
        return VISITING
    actor = actor_for(session, signed_in.person, at=at, membership_id=signed_in.membership_id)
    row_security.bind(session, place_of(actor))
    return actor


def place_of(actor: Actor) -> row_security.Place:
    """What the second wall lets them see: those who work for the province all people, those of a school or commune
    theirs, readers themselves.
    """
    working = [one.unit for one in actor.memberships if one.role not in READERS]
    at_home = {one.parent_id if one.kind == UnitKind.DEPARTMENT and one.parent_id else one.id for one in working}
    everywhere = any(one.kind == UnitKind.PROVINCE for one in working)
    return row_security.Place(everywhere, actor.person_id, frozenset() if everywhere else frozenset(at_home))


def actor_for(session: Session, person: Person, *, at: datetime, membership_id: uuid.UUID | None = None) -> Actor:
    """The person with the roles and classes that hold at this moment. Whoever still has a printed password holds
    none.
    """
    if person.first_password:
        return Actor(person, (), VISITOR)
    found = tuple(session.scalars(HELD, {"person": person.id, "at": at}))
    classes = tuple(session.scalars(ENROLLED, {"person": person.id, "at": at}))
    current = next((one for one in found if one.id == membership_id), found[0] if found else None)
    return Actor(person, found, sight_of(session, person.id, found, classes), current, classes)


def _valid(kind: type[Membership | Enrolment]) -> tuple[ColumnElement[bool], ...]:
    return kind.from_at <= bindparam("at"), or_(kind.until_at.is_(None), kind.until_at > bindparam("at"))


# Every signed-in request asks these three: to build them takes longer than to run them.
HOLDER = (
    select(SignIn)
    .options(joinedload(SignIn.person))
    .where(SignIn.token_hash == bindparam("token"), SignIn.expires_at > bindparam("at"))
)
HELD = (
    select(Membership)
    .options(joinedload(Membership.unit))
    .join(Unit)
    .where(Membership.person_id == bindparam("person"), *_valid(Membership))
    .order_by(Unit.name, Membership.role)
)
ENROLLED = (
    select(Enrolment)
    .options(joinedload(Enrolment.school_class))
    .where(Enrolment.person_id == bindparam("person"), *_valid(Enrolment))
)


def _idle(signed_in: SignIn, at: datetime) -> bool:
    if signed_in.idle_minutes is None or signed_in.seen_at is None:
        return False
    return at - signed_in.seen_at > timedelta(minutes=signed_in.idle_minutes)
