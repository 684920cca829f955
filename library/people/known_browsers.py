"""Browsers in which somebody has signed in before: they are counted apart, so that nobody else's wrong tries keep them
out.

A browser keeps an id of its own and one proof for each person who has signed in there. A proof is signed with the
person's password hash, a secret of the house with 128 random bits of salt in it: it can be made only after the right
password, says nothing to a reader, needs no key to look after, is the same at every process, and is worth nothing once
the password has been changed.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

LASTS = timedelta(days=400)  # the longest that browsers keep a cookie
MOST_PEOPLE = 16  # whose proofs one browser keeps: a computer of the library's reading room
SHAPE = re.compile(r"[\w-]{22}(\.[\w-]{16})*", re.ASCII)


@dataclass(frozen=True)
class Browser:
    """What a browser has kept; one that never signed in has an id that is nowhere yet."""

    id: str
    proofs: tuple[str, ...] = ()

    def knows(self, password_hash: str | None) -> bool:
        """Whether the person with this password has signed in here."""
        return password_hash is not None and any(
            hmac.compare_digest(one, self._proof(password_hash)) for one in self.proofs
        )

    def keeping(self, password_hash: str) -> "Browser":
        """The same browser after a person has signed in; the latest stand first."""
        proof = self._proof(password_hash)
        return Browser(self.id, (proof, *(one for one in self.proofs if one != proof))[:MOST_PEOPLE])

    def kept(self) -> str:
        """As it stands in the cookie."""
        return ".".join((self.id, *self.proofs))

    def _proof(self, password_hash: str) -> str:
        return urlsafe_b64encode(hmac.digest(password_hash.encode(), self.id.encode(), "sha256")[:12]).decode()


def from_cookie(kept: str | None) -> Browser:
    """The browser that sends this cookie; a new one when it sends none, or what was never ours."""
    if kept is None or not SHAPE.fullmatch(kept):
        return Browser(secrets.token_urlsafe(16))
    own_id, *proofs = kept.split(".")
    return Browser(own_id, tuple(proofs[:MOST_PEOPLE]))
