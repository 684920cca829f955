"""A stage without a worker: the house in this process, and works with pages and files made as the pipeline makes
them.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from library.catalogue import boxes, cataloguing, depositing, publishing
from library.catalogue.models import Page, Rendition, RenditionKind, Work
from library.catalogue.publishing import Readers
from library.clock import now
from library.database import transaction
from library.house import House
from library.people import inviting, sign_in
from library.people.models import Person
from library.people.roles import Role
from library.reviews import submitting

PEOPLE = {
    "huong": Role.TEACHER,
    "minh": Role.REVIEWER,
    "lan": Role.REVIEWER,
    "em": Role.PUPIL,
    "anh": Role.LIBRARIAN,
    "quan": Role.ADMINISTRATOR,
}
WORDS = "Chữ của trang một"


@dataclass
class Inside:
    """The house and a client; people ask by their sign-in name, visitors by an empty one."""

    house: House
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of somebody, without following where it leads."""
        cookie = {"Cookie": f"hoclieu={self.tokens[who]}"} if who else {}
        headers = {**cookie, **more.pop("headers", {})}
        self.client.cookies.clear()
        answer: httpx.Response = self.client.request(method, path, headers=headers, follow_redirects=False, **more)
        return answer

    def get(self, who: str, path: str, **headers: str) -> httpx.Response:
        """A look."""
        return self.ask(who, "GET", path, headers=headers)

    def enter(self, *logins: str) -> None:
        """Sign them in."""
        with transaction(self.house.engine) as session:
            for login in logins:
                self.tokens[login] = sign_in.open_sign_in(session, person(session, login), at=now())

    def lecture(
        self, folder: Path, *, by: str = "huong", review: bool = False, sight: str = "school"
    ) -> tuple[str, str | None]:
        """A draft of one page, perhaps sent to the reviewers: the ids of the work and of its review."""
        with transaction(self.house.engine) as session:
            work = self._read(session, folder, actor(session, by), sight)
            found = submitting.submit(session, work, by=actor(session, by), at=now()) if review else None
            return str(work.id), str(found.id) if found else None

    def open_to(self, work_id: str, readers: Readers) -> None:
        """The administrator opens it."""
        with transaction(self.house.engine) as session:
            work = cataloguing.with_audience(session, uuid.UUID(work_id))
            version = cataloguing.newest_version(session, work.id)
            assert version is not None and version.digest is not None
            publishing.publish(session, work, version.id, version.digest, readers, by=actor(session, "quan"), at=now())

    def _read(self, session: Session, folder: Path, by: sign_in.Actor, sight: str) -> Work:
        name, lasts = f"Bài {uuid.uuid4()}", self.house.upload_lasts
        arrived = depositing.begin(
            session,
            name=f"{name}.pdf",
            size=1,
            media_type=None,
            sight=sight,
            approve=False,
            by=by,
            at=now(),
            lasts=lasts,
            card={"licence": "CC-BY-4.0"},
        )
        depositing.accept(session, arrived.id, self._keep(folder, f"{name} gốc"), at=now())
        facts = {"page_count": 1, "contents": []}
        version = depositing.open_version(
            session, arrived, title=name, kind="pdf", media_type="application/pdf", facts=facts, at=now()
        )
        original = session.scalars(
            select(Rendition).where(Rendition.version_id == version.id, Rendition.kind == RenditionKind.ORIGINAL)
        ).one()
        original.size = len(f"{name} gốc".encode())
        self._draw(session, folder, version.id, name)
        session.flush()
        return cataloguing.with_audience(
            session, depositing.complete(session, arrived, {"title": name}, None, at=now()).id
        )

    def _draw(self, session: Session, folder: Path, version_id: uuid.UUID, name: str) -> None:
        """Its one page, drawn in three sizes."""
        for kind in (RenditionKind.PAGE_400, RenditionKind.PAGE_800, RenditionKind.THUMBNAIL):
            data = f"{name} {kind}"
            key, size = self._keep(folder, data), len(data.encode())
            session.add(
                Rendition(
                    version_id=version_id,
                    kind=kind,
                    page_number=1,
                    key=key,
                    media_type="image/webp",
                    size=size,
                    width=1,
                    height=1,
                )
            )
        session.add(
            Page(
                version_id=version_id, number=1, text=WORDS, boxes=boxes.pack([]), width=595, height=842, source="text"
            )
        )

    def _keep(self, folder: Path, text: str) -> str:
        path, key = folder / uuid.uuid4().hex, hashlib.sha256(text.encode()).hexdigest()
        path.write_text(text)
        self.house.files.put(key, path, "application/octet-stream")
        return key


def person(session: Session, login: str) -> Person:
    return session.scalars(select(Person).where(Person.login == login)).one()


def actor(session: Session, login: str) -> sign_in.Actor:
    return sign_in.actor_for(session, person(session, login), at=now())


def furnish(house: House) -> None:
    """A school with its people, and an administrator of the province."""
    with transaction(house.engine) as session:
        school = inviting.ensure_school(session, "AA", "Trường A", at=now())
        for login, role in PEOPLE.items():
            inviting.add_person(session, login, login.title(), role, school, at=now())
        inviting.add_person(session, "goc", "Gốc", Role.ADMINISTRATOR, inviting.province(session), at=now())
