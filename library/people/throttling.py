"""Throttling of wrong passwords that spares a school behind one address.

They count per login and address (5 in 15 minutes), per login from everywhere (10) and per address (300: a whole computer room
mistyping). A try is noted before its password is checked, so that a thousand at once are not checked at once; a right password takes
its note away, so a class signing in at eight o'clock passes.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from library.errors import Busy
from library.people.models import FailedSignIn

FAILURES_COUNT_FOR = timedelta(minutes=15)
MOST_FAILURES_HERE, MOST_FAILURES_LOGIN, MOST_FAILURES_ADDRESS = 5, 10, 300


class TooManyTries(Busy):
    code = "too-many-tries"
    vi = "Đã thử sai nhiều lần. Đợi {minutes} phút rồi thử lại; mật khẩu cũ vẫn còn nguyên."
    en = "Too many wrong tries. Wait {minutes} minutes and try again; the password has not changed."


def throttle(session: Session, login: str, address: str, *, at: datetime) -> None:
    """Raises TooManyTries while too many wrong passwords are fresh."""
    since = at - FAILURES_COUNT_FOR
    fresh = select(func.count()).select_from(FailedSignIn).where(FailedSignIn.failed_at > since)
    here = session.scalar(fresh.where(FailedSignIn.login == login, FailedSignIn.address == address)) or 0
    everywhere = session.scalar(fresh.where(FailedSignIn.login == login)) or 0
    address_all = session.scalar(fresh.where(FailedSignIn.address == address)) or 0
    if here >= MOST_FAILURES_HERE or everywhere >= MOST_FAILURES_LOGIN or address_all >= MOST_FAILURES_ADDRESS:
        raise TooManyTries(minutes=int(FAILURES_COUNT_FOR.total_seconds() // 60))


def begin_try(session: Session, login: str, address: str, *, at: datetime) -> uuid.UUID:
    """Count one try as wrong until it has turned out right; what no longer counts is forgotten. Raises TooManyTries."""
    throttle(session, login, address, at=at)
    session.execute(delete(FailedSignIn).where(FailedSignIn.failed_at <= at - FAILURES_COUNT_FOR))
    begun = FailedSignIn(login=login[:200], address=address, failed_at=at)
    session.add(begun)
    session.flush()
    return begun.id


def forget_try(session: Session, try_id: uuid.UUID) -> None:
    """The password was right."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.id == try_id))
