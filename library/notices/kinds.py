"""What a kind of notice is: how it is worded, when it is told only once, when several are told as one.

Each room has its kinds where it tells them and their words in its `wording.py`; `library/announced.py` names them all.
The words are made when a notice is shown or sent. Pure: facts in; an unknown kind or a missing fact never breaks a
page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from library.notices.models import Notice

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """One notice: a line that says it all, a sentence that helps, and the page to go to."""

    line: str
    more: str
    path: str


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice. `worded` takes the facts, whether the words are English, and how many it stands for."""

    code: str
    worded: Callable[[Facts, bool, int], Words]
    digested: bool = False  # many of them are told as one
    once: bool = False  # however many workers look, a person hears it once of one thing
    still_true: Callable[[Session, Notice], bool] = lambda _session, _notice: True  # asked before a letter goes out


Kinds = Mapping[str, NoticeKind]


def kind_of(notice: Notice, kinds: Kinds) -> NoticeKind:
    """The kind of this notice; `UNKNOWN` for what only a newer release tells."""
    return kinds.get(notice.kind, UNKNOWN)


def words_of(notice: Notice, language: str, kinds: Kinds, *, count: int = 1) -> Words:
    """The notice in `vi` or `en`. `count`: it stands for so many of its kind."""
    return kind_of(notice, kinds).worded(notice.facts, language == "en", count)


def title_of(facts: Facts, english: bool) -> str:
    """The title in the facts, or the word for any material."""
    return said(facts, "title", "your material" if english else "học liệu")


def day_of(facts: Facts, name: str) -> str:
    """The day under this name as people write it; a dash for what is no day."""
    try:
        return f"{date.fromisoformat(str(facts.get(name))[:10]):%d/%m/%Y}"
    except ValueError:
        return "–"


def said(facts: Facts, name: str, otherwise: str) -> str:
    """The fact under this name as text; `otherwise` when it is missing or empty."""
    value = facts.get(name)
    return str(value) if value not in (None, "") else otherwise


def _news(facts: Facts, english: bool, _count: int) -> Words:
    title = said(facts, "title", "")
    line = ("There is news" if english else "Có tin mới") + (f": “{title}”" if title else "")
    return Words(line, "Open your page to see it." if english else "Mở trang của mình để xem.", "/toi")


UNKNOWN = NoticeKind("unknown", _news)
