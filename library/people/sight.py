"""What a person may see: the tokens they carry. A work's audience is rows of the same tokens (`catalogue/access.py`)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from library.people.models import ADMINISTRATOR, Membership

PUBLIC = "public"
PROVINCE = "province"


def unit_token(unit_id: uuid.UUID) -> str:
    """Carried by everyone in the unit."""
    return f"unit:{unit_id}"


def staff_token(unit_id: uuid.UUID) -> str:
    """Carried by the administrators of the unit, who also look after what is not published yet."""
    return f"staff:{unit_id}"


def person_token(person_id: uuid.UUID) -> str:
    """Carried by one person."""
    return f"person:{person_id}"


@dataclass(frozen=True)
class Sight:
    """The tokens someone carries; what they may see is what an audience row shares with them."""

    tokens: frozenset[str]


VISITOR = Sight(frozenset({PUBLIC}))


def sight_of(person_id: uuid.UUID, memberships: Iterable[Membership]) -> Sight:
    """The sight of a signed-in person with these (valid) memberships."""
    units = {unit_token(one.unit_id) for one in memberships}
    staff = {staff_token(one.unit_id) for one in memberships if one.role == ADMINISTRATOR}
    return Sight(frozenset({PUBLIC, PROVINCE, person_token(person_id)} | units | staff))
