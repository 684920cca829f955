"""One-time links: the first administrator's, and new passwords. Persons and roles made by the command line."""

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from library import audit, clock
from library.database import add_missing, row_security
from library.errors import Clash, Gone, Unknown
from library.people import care, throttling, units
from library.people.appointing import begin_role, end_links
from library.people.called import folded_login, people_called, person_called, unit_called
from library.people.models import Invitation, Membership, Person, SignIn, Unit, UnitKind
from library.people.roles import Role, role_called
from library.people.sign_in import WrongPassword, token_hash

LINK_LASTS = timedelta(hours=1)
RESET_LASTS = timedelta(days=3)
FIRST_ADMINISTRATOR, NEW_PASSWORD = "administrator", "password"
PROVINCE_CODE = "tinh"
ONSETS, VOWELS, ENDS = (
    ("b", "c", "d", "g", "h", "k", "l", "m", "n", "s", "t", "v", "x"),
    "aeiou",
    ("", "m", "n", "p", "t"),
)


class LinkUsed(Gone):
    code = "link-used"
    vi = "Liên kết này đã dùng rồi hoặc đã quá hạn. Nhờ quản trị viên tạo liên kết mới."
    en = "This link has been used or has expired. Ask the administrator for a new one."


class LoginTaken(Clash):
    code = "login-taken"
    vi = "Tên đăng nhập “{login}” đã có người dùng. Chọn tên khác."
    en = "The user name “{login}” is taken. Choose another."


class PrintEnded(Gone):
    code = "print-ended"
    vi = (
        "Mật khẩu in này không còn dùng được: người in nó không còn phụ trách tài khoản. Nhờ quản trị viên tạo liên "
        "kết mới."
    )
    en = (
        "This printed password no longer works: whoever printed it does not look after the account any more. Ask the "
        "administrator for a new link."
    )


class UnknownPerson(Unknown):
    code = "unknown-person"
    vi = "Không có ai tên đăng nhập “{login}”."
    en = "There is nobody with the user name “{login}”."


def province(session: Session) -> Unit:
    """The root of all units; made at the first start."""
    return unit_by_code(session, PROVINCE_CODE)


def unit_by_code(session: Session, code: str) -> Unit:
    """A unit by its code. Raises UnknownUnit."""
    unit = unit_called(session, code)
    if unit is None:
        raise care.UnknownUnit(unit=code)
    return unit


def ensure_province(session: Session, name: str, *, at: datetime | None = None) -> Unit:
    """Make the root unit when there is none; `at`: the moment of the first start."""
    new = add_missing(session, Unit, id=uuid.uuid4(), code=PROVINCE_CODE, kind=UnitKind.PROVINCE, name=name)
    found = province(session)
    if new:
        audit.tell(
            session,
            "unit-opened",
            found,
            unit_id=found.id,
            by=None,
            at=at or clock.now(),
            kind=UnitKind.PROVINCE,
            code=PROVINCE_CODE,
        )
    return found


def ensure_school(session: Session, code: str, name: str | None = None, *, at: datetime) -> Unit:
    """The school with this code, made when it is new."""
    found = unit_called(session, code)
    if found is None:
        found = units.open_unit(session, UnitKind.SCHOOL, code, name or code, province(session), by=None, at=at)
    return found


def person_by_login(session: Session, login: str) -> Person:
    """A person by login. Raises UnknownPerson."""
    with row_security.lifted(session):
        person = person_called(session, login)
    if person is None:
        raise UnknownPerson(login=login)
    return person


def standing_person(session: Session, login: str) -> Person:
    """The same for who is not deleted: no way in opens for anybody else. Raises UnknownPerson."""
    person = person_by_login(session, login)
    if person.deleted_at is not None:
        raise UnknownPerson(login=login)
    return person


def invite_first_administrator(session: Session, *, at: datetime) -> str | None:
    """A fresh one-time token while nobody has accepted one; None once there is an administrator."""
    able = (
        select(func.count())
        .select_from(Membership)
        .join(Person)
        .where(Membership.role == Role.ADMINISTRATOR, Person.password_hash.is_not(None))
    )
    if session.scalar(able):
        return None
    session.execute(delete(Invitation).where(Invitation.purpose == FIRST_ADMINISTRATOR))
    return _invite(session, FIRST_ADMINISTRATOR, None, by=None, at=at, lasts=LINK_LASTS)


def add_person(
    session: Session,
    login: str,
    name: str,
    role: str,
    unit: Unit,
    *,
    at: datetime,
    password_hash: str | None = None,
    email: str | None = None,
    by: uuid.UUID | None = None,
) -> Person:
    """A person with one role. Raises LoginTaken, UnknownRole."""
    held = role_called(role)
    _refuse_taken(session, login)
    units.refuse_closed(unit)
    person = Person(login=folded_login(login), name=name, created_at=at, password_hash=password_hash, email=email)
    session.add(person)
    session.flush()
    begin_role(session, person.id, unit.id, held, at=at)
    audit.tell(session, "person-added", person, unit_id=unit.id, by=by, at=at, role=held)
    session.flush()
    return person


def first_password() -> str:
    """A password to print and hand over: four syllables and two digits, easy to type on a phone, chosen anew by its
    owner at the first sign-in.

    About 40 bits; tries are slowed down, and it opens nothing but the form for a password of one's own.
    """
    syllables = (secrets.choice(ONSETS) + secrets.choice(VOWELS) + secrets.choice(ENDS) for _ in range(4))
    return "-".join(syllables) + str(secrets.randbelow(90) + 10)


def set_first_password(
    session: Session, person: Person, password_hash: str, *, by: uuid.UUID | None, at: datetime
) -> None:
    """Let the printed password in, once; it must be replaced at that sign-in. Everything open of the person dies."""
    person.password_hash, person.first_password, person.printed_by, person.slip_used_at = password_hash, True, by, None
    end_links(session, person.id)
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    audit.tell(session, "password-printed", person, unit_id=None, by=by, at=at)


def use_first_password(session: Session, person: Person, *, at: datetime) -> None:
    """The printed password opens this one sign-in, whoever finds the slip afterwards. Raises WrongPassword when another
    was first.
    """
    unused = (Person.id == person.id, Person.password_hash == person.password_hash, Person.slip_used_at.is_(None))
    with row_security.lifted(session):
        if session.scalar(update(Person).where(*unused).values(slip_used_at=at).returning(Person.id)) is None:
            raise WrongPassword


def choose_password(session: Session, person: Person, password_hash: str, *, at: datetime) -> None:
    """A password of one's own; every other sign-in of the person ends."""
    person.password_hash, person.first_password, person.printed_by, person.slip_used_at = (
        password_hash,
        False,
        None,
        None,
    )
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    throttling.forget_all(session, person)
    audit.tell(session, "password-chosen", person, unit_id=None, by=person.id, at=at)


def refuse_ended_print(session: Session, person: Person, *, at: datetime) -> None:
    """A printed password is worth as much as its printer's rights over the person are today. Raises PrintEnded."""
    if person.first_password and not care.still_looks_after(session, person.printed_by, person, at=at):
        raise PrintEnded


def end_ways_in(session: Session, person: Person) -> None:
    """Links and a printed password that nobody has replaced open nothing any more; a password of one's own stays."""
    end_links(session, person.id)
    if person.first_password:
        person.password_hash = None


def invite_to_new_password(session: Session, person: Person, *, at: datetime, by: uuid.UUID | None = None) -> str:
    """A one-time token to choose a password; older tokens of the person die. `by`: whose rights it is bound to; nobody:
    the operator's.
    """
    end_links(session, person.id)
    return _invite(session, NEW_PASSWORD, person.id, by=by, at=at, lasts=RESET_LASTS)


def open_invitation(session: Session, token: str, *, at: datetime, lock: bool = False) -> Invitation:
    """The invitation behind a token; locked for whoever uses it.

    Raises LinkUsed when it is unknown, used or expired, or when its maker does not look after the whole person any
    more.
    """
    wanted = select(Invitation).options(joinedload(Invitation.person)).where(Invitation.token_hash == token_hash(token))
    # whoever waited for the lock sees what the one before did
    wanted = wanted.execution_options(populate_existing=True)
    with row_security.lifted(session):
        found = session.scalar(wanted.with_for_update(of=Invitation) if lock else wanted)
    if found is None or found.used_at is not None or found.expires_at <= at:
        raise LinkUsed
    if found.person is not None and not care.still_looks_after(session, found.made_by, found.person, at=at):
        raise LinkUsed
    return found


def accept(session: Session, token: str, *, name: str, login: str, password_hash: str, at: datetime) -> Person:
    """Use the link: become the first administrator, or set a new password. Signs out everywhere else."""
    invitation = open_invitation(session, token, at=at, lock=True)
    invitation.used_at = at
    with row_security.lifted(session):  # nobody is signed in: the link itself has said who it is
        if invitation.person is None:
            return add_person(
                session, login, name, Role.ADMINISTRATOR, province(session), at=at, password_hash=password_hash
            )
        if invitation.person.disabled_at is not None:
            raise LinkUsed
        choose_password(session, invitation.person, password_hash, at=at)
    return invitation.person


def _refuse_taken(session: Session, login: str) -> None:
    with row_security.lifted(session):
        taken = people_called(session, login)
    if taken:
        raise LoginTaken(login=login)


def _invite(
    session: Session, purpose: str, person_id: uuid.UUID | None, *, by: uuid.UUID | None, at: datetime, lasts: timedelta
) -> str:
    token = secrets.token_urlsafe(24)
    made = Invitation(
        token_hash=token_hash(token),
        purpose=purpose,
        person_id=person_id,
        made_by=by,
        created_at=at,
        expires_at=at + lasts,
    )
    session.add(made)
    session.flush()
    audit.tell(
        session,
        "link-made",
        made,
        unit_id=None,
        by=by,
        at=at,
        purpose=purpose,
        person=str(person_id) if person_id else None,
    )
    return token
