"""E-mail, the second channel. A letter is made at the last moment from what is still true, and goes out over real SMTP.

A server that does not answer is nobody's fault: the notices wait and are tried again as long as it takes. A letter that
the server refuses is tried three times and then set aside with its reason.
"""

import re
import smtplib
import ssl
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from library.database import work_queue
from library.database.work_queue import Lease, LeaseLost, WornOut
from library.notices.kinds import Kinds, Words, kind_of, words_of
from library.notices.models import Notice
from library.people.models import Person

NOT_IN_HEADERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
TIMEOUT = 15  # seconds for every word of the server
MOST_IN_ONE = 20  # notices in one letter
NEAR = frozenset({"localhost", "127.0.0.1", "::1"})


class PostUnsafe(Exception):
    """The server offers no encryption, and a password never travels in the clear."""


@dataclass(frozen=True)
class Post:
    """The way out: where the mail server is, who we are, and what stands at the head and foot of a letter."""

    url: str  # smtp://user:password@host:port or smtps://…; empty: no e-mail
    sender: str
    house: str
    address: str  # of the pages, for the links

    def send(self, letter: EmailMessage) -> None:
        """Hand one letter to the server. Raises OSError or smtplib.SMTPException."""
        where = urlsplit(self.url)
        host = where.hostname or "localhost"
        secure = where.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        with kind(host, where.port or (465 if secure else 25), timeout=TIMEOUT) as line:
            line.ehlo()
            if not secure and line.has_extn("starttls"):
                line.starttls(context=ssl.create_default_context())
                secure = True
            if where.username:
                if not secure and host not in NEAR:
                    raise PostUnsafe("the mail server offers no STARTTLS: use smtps://, or a server on this machine")
                line.login(unquote(where.username), unquote(where.password or ""))
            line.send_message(letter)


@dataclass(frozen=True)
class Round:
    """What goes to one person together."""

    notices: Sequence[Notice]
    leases: Sequence[Lease]


def take(session: Session, *, worker: str, at: datetime, seconds: float) -> Round | None:
    """Claim the notice that waits longest and whatever else waits for the same person; None when nothing is due."""
    first = _claim(session, worker=worker, at=at, seconds=seconds)
    if first is None:
        return None
    claimed = [first]
    # what has broken once goes alone, and takes no other with it
    while len(claimed) < MOST_IN_ONE and first[1].attempt == 1:
        more = _claim(
            session, Notice.person_id == first[0].person_id, Notice.attempts == 0, worker=worker, at=at, seconds=seconds
        )
        if more is None:
            break
        claimed.append(more)
    return Round([notice for notice, _ in claimed], [lease for _, lease in claimed])


def _claim(
    session: Session, *only: ColumnElement[bool], worker: str, at: datetime, seconds: float
) -> tuple[Notice, Lease] | None:
    """One notice that is due; those whose tries all ended with a dead worker are set aside on the way."""
    while (found := work_queue.claim(session, Notice, *only, worker=worker, at=at, seconds=seconds)) and found[
        1
    ].worn_out:
        work_queue.fail(session, found[1], str(WornOut()), at=at)
    return found


def letter(
    session: Session, taken: Round, post: Post, kinds: Kinds, *, at: datetime
) -> tuple[EmailMessage | None, set[uuid.UUID]]:
    """The letter as it is true now, and the notices in it; no letter for somebody without an address, or when all of it
    is out of date.
    """
    person = session.get(Person, taken.notices[0].person_id)
    if not post.url or person is None or not person.email or person.disabled_at is not None:
        return None, set()
    true = [one for one in taken.notices if one.mailed_at is None and kind_of(one, kinds).still_true(session, one)]
    return (_written(person, true, post, kinds, at) if true else None), {one.id for one in true}


def settle(session: Session, taken: Round, mailed: Collection[uuid.UUID], *, at: datetime) -> None:
    """The round is done: what was in the letter says when it went. What was dropped meanwhile is gone, and that is
    right.
    """
    for lease in taken.leases:
        found = {"mailed_at": at} if lease.row_id in mailed else {}
        with suppress(LeaseLost):
            work_queue.finish(session, lease, **found)


def keep(session: Session, taken: Round, error: Exception, *, at: datetime) -> None:
    """It did not go out. A silent server: again later, as long as it takes; a refused letter: three tries."""
    reason = f"{type(error).__name__}: {error}"
    for lease in taken.leases:
        with suppress(LeaseLost):
            if passing(error):
                work_queue.postpone(session, lease, reason, at=at)
            else:
                work_queue.fail(session, lease, reason, at=at)


def passing(error: Exception) -> bool:
    """Whether the cause lies outside the letter and may go away: a dead line, a full or restarting server. Whatever we
    do not know counts as ours.
    """
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500 or isinstance(error, smtplib.SMTPConnectError)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, smtplib.SMTPServerDisconnected)
    return isinstance(error, OSError | OperationalError)


def _written(person: Person, notices: Sequence[Notice], post: Post, kinds: Kinds, at: datetime) -> EmailMessage:
    said = _said(notices, "vi", kinds)
    message = EmailMessage()
    message["Subject"] = _one_line(said[0].line if len(said) == 1 else f"{said[0].line}, và {len(said) - 1} tin nữa")
    message["From"] = Address(display_name=_one_line(post.house), addr_spec=post.sender)
    message["To"] = Address(display_name=_one_line(person.name), addr_spec=person.email or "")
    message["Date"] = format_datetime(at)
    # the same when a killed worker's letter goes out again
    message["Message-ID"] = f"<{notices[0].id}@{post.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_body(person.name, said, _said(notices, "en", kinds), post), cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    """As a header can carry it: titles and names are typed by people, line ends and all."""
    return " ".join(NOT_IN_HEADERS.sub(" ", text).split())


def _said(notices: Sequence[Notice], language: str, kinds: Kinds) -> list[Words]:
    """All of them in words; of a kind that comes in numbers one for all."""
    keys = [one.kind if kind_of(one, kinds).digested else str(one.id) for one in notices]
    counts, first = Counter(keys), dict(zip(reversed(keys), reversed(notices), strict=True))
    return [words_of(one, language, kinds, count=counts[key]) for key, one in reversed(first.items())]


def _body(name: str, vietnamese: Sequence[Words], english: Sequence[Words], post: Post) -> str:
    parts = [
        f"Chào {name},",
        *(_paragraph(one, post.address) for one in vietnamese),
        "—",
        *(_paragraph(one, f"{post.address}/en") for one in english),
    ]
    return "\n\n".join([*parts, f"{post.house}\n{post.address}"]) + "\n"


def _paragraph(said: Words, address: str) -> str:
    return f"{said.line}.\n{said.more}\n{address}{said.path}"
