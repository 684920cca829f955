"""Throttling of wrong passwords that cannot be turned against others (docs/decisions/0016-guessing.md).

Wrong passwords count against the name that was tried, never against an address alone: who has burnt a hundred names
keeps nobody else of their school out. A browser in which the person has signed in before has a count of its own; all
others share two, per name and address and per name from everywhere. Above a limit the next try waits, longer after
each, to half an hour. A try is noted before its password is checked, so that a thousand at once are not checked at
once; a right password takes its note away, so a class signing in at eight passes.
"""

import ipaddress
import math
import secrets
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from library import audit
from library.database import hold, row_security
from library.errors import Busy
from library.people.models import FailedSignIn, Person

COUNT_FOR = timedelta(days=1)
FREE_HERE, FREE_KNOWN, FREE_EVERYWHERE = 5, 10, 20  # wrong tries in a day before the first wait
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=30)
MOST_STRANGERS = 100_000  # notes of names that nobody has
TIDY_EVERY = 256  # tries, on average


class TooManyTries(Busy):
    code = "too-many-tries"
    vi = (
        "Đã thử sai nhiều lần. Đợi {minutes} phút rồi thử lại, hoặc nhờ quản trị viên cho thử ngay; mật khẩu cũ vẫn "
        "còn nguyên."
    )
    en = (
        "Too many wrong tries. Try again in {minutes} min, or ask the administrator to let you try now; the password "
        "has not changed."
    )

    def __init__(self, wait: timedelta) -> None:
        super().__init__(minutes=minutes(wait), retry_after=math.ceil(wait.total_seconds()))


def prefix_of(address: str) -> str:
    """What counts as one address: all of IPv4, and of IPv6 the half that a household or a school is given."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def begin_try(session: Session, login: str, address: str, *, at: datetime, device: str | None = None) -> uuid.UUID:
    """Count one try as wrong until it has turned out right. `device`: the browser, where this person has signed in
    before. Raises TooManyTries.
    """
    hold(session, [f"sign-in {login}"])  # many at once count each other
    refuse_hasty(session, login, address, at=at, device=device)
    session.execute(delete(FailedSignIn).where(FailedSignIn.failed_at <= at - COUNT_FOR))
    if secrets.randbelow(TIDY_EVERY) == 0:
        forget_strangers(session, MOST_STRANGERS)
    begun = FailedSignIn(login=login, address=prefix_of(address), device=device, failed_at=at)
    session.add(begun)
    session.flush()
    return begun.id


def refuse_hasty(session: Session, login: str, address: str, *, at: datetime, device: str | None = None) -> None:
    """Raises TooManyTries while the next try of this name has to wait: as long for a name that nobody has."""
    if device is not None:
        wait = _wait(*_tried(session, at, FailedSignIn.login == login, FailedSignIn.device == device), FREE_KNOWN, at)
    else:
        new = (FailedSignIn.login == login, FailedSignIn.device.is_(None))
        here = _wait(*_tried(session, at, *new, FailedSignIn.address == prefix_of(address)), FREE_HERE, at)
        wait = max(here, _wait(*_tried(session, at, *new), FREE_EVERYWHERE, at))
    if wait > timedelta():
        raise TooManyTries(wait)


def waits(session: Session, logins: Collection[str], *, at: datetime) -> dict[str, int]:
    """Minutes that each of these has to wait in some browser; who need not is left out."""
    found: dict[str, int] = {}
    for free, parts in (
        (FREE_HERE, (FailedSignIn.address,)),
        (FREE_KNOWN, (FailedSignIn.device,)),
        (FREE_EVERYWHERE, ()),
    ):
        whose = FailedSignIn.device.is_not(None) if free == FREE_KNOWN else FailedSignIn.device.is_(None)
        tried = select(FailedSignIn.login, func.count(), func.max(FailedSignIn.failed_at)).group_by(
            FailedSignIn.login, *parts
        )
        fresh = (FailedSignIn.login.in_(logins), FailedSignIn.failed_at > at - COUNT_FOR)
        for login, count, last in session.execute(tried.where(whose, *fresh)):
            found[login] = max(found.get(login, 0), minutes(_wait(count, last, free, at)))
    return {login: wait for login, wait in found.items() if wait}


def minutes(wait: timedelta) -> int:
    """As people are told."""
    return max(0, math.ceil(wait / timedelta(minutes=1)))


def forget_try(session: Session, try_id: uuid.UUID) -> None:
    """The password was right."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.id == try_id))


def forget_all(session: Session, person: Person) -> None:
    """There is a new password: what was tried against the old one says nothing."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.login == person.login))


def lift(session: Session, person: Person, *, by: uuid.UUID | None, at: datetime) -> None:
    """Let somebody try again at once; harmless when they need not wait."""
    forget_all(session, person)
    audit.tell(session, "person-may-try", person, unit_id=None, by=by, at=at)
    session.flush()


def forget_strangers(session: Session, most: int) -> None:
    """Of names that nobody has, keep the latest: whoever sends a million of them must not fill the disk, nor push out
    what counts for people.
    """
    with row_security.lifted(session):
        of_nobody = FailedSignIn.login.not_in(select(Person.login))
        last = session.scalar(
            select(FailedSignIn.failed_at)
            .where(of_nobody)
            .order_by(FailedSignIn.failed_at.desc())
            .offset(most)
            .limit(1)
        )
        if last is not None:
            session.execute(delete(FailedSignIn).where(of_nobody, FailedSignIn.failed_at <= last))


def _tried(session: Session, at: datetime, *whose: ColumnElement[bool]) -> tuple[int, datetime | None]:
    found = session.execute(
        select(func.count(), func.max(FailedSignIn.failed_at)).where(FailedSignIn.failed_at > at - COUNT_FOR, *whose)
    ).one()
    return found[0], found[1]


def _wait(count: int, last: datetime | None, free: int, at: datetime) -> timedelta:
    """How long the next try has to wait: after the last free one a minute, then twice as long each time."""
    if last is None or count < free:
        return timedelta()
    wait: timedelta = min(FIRST_WAIT * 2 ** min(count - free, 16), LONGEST_WAIT)
    return last + wait - at
