"""The second wall: on PostgreSQL, row-level security stands around people, loans and reading history.

Every transaction says at its begin for whom it works (`after_begin`, for that transaction only, so a pooled connection
forgets it): nobody yet, one person with the units they work for, or the house itself. The policies of the migrations
read that. It is a wall against a forgotten condition in our own statements, not the rule of sight; SQLite has no such
wall (docs/decisions/0010-row-level-security.md).
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

PLACE = "hoclieu_place"
TELL = text(
    "SELECT set_config('hoclieu.house', :house, true), set_config('hoclieu.person', :person, true), "
    "set_config('hoclieu.units', :units, true)"
)
HOLDER = "SELECT CAST(person_id AS text) FROM sign_in WHERE token_hash = :hash AND expires_at > :at"
PASSING = text("SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
TELL_HOLDER = text(f"SELECT set_config('hoclieu.person', coalesce(({HOLDER}), ''), true)")


class WallPassed(Exception):
    """The house's role at PostgreSQL is one for whom there are no policies, so the wall does not stand."""


@dataclass(frozen=True)
class Place:
    """Where a session stands: `house` sees all; else the person sees themself and the people and loans of `units` and
    what lies in them.
    """

    house: bool = False
    person_id: uuid.UUID | None = None
    units: frozenset[uuid.UUID] = frozenset()

    def told(self) -> dict[str, str]:
        """As the policies read it."""
        units = ",".join(sorted(map(str, self.units)))
        return {"house": "on" if self.house else "", "person": str(self.person_id or ""), "units": f"{{{units}}}"}


NOBODY = Place()
HOUSE = Place(house=True)


def refuse_passing(engine: Engine) -> None:
    """Raises WallPassed where the role of HOCLIEU_DATABASE is a superuser or has BYPASSRLS. SQLite has no wall."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        role = connection.execute(PASSING).scalar()
    if role is not None:
        raise WallPassed(
            f"HOCLIEU_DATABASE: PostgreSQL's row-level security does not hold for the role {role!r}, a superuser or "
            "one with BYPASSRLS. "
            "Give the house a plain role, and the owner of the tables as HOCLIEU_DATABASE_OWNER to `hoclieu migrate` "
            "(docs/deploy.md)."
        )


def place_of(session: Session) -> Place:
    """Where the session stands."""
    place: Place = session.info.get(PLACE, NOBODY)
    return place


def bind(session: Session, place: Place) -> None:
    """From now on the session works for these; a session of the house itself stays that."""
    if not place_of(session).house:
        _move(session, place)


def bind_holder(session: Session, token_hash: str, *, at: datetime) -> None:
    """Let whoever holds this sign-in be read, so that it can be found out who it is and what they may."""
    if _walled(session) and not place_of(session).house:
        session.execute(TELL_HOLDER, {"hash": token_hash, "at": at})


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """Look over the wall for as long as a narrow question takes, such as "who has this login?"; what was changed is
    written inside.
    """
    before = place_of(session)
    _move(session, HOUSE)
    try:
        yield
        if session.autoflush:
            session.flush()
    except SQLAlchemyError:
        session.info[PLACE] = before  # this transaction is lost; the next one begins where the session stood
        raise
    except BaseException:
        _move(session, before)
        raise
    _move(session, before)


def _walled(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _move(session: Session, place: Place) -> None:
    known = place_of(session)
    session.info[PLACE] = place
    if place != known and session.in_transaction() and _walled(session):
        session.execute(TELL, place.told())


@event.listens_for(Session, "after_begin")
def _tell(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    place = place_of(session)
    if connection.dialect.name == "postgresql" and place != NOBODY:
        connection.execute(TELL, place.told())
