"""A school for the tests of reviews, in this process: an author, their department, two reviewers, and works made as the
pipeline makes them.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from library import migrations
from library.catalogue import cataloguing, depositing
from library.catalogue.models import Deposit, Rendition, RenditionKind, Version, Work
from library.database import open_engine, transaction, writing_session
from library.people import inviting, sign_in
from library.people.models import Person
from library.people.roles import Role
from library.people.sign_in import Actor, place_of
from library.reviews import binding, submitting
from library.reviews.deciding import Seen
from library.reviews.models import Review

MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PEOPLE = (
    ("huong", Role.TEACHER),
    ("minh", Role.REVIEWER),
    ("lan", Role.REVIEWER),
    ("thu", Role.TEACHER),
    ("son", Role.DEPARTMENT_HEAD),
    ("quan", Role.ADMINISTRATOR),
)


def open_school(url: str) -> Engine:
    """Two schools in an empty database."""
    migrations.upgrade(url)
    engine = open_engine(url)
    with transaction(engine) as session:
        inviting.ensure_province(session, "Tỉnh")
        school, other = (
            inviting.ensure_school(session, "AA", at=MONDAY),
            inviting.ensure_school(session, "BB", at=MONDAY),
        )
        for login, role in PEOPLE:
            inviting.add_person(session, login, login.title(), role, school, at=MONDAY)
        inviting.add_person(session, "xa", "Xa", Role.REVIEWER, other, at=MONDAY)
    return engine


def actor(session: Session, login: str, *, at: datetime = MONDAY) -> Actor:
    """Somebody, as they act now."""
    return sign_in.actor_for(session, session.scalars(select(Person).where(Person.login == login)).one(), at=at)


def deposit(
    session: Session,
    by: Actor,
    text: str,
    *,
    at: datetime = MONDAY,
    sight: str = "school",
    work: Work | None = None,
    review: bool = False,
) -> Deposit:
    """A file that has arrived and waits to be read."""
    lasts, work_id = timedelta(days=1), work.id if work else None
    begun = depositing.begin(
        session,
        name=f"{text}.pdf",
        size=9,
        media_type=None,
        sight=sight,
        approve=False,
        by=by,
        at=at,
        lasts=lasts,
        review=review,
        work_id=work_id,
        card={"licence": "CC-BY-4.0"},
    )
    depositing.accept(session, begun.id, sha(text), at=at)
    return begun


def read(session: Session, arrived: Deposit, *, at: datetime = MONDAY) -> Work:
    """What the pipeline does with it: a version of one page, described, sealed, and sent on when that was wished."""
    facts = {"page_count": 1, "contents": []}
    version = depositing.open_version(
        session, arrived, title=arrived.name, kind="pdf", media_type="application/pdf", facts=facts, at=at
    )
    image = sha(f"{arrived.key}1")
    session.add(
        Rendition(
            version_id=version.id,
            kind=RenditionKind.PAGE_800,
            page_number=1,
            key=image,
            media_type="image/webp",
            size=9,
        )
    )
    session.flush()
    words = {
        "title": arrived.name.removesuffix(".pdf"),
        "grade": 8,
        "subject_code": "TOAN",
        "type_code": "BG_ELEARNING",
    }
    work = depositing.complete(session, arrived, words, None, at=at)
    submitting.arrived(session, arrived, work, at=at)
    return cataloguing.with_audience(session, work.id)


def lecture(
    session: Session,
    by: Actor,
    text: str = "Tam giác đồng dạng",
    *,
    at: datetime = MONDAY,
    sight: str = "school",
    work: Work | None = None,
) -> Work:
    """A draft, or a new version of a work."""
    return read(session, deposit(session, by, text, at=at, sight=sight, work=work), at=at)


def sha(text: str) -> str:
    """A key as the file store makes it."""
    return hashlib.sha256(text.encode()).hexdigest()


def seen(session: Session, review_id: uuid.UUID) -> Seen:
    """What a reviewer sees who looks now."""
    review = session.get_one(Review, review_id)
    review.work, review.version = session.get_one(Work, review.work_id), session.get_one(Version, review.version_id)
    return Seen(review.version_id, binding.digest_of(review))


@contextmanager
def standing(engine: Engine, login: str) -> Iterator[tuple[Session, Actor]]:
    """A session that sees what this person's requests see."""
    with transaction(engine) as session:
        by = actor(session, login)
    with writing_session(engine, within=place_of(by)) as session, session.begin():
        yield session, by
