"""Passwords: one spelling for every keyboard, argon2id, and which ones may be chosen (docs/decisions/0016-guessing.md).

What is too easy says zxcvbn (MIT), which carries a kept list of thirty thousand common passwords and knows keyboard
rows, dates, sequences and letters swapped for digits; our own vocabulary adds what people in Viet Nam take first.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from library import vocabulary
from library.errors import Wrong
from library.people.models import Membership, Person, Unit
from library.people.sight import units_above
from library.vietnamese.folding import fold

SHORTEST = 10  # characters; four words are always longer
ENOUGH_GUESSES = 10**6  # fewer, and zxcvbn itself calls a password very guessable even where tries are slowed down
LOOKED_AT = 64  # characters; zxcvbn takes longer and longer, and what has so many is not judged by its end
SHORTEST_WORD = 4  # of a name: shorter ones stand in many honest passphrases

hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
NOBODYS_HASH = hasher.hash(secrets.token_hex(16))


class PasswordTooShort(Wrong):
    code = "password-too-short"
    vi = "Mật khẩu cần ít nhất {shortest} kí tự. Bốn từ dễ nhớ ghép lại là tốt nhất."
    en = "A password needs {shortest} characters or more. Four words that are easy to remember are best."


class PasswordTooCommon(Wrong):
    code = "password-too-common"
    vi = "Mật khẩu này nhiều người dùng hoặc dễ đoán. Chọn câu khác, ví dụ bốn từ không liên quan đến nhau."
    en = (
        "Many people use this password, or it is easy to guess. Choose another, such as four words that have nothing "
        "to do with each other."
    )


class PasswordNamesYou(Wrong):
    code = "password-names-you"
    vi = "Mật khẩu này chỉ là tên đăng nhập, tên người, tên trường hay tên thư viện thêm vài kí tự. Chọn câu khác."
    en = "This password is little more than a user name, a person’s, a school’s or the library’s name. Choose another."


WEAK = (PasswordTooShort, PasswordTooCommon, PasswordNamesYou)  # what `refuse_weak` may say


def spelled(password: str) -> str:
    """One spelling, whichever keyboard typed it: NFKC. Outer spaces belong to it."""
    return unicodedata.normalize("NFKC", password)


def hash_of(password: str) -> str:
    """What is kept of a password. Slow by design: call it outside transactions."""
    return hasher.hash(_bytes(spelled(password)))


def is_right(known: str | None, password: str) -> bool:
    """Whether the password fits the hash; takes as long for a login that does not exist. Slow by design: call it
    outside transactions.

    Hashes from before 2026-12 were made of what the keyboard sent, so that is tried too.
    """
    spellings = dict.fromkeys((spelled(password), password))
    found = [hasher.verify(_bytes(one), known or NOBODYS_HASH) for one in spellings]
    return any(found) and known is not None


def refuse_weak(password: str, about: Iterable[str]) -> None:
    """`about`: the names that whoever guesses tries first. Raises PasswordTooShort, PasswordTooCommon,
    PasswordNamesYou.
    """
    typed = spelled(password)
    if len(typed) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    plain = _plain(typed)[:LOOKED_AT]
    if _is_easy(plain):
        raise PasswordTooCommon
    if _is_easy(_without(plain, about)):
        raise PasswordNamesYou


def names_about(session: Session, person: Person | None, *more: str) -> tuple[str, ...]:
    """What whoever guesses knows of a person: their names and those of their units and of the units above. `more`: what
    else there is.
    """
    if person is None:
        return (*session.execute(select(Unit.code, Unit.name).where(Unit.parent_id.is_(None))).one(), *more)
    own = set(session.scalars(select(Membership.unit_id).where(Membership.person_id == person.id)))
    units = session.execute(select(Unit.code, Unit.name).where(Unit.id.in_(units_above(session, own))))
    return (person.login, person.name, *more, *(name for unit in units for name in unit))


def _is_easy(plain: str) -> bool:
    """Also what is easy only without its spaces and dots: `1 2 3 4 5 6 7 8`."""
    forms = dict.fromkeys((plain, "".join(filter(str.isalnum, plain))))
    return any(not one or zxcvbn(one, _habits())["guesses"] < ENOUGH_GUESSES for one in forms)


@cache
def _habits() -> tuple[str, ...]:
    """Always the same: zxcvbn keeps the words of its last call where all threads see them."""
    words = [_plain(one) for one in vocabulary.load("common-passwords")["passwords"]]
    return tuple(dict.fromkeys(form for one in words for form in (one, one.replace(" ", ""))))


def _without(plain: str, about: Iterable[str]) -> str:
    """The rest when the names are taken out, however their letters are separated."""
    names = sorted({name for text in about for name in _names(text)}, key=len, reverse=True)
    for name in names:
        plain = re.sub(r"[\W_]*".join(map(re.escape, name)), "", plain)
    return plain


def _names(text: str) -> set[str]:
    """A name whole, and its words and runs of words as far as they are long enough: `Ba Vì` of `Thư viện Ba Vì`, not
    `vì`.
    """
    words = re.findall(r"[^\W_]+", _plain(spelled(text)))
    runs = {"".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)}
    return {one for one in runs if len(one) >= SHORTEST_WORD} | {"".join(words)} - {""}


def _plain(text: str) -> str:
    return fold(text).casefold()


def _bytes(text: str) -> bytes:
    """JSON can say half a letter (`\\ud800`), which no encoding takes; it is a password like another."""
    return text.encode("utf-8", "surrogatepass")
