"""Signing in and out: argon2id, opaque tokens of which only the hash is kept, and throttling that spares a school behind one address.

Wrong passwords count per login and address (5 in 15 minutes), per login from everywhere (50) and per address (300: a whole
computer room mistyping). Right passwords are never counted, so a class signing in at eight o'clock passes.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from library.errors import Refusal
from library.people.models import ADMINISTRATOR, FailedSignIn, Membership, Person, SignIn, Unit
from library.people.sight import VISITOR, Sight, sight_of

SIGN_IN_LASTS = timedelta(days=14)
FAILURES_COUNT_FOR = timedelta(minutes=15)
MOST_FAILURES_HERE, MOST_FAILURES_LOGIN, MOST_FAILURES_ADDRESS = 5, 50, 300

passwords = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
NOBODYS_HASH = passwords.hash(secrets.token_hex(16))


class WrongPassword(Refusal):
    code = "wrong-password"
    vi = "Tên đăng nhập hoặc mật khẩu chưa đúng. Thử lại, hoặc nhờ quản trị viên cấp liên kết mới."
    en = "The user name or password is not right. Try again, or ask the administrator for a new link."


class TooManyTries(Refusal):
    code = "too-many-tries"
    vi = "Đã thử sai nhiều lần. Đợi {minutes} phút rồi thử lại; mật khẩu cũ vẫn còn nguyên."
    en = "Too many wrong tries. Wait {minutes} minutes and try again; the password has not changed."


class SignInNeeded(Refusal):
    code = "sign-in-needed"
    vi = "Việc này cần đăng nhập."
    en = "Please sign in to do this."


class NotAllowed(Refusal):
    code = "not-allowed"
    vi = "Tài khoản này chưa được làm việc đó."
    en = "This account may not do that."


@dataclass(frozen=True)
class Actor:
    """Who acts in this request: a visitor, or a signed-in person with their valid roles and their sight."""

    person: Person | None
    memberships: tuple[Membership, ...]
    sight: Sight

    def has_role(self, *roles: str, unit_ids: set[uuid.UUID] | None = None) -> bool:
        """Whether one of the roles is held, in one of the units when they are given."""
        return any(one.role in roles and (unit_ids is None or one.unit_id in unit_ids) for one in self.memberships)

    def required(self) -> Person:
        """The signed-in person. Raises SignInNeeded."""
        if self.person is None:
            raise SignInNeeded
        return self.person

    @property
    def may_publish(self) -> bool:
        """Administrators approve in this first release."""
        return self.has_role(ADMINISTRATOR)

    @property
    def may_upload(self) -> bool:
        """Everyone who works for a unit may upload; pupils may not."""
        return any(one.role != "pupil" for one in self.memberships)


VISITING = Actor(None, (), VISITOR)


def folded_login(login: str) -> str:
    """Logins are compared without case and outer spaces."""
    return login.strip().casefold()


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def throttle(session: Session, login: str, address: str, *, at: datetime) -> None:
    """Raises TooManyTries while too many wrong passwords are fresh."""
    since = at - FAILURES_COUNT_FOR
    fresh = select(func.count()).select_from(FailedSignIn).where(FailedSignIn.failed_at > since)
    here = session.scalar(fresh.where(FailedSignIn.login == login, FailedSignIn.address == address)) or 0
    everywhere = session.scalar(fresh.where(FailedSignIn.login == login)) or 0
    address_all = session.scalar(fresh.where(FailedSignIn.address == address)) or 0
    if here >= MOST_FAILURES_HERE or everywhere >= MOST_FAILURES_LOGIN or address_all >= MOST_FAILURES_ADDRESS:
        raise TooManyTries(minutes=int(FAILURES_COUNT_FOR.total_seconds() // 60))


def hash_of(session: Session, login: str) -> str | None:
    """The password hash of a login that may sign in."""
    return session.scalar(select(Person.password_hash).where(Person.login == folded_login(login), Person.disabled_at.is_(None)))


def is_right(known: str | None, password: str) -> bool:
    """Whether the password fits the hash; takes as long for a login that does not exist. Slow by design: call it outside transactions."""
    return passwords.verify(password, known or NOBODYS_HASH) and known is not None


def note_failure(session: Session, login: str, address: str, *, at: datetime) -> None:
    """Count one wrong password; what no longer counts is forgotten."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.failed_at <= at - FAILURES_COUNT_FOR))
    session.add(FailedSignIn(login=folded_login(login)[:200], address=address, failed_at=at))
    session.flush()


def open_sign_in(session: Session, person: Person, *, at: datetime) -> str:
    """Open a sign-in and return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.expires_at <= at))
    session.add(SignIn(token_hash=token_hash(token), person_id=person.id, created_at=at, expires_at=at + SIGN_IN_LASTS))
    session.flush()
    return token


def close_sign_in(session: Session, token: str) -> None:
    """Sign out this browser; harmless when it is out already."""
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def actor_of(session: Session, token: str | None, *, at: datetime) -> Actor:
    """Who holds this token; a visitor when nobody does, or when the person is disabled."""
    if not token:
        return VISITING
    signed_in = session.scalar(select(SignIn).options(joinedload(SignIn.person)).where(SignIn.token_hash == token_hash(token), SignIn.expires_at > at))
    if signed_in is None or signed_in.person.disabled_at is not None:
        return VISITING
    return actor_for(session, signed_in.person, at=at)


def actor_for(session: Session, person: Person, *, at: datetime) -> Actor:
    """The person with the roles that hold at this moment."""
    valid = (Membership.from_at <= at, or_(Membership.until_at.is_(None), Membership.until_at > at))
    held = select(Membership).options(joinedload(Membership.unit)).join(Unit).where(Membership.person_id == person.id, *valid)
    found = session.scalars(held.order_by(Unit.name)).all()
    return Actor(person, tuple(found), sight_of(person.id, found))
