"""The hands that tell people: reminders, and letters where the house has a mail server."""

from datetime import datetime

import structlog

from library.announced import NOTICES
from library.circulation import reminding
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from library.notices import mailing
from library.notices.mailing import Post

log = structlog.get_logger()
REMIND_PAUSE = 3600.0  # seconds; nobody hears the same twice, so often is harmless
LEASE = 300.0  # seconds: a slow server may take long over one letter


def post_of(house: House) -> Post:
    """The way out of this house."""
    settings = house.settings
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    return Post(settings.mail, settings.mail_from, settings.library_name, address.rstrip("/"))


def remind(house: House) -> bool:
    """Tell borrowers who are due to be told; returns whether there may be more."""
    with transaction(house.engine) as session:
        told = reminding.remind(session, at=now())
    if told:
        log.info("borrowers-reminded", count=told)
    return told >= reminding.MOST_AT_ONCE


def send_next(house: House, worker: str, *, at: datetime | None = None) -> bool:
    """Send what waits for one person; returns whether anything waited."""
    moment = at or now()
    with transaction(house.engine) as session:
        taken = mailing.take(session, worker=worker, at=moment, seconds=LEASE)
    if taken is None:
        return False
    post = post_of(house)
    try:
        with reading_session(house.engine) as session:
            letter, told = mailing.letter(session, taken, post, NOTICES, at=moment)
        if letter is not None:
            post.send(letter)
            log.info("letter-sent", notices=len(told))
    except Exception as error:  # an address no letter can carry breaks in a new way with each release of `email`
        log.warning("letter-not-sent", error=type(error).__name__)
        with transaction(house.engine) as session:
            mailing.keep(session, taken, error, at=moment)
        return True
    with transaction(house.engine) as session:
        mailing.settle(session, taken, told, at=moment)
    return True
