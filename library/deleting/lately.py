"""What somebody may still take back within the day: works withdrawn, roles ended, units closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from library.catalogue.models import Work
from library.people import care, reopening
from library.people.models import Membership, Unit
from library.people.sign_in import Actor
from library.reviews import withdrawing


@dataclass(frozen=True)
class Lately:
    """All of it, for one administrator."""

    works: Sequence[Work]
    roles: Sequence[Membership]
    units: Sequence[Unit]


def of(session: Session, *, by: Actor, at: datetime) -> Lately:
    """Raises SignInNeeded."""
    by.required()
    mine = care.administered(session, by)
    if not mine:
        return Lately((), (), ())
    return Lately(
        withdrawing.lately(session, mine, at=at),
        reopening.roles_ended(session, mine, at=at),
        reopening.units_closed(session, mine, at=at),
    )
