"""Deleting a work: at once out of everybody's sight, thirty days to undo, then gone from every table."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, Uuid, func, select
from sqlalchemy.orm import Session

from library.audit import Event, sealing
from library.catalogue import access, cataloguing, depositing, publishing, queries
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.depositing import UnknownDeposit
from library.catalogue.models import Audience, Version, Work
from library.circulation import stock
from library.circulation.refusals import TitleOnPaper
from library.database import Base
from library.deleting import removing, undoing, works
from library.deleting.refusals import TooLateToBringBack, UnknownDeletion, UnknownReason
from library.learning import reading
from library.operations.deletions import UNDO_LASTS, Deletion
from library.people import sign_in
from library.people.models import Person, Unit
from library.people.roles import Role
from library.people.sign_in import Actor, NotAllowed
from library.reviews import claiming, submitting
from library.reviews import queries as reviews
from library.reviews.refusals import UnknownReview
from library.usage import Usage
from tests.stage.school import MONDAY, actor, deposit, lecture, read

TUESDAY = MONDAY + timedelta(days=1)
LATER = MONDAY + UNDO_LASTS


def published(session: Session, by: Actor, text: str = "Tam giác đồng dạng") -> Work:
    work = lecture(session, by, text)
    version = work.version_id
    assert version is not None
    digest = session.get_one(Version, version).digest or ""
    publishing.publish(
        session, work, version, digest, publishing.Readers("public"), by=actor(session, "quan"), at=MONDAY
    )
    return cataloguing.with_audience(session, work.id)


def is_seen(session: Session, work_id: uuid.UUID, *, at: Any = TUESDAY) -> list[str]:
    """Who of all people sees it, visitors included."""
    people = [
        ("visitor", sign_in.VISITING),
        *((login, actor(session, login)) for login in session.scalars(select(Person.login))),
    ]
    return sorted(
        name
        for name, one in people
        if session.scalar(select(Work.id).where(Work.id == work_id, access.visible_to(one.sight, at)))
    )


def fresh(session: Session, work_id: uuid.UUID) -> Work:
    session.expire_all()
    return cataloguing.with_audience(session, work_id)


def test_a_deleted_work_is_seen_by_nobody_and_stands_as_it_stood_when_it_is_brought_back(session: Session) -> None:
    author, quan = actor(session, "huong"), actor(session, "quan")
    work = published(session, author)
    before = is_seen(session, work.id)
    assert {"visitor", "xa", "huong", "quan"} <= set(before)
    deletion = works.delete(session, work, "rights", "không xin phép", by=quan, at=TUESDAY)
    assert is_seen(session, work.id) == []
    assert (
        depositing.of_person(session, author.required().id) == []
        and queries.owned(session, author.required().id, ["published", "draft"], limit=9) == []
    )
    assert [(one.name, one.by) for one in undoing.standing(session, by=quan)] == [("Tam giác đồng dạng", "Quan")]
    assert undoing.standing(session, by=author) == [] and undoing.standing(session, by=actor(session, "xa")) == []
    undoing.bring_back(session, deletion.id, by=quan, at=LATER)
    assert is_seen(session, work.id, at=LATER) == before
    assert len(depositing.of_person(session, author.required().id)) == 1 and undoing.standing(session, by=quan) == []
    with pytest.raises(UnknownDeletion):
        undoing.bring_back(session, deletion.id, by=quan, at=LATER)


def test_whatever_is_done_to_a_deleted_work_nobody_sees_it(session: Session) -> None:
    author, quan = actor(session, "huong"), actor(session, "quan")
    work = lecture(session, author)
    submitted = submitting.submit(session, work, by=author, at=MONDAY)
    coming = deposit(session, author, "bản hai", work=work)
    works.delete(session, fresh(session, work.id), "mistaken", None, by=quan, at=TUESDAY)
    assert reviews.queue(session, actor(session, "minh")) == []
    for look in (
        lambda: reviews.seen_by(session, submitted.id, author),
        lambda: claiming.open_one(session, submitted.id, by=actor(session, "minh"), at=TUESDAY),
    ):
        with pytest.raises(UnknownReview):
            look()
    with pytest.raises(UnknownDeposit):
        depositing.mine(session, coming.id, author)
    with pytest.raises(UnknownWork):
        read(session, coming, at=TUESDAY)
    with pytest.raises(UnknownWork):
        deposit(session, author, "bản ba", work=work)
    row = session.get_one(Work, work.id)
    publishing.write_audience(session, row, at=TUESDAY)
    assert session.scalars(select(Audience).where(Audience.work_id == work.id)).all() == []


def test_a_draft_is_deleted_by_its_owner_and_everything_by_those_who_look_after_the_school(session: Session) -> None:
    author, quan = actor(session, "huong"), actor(session, "quan")
    draft, opened = lecture(session, author, "nháp"), published(session, author, "đã mở")
    for stranger in (actor(session, "minh"), actor(session, "thu"), actor(session, "xa")):
        with pytest.raises(NotAllowed):
            works.delete(session, draft, "mistaken", None, by=stranger, at=MONDAY)
    with pytest.raises(NotAllowed):
        works.delete(session, opened, "mistaken", None, by=author, at=MONDAY)
    publishing.withdraw(session, opened, by=quan, at=MONDAY)
    with pytest.raises(NotAllowed):
        works.delete(session, fresh(session, opened.id), "mistaken", None, by=author, at=MONDAY)
    with pytest.raises(UnknownReason):
        works.delete(session, fresh(session, draft.id), "vì thích", None, by=author, at=MONDAY)
    mine = works.delete(session, fresh(session, draft.id), "mistaken", None, by=author, at=MONDAY)
    undoing.bring_back(session, mine.id, by=author, at=MONDAY)
    theirs = works.delete(session, fresh(session, draft.id), "wrong-content", None, by=quan, at=MONDAY)
    with pytest.raises(UnknownDeletion):
        undoing.bring_back(session, theirs.id, by=author, at=MONDAY)


def test_after_thirty_days_it_cannot_be_brought_back(session: Session) -> None:
    author = actor(session, "huong")
    deletion = works.delete(session, lecture(session, author), "mistaken", None, by=author, at=MONDAY)
    with pytest.raises(TooLateToBringBack):
        undoing.bring_back(session, deletion.id, by=author, at=LATER)


def test_a_title_with_paper_copies_is_not_deleted(session: Session) -> None:
    work, quan = published(session, actor(session, "huong")), actor(session, "quan")
    school = session.scalars(select(Unit).where(Unit.code == "AA")).one()
    stock.add_copies(session, work, school, 2, by=quan, at=MONDAY)
    with pytest.raises(TitleOnPaper, match="2 bản giấy"):
        works.delete(session, work, "mistaken", None, by=quan, at=MONDAY)
    assert is_seen(session, work.id)


def test_a_title_that_is_deleted_gets_no_copies(session: Session) -> None:
    work, quan = published(session, actor(session, "huong")), actor(session, "quan")
    works.delete(session, work, "mistaken", None, by=quan, at=MONDAY)
    with pytest.raises(UnknownWork):
        stock.add_copies(
            session, work, session.scalars(select(Unit).where(Unit.code == "AA")).one(), 1, by=quan, at=MONDAY
        )


def named_anywhere(session: Session, wanted: uuid.UUID) -> list[str]:
    """The columns of all tables that name this id."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Uuid) and session.scalar(
                select(func.count()).select_from(table).where(column == wanted)
            ):
                found.append(f"{table.name}.{column.name}")
    return sorted(found)


def texts_of(session: Session, table: Table) -> str:
    return str(session.execute(select(table)).all())


def test_after_its_days_it_is_gone_from_every_table_and_the_audit_stays_whole_without_its_name(
    session: Session,
) -> None:
    author, quan, minh = actor(session, "huong"), actor(session, "quan"), actor(session, "minh")
    work = lecture(session, author, "Chuyện bí mật")
    review = submitting.submit(session, work, by=author, at=MONDAY)
    other = published(session, actor(session, "thu"), "Sách khác")
    for one in (work, other):
        reading.keep_place(session, minh.required().id, one.id, 1, at=MONDAY)
        session.add(Usage(work_id=one.id, school_id=one.unit_id, day=MONDAY.date(), views=1, reads=1, downloads=1))
    deletion = works.delete(
        session, fresh(session, work.id), "personal-data", "Chuyện bí mật của em", by=quan, at=MONDAY
    )
    session.flush()
    assert not removing.is_ready(session, deletion), "the index lets go of it first"
    session.get_one(Work, work.id).indexed_revision = fresh_revision(session, work.id)
    assert removing.is_ready(session, deletion)
    rest = named_anywhere(session, other.id)
    keys = removing.remove(session, deletion, at=LATER)
    assert removing.remove(session, deletion, at=LATER) == set(), "twice is harmless"
    session.flush()
    session.expire_all()
    assert len(keys) == 2
    assert named_anywhere(session, work.id) == ["deletion.subject_id", "event.subject_id"]
    assert named_anywhere(session, review.id) == []
    assert named_anywhere(session, other.id) == rest
    for table in Base.metadata.sorted_tables:
        assert "bí mật" not in texts_of(session, table), table.name
    acts = session.scalars(select(Event.act).where(Event.subject_id == work.id).order_by(Event.sequence)).all()
    assert acts[-2:] == ["work-deleted", "work-removed"]
    sealing.seal(session)
    assert sealing.verify(session, sealing.chains(session))[0] == []
    with pytest.raises(TooLateToBringBack):
        undoing.bring_back(session, deletion.id, by=quan, at=LATER)


def fresh_revision(session: Session, work_id: uuid.UUID) -> int:
    return int(session.scalar(select(Work.revision).where(Work.id == work_id)) or 0)


def test_the_same_work_is_deleted_once(session: Session) -> None:
    author = actor(session, "huong")
    work = lecture(session, author)
    works.delete(session, work, "mistaken", None, by=author, at=MONDAY)
    assert session.scalar(select(func.count()).select_from(Deletion)) == 1
    with pytest.raises(UnknownWork):
        fresh(session, work.id)


def test_whoever_no_longer_holds_the_role_brings_nothing_back(session: Session) -> None:
    quan = actor(session, "quan")
    deletion = works.delete(session, published(session, actor(session, "huong")), "rights", None, by=quan, at=MONDAY)
    pupil = Actor(
        quan.person,
        tuple(one for one in quan.memberships if one.role not in (Role.ADMINISTRATOR, Role.LIBRARIAN)),
        quan.sight,
    )
    with pytest.raises(UnknownDeletion):
        undoing.bring_back(session, deletion.id, by=pupil, at=TUESDAY)
