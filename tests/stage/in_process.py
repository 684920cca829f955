"""A house in this process for those who ask strange things: every actor signed in, and something real behind most
addresses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import create_app
from library.calendar import local_date, school_year
from library.catalogue import boxes, publishing
from library.catalogue.models import Deposit, Page, Rendition, Version, Work
from library.catalogue.publishing import Readers
from library.circulation import stock
from library.clock import now
from library.database import transaction
from library.house import House, open_house
from library.people import inviting, passwords, rosters, sign_in
from library.people.models import Membership
from library.people.roles import Role
from library.reviews import submitting
from library.settings import Settings
from tests.services.house import PASSWORD
from tests.stage.school import actor, lecture

VISITOR, ROOT = "visitor", "root"
ACTORS = (VISITOR, Role.PUPIL, Role.TEACHER, ROOT, Role.LIBRARIAN, Role.REVIEWER)


@dataclass
class Stage:
    """The house's door, who knocks, and what is there by the name that addresses have for it."""

    client: TestClient
    tokens: dict[str, str]
    known: dict[str, str]

    def ask(self, by: str, method: str, path: str, **sent: object) -> httpx.Response:
        """One request of an actor."""
        self.client.cookies.clear()
        if by in self.tokens:
            self.client.cookies.set("hoclieu", self.tokens[by])
        answer: httpx.Response = self.client.request(method, path, **sent)  # type: ignore[arg-type]
        return answer


@contextmanager
def opened(home: Path, url: str = "") -> Iterator[Stage]:
    """A fresh house, on the database at `url`."""
    house = open_house(Settings(home=home, database=url))
    tokens = _people(house)
    known = _things(house)
    with TestClient(
        create_app(house), base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    ) as client:
        stage = Stage(client, tokens, known)
        begun = stage.ask(Role.TEACHER, "POST", "/api/v1/uploads", headers={"Upload-Length": "1000"}).raise_for_status()
        known["upload_id"] = begun.headers["Location"].rpartition("/")[2]
        yield stage


def _people(house: House) -> dict[str, str]:
    """The token of each actor; beside them two whom nobody needs."""
    hashed = passwords.hash_of(PASSWORD)
    with transaction(house.engine) as session:
        school, _ = (inviting.ensure_school(session, code, at=now()) for code in ("AA", "BB"))
        places = dict.fromkeys(ACTORS[1:], school) | {ROOT: inviting.province(session)}
        for name, unit in places.items():
            inviting.add_person(
                session,
                name,
                f"Tên {name}",
                Role.ADMINISTRATOR if name == ROOT else name,
                unit,
                at=now(),
                password_hash=hashed,
            )
        inviting.add_person(session, "victim", "Người khác", Role.PUPIL, school, at=now())
        return {
            name: sign_in.open_sign_in(session, inviting.person_by_login(session, name), at=now()) for name in places
        }


def _things(house: House) -> dict[str, str]:
    """The ids of a published work, one that waits for its reviewers, a class, copies, a person with a link."""
    at = now()
    with transaction(house.engine) as session:
        teacher, root, librarian = (actor(session, name, at=at) for name in (Role.TEACHER, ROOT, Role.LIBRARIAN))
        school = inviting.ensure_school(session, "AA", at=at)
        shown, waiting = lecture(session, teacher, "shown", at=at), lecture(session, teacher, "waiting", at=at)
        page = {"number": 1, "text": "tam giác", "boxes": boxes.pack([]), "width": 1, "height": 1, "source": "text"}
        session.add_all(Page(version_id=_version(session, work).id, **page) for work in (shown, waiting))
        version = _version(session, shown)
        publishing.publish(session, shown, version.id, version.digest or "", Readers("public"), by=root, at=at)
        review = submitting.submit(session, waiting, by=teacher, at=at)
        stock.add_copies(session, shown, school, 2, shelf=None, by=librarian, at=at)
        victim = inviting.person_by_login(session, "victim")
        found = {
            "work_id": shown.id,
            "review_id": review.id,
            "deposit_id": session.scalars(select(Deposit.id)).first(),
            "class_id": rosters.open_class(session, school, school_year(local_date(at)), "8A", 8, by=None, at=at).id,
            "person_id": victim.id,
            "membership_id": session.scalars(select(Membership.id).where(Membership.person_id == victim.id)).one(),
            "token": inviting.invite_to_new_password(session, victim, at=at),
        }
        keys = list(session.scalars(select(Rendition.key)))
    _store(house, keys)
    return {name: str(one) for name, one in found.items()} | {
        "link": str(found["token"]),
        "code": "BB",
        "number": "1",
        "name": "quay.png",
        "act": "khoa",
    }


def _version(session: Session, work: Work) -> Version:
    return session.scalars(select(Version).where(Version.work_id == work.id)).one()


def _store(house: House, keys: list[str]) -> None:
    """Something in the place of every file that a row names."""
    for key in keys:
        path = house.settings.staging / "something"
        path.write_bytes(b"%PDF-1.7 la")
        house.files.put(key, path, "application/pdf", hashed=True)
