"""What was approved stays as approved: its card, too, is changed by nobody who may not approve, and by nobody whose
role has ended.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, depositing, history, publishing, versions
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.models import Deposit, Version, Work, WorkState
from library.catalogue.publishing import Readers
from library.database import transaction, writing_session
from library.deleting import works
from library.people import inviting, rosters, units
from library.people.models import Person
from library.people.roles import Role
from library.people.sign_in import Actor, NotAllowed
from library.reviews import amending, deciding, queries, submitting
from library.reviews.models import Review
from library.reviews.refusals import UnknownReview
from tests.services.postgres import APPLICATION, Postgres
from tests.stage.school import MONDAY, SECOND, actor, deposit, lecture, open_school, read, seen

LATER = MONDAY + timedelta(minutes=1)
CARD = (
    {"title": "Tên khác"},
    {"authors": "Người khác"},
    {"type": "SGK"},
    {"subject": "NGU_VAN"},
    {"grade": 1},
    {"series": None},
)


def submitted(session: Session, by: str = "huong") -> Review:
    return submitting.submit(
        session, lecture(session, actor(session, by), f"Bài {uuid.uuid4()}"), by=actor(session, by), at=MONDAY
    )


def approved(session: Session) -> Work:
    review = submitted(session)
    deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)
    return cataloguing.with_audience(session, review.work_id)


def teacher(session: Session) -> Person:
    return inviting.add_person(
        session, f"co.{uuid.uuid4().hex[:8]}", "Cô", Role.TEACHER, inviting.unit_by_code(session, "AA"), at=MONDAY
    )


def root(session: Session) -> Actor:
    """The administrator of the province."""
    return actor(
        session,
        inviting.add_person(
            session, f"goc.{uuid.uuid4().hex[:8]}", "Gốc", Role.ADMINISTRATOR, inviting.province(session), at=MONDAY
        ).login,
    )


def leave(session: Session, person: Person) -> None:
    """Every role of theirs ends."""
    for held in again(session, person).memberships:
        rosters.end_role(session, held.id, by=root(session), at=LATER)


def give(session: Session, person: Person, unit: str, role: str) -> None:
    rosters.give_role(session, person, inviting.unit_by_code(session, unit), role, by=root(session), at=MONDAY + SECOND)


def again(session: Session, person: Person) -> Actor:
    return actor(session, person.login, at=LATER)


@pytest.mark.parametrize("wish", CARD, ids=lambda wish: next(iter(wish)))
def test_a_card_that_its_author_corrects_after_its_approval_waits_and_readers_keep_what_was_approved(
    session: Session, wish: dict[str, object]
) -> None:
    work = approved(session)
    before, served = versions.card_of(work, None), work.version_id
    for login in ("minh", "thu"):
        with pytest.raises(NotAllowed):
            amending.correct(session, work, wish, by=actor(session, login), at=MONDAY)
    other = {versions.FIELDS[name]: value for name, value in wish.items()}
    changes = any(before[name] != value for name, value in other.items())
    assert amending.correct(session, work, wish, by=actor(session, "huong"), at=MONDAY) is changes
    session.expire_all()
    work = cataloguing.with_audience(session, work.id)
    assert (versions.card_of(work, None), work.version_id, work.state) == (before, served, WorkState.PUBLISHED)
    if changes:
        (review,) = queries.waiting_of(session, work.id)
        assert review.version.number == 2 and versions.card_of(work, review.version) == {**before, **other}
        deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=LATER)
        assert versions.card_of(session.get_one(Work, work.id), None) == {**before, **other}


def test_who_may_publish_corrects_what_readers_have_under_a_new_digest_and_a_line(session: Session) -> None:
    work = approved(session)
    digest = session.get_one(Version, work.version_id).digest
    assert not amending.correct(session, work, {"title": "Sửa lỗi chính tả"}, by=actor(session, "quan"), at=MONDAY)
    assert work.title == "Sửa lỗi chính tả" and session.get_one(Version, work.version_id).digest != digest
    line = history.of_work(session, cataloguing.with_audience(session, work.id), by=actor(session, "quan"))[0]
    assert (line.who, line.act, line.facts["fields"]) == ("Quan", "work-described", ["title"])


def test_what_was_deleted_is_nobodys_to_edit_or_to_open(session: Session) -> None:
    review = submitted(session)
    work, huong = cataloguing.with_audience(session, review.work_id), actor(session, "huong")
    assert queries.may_open(queries.seen_by(session, review.id, huong), huong)
    works.delete(session, work, "mistaken", None, by=actor(session, "quan"), at=MONDAY)
    session.expire_all()
    with pytest.raises(UnknownReview):
        queries.opened_by(session, review.id, huong)
    with pytest.raises(UnknownWork):
        wish = {
            "name": "b.pdf",
            "size": 1,
            "media_type": None,
            "sight": "school",
            "approve": False,
            "lasts": timedelta(days=1),
        }
        depositing.begin(session, **wish, work_id=work.id, by=huong, at=MONDAY)


def test_before_its_approval_an_author_describes_the_work_as_they_like(session: Session) -> None:
    huong = actor(session, "huong")
    work = lecture(session, huong, "Nháp")
    assert work.state == WorkState.DRAFT
    assert not amending.correct(session, work, {"title": "Một"}, by=huong, at=MONDAY) and work.title == "Một"
    submitting.submit(session, work, by=huong, at=MONDAY)
    work = cataloguing.with_audience(session, work.id)
    assert work.state == WorkState.IN_REVIEW
    assert not amending.correct(session, work, {"title": "Hai"}, by=huong, at=MONDAY) and work.title == "Hai"


def test_whose_role_has_ended_edits_nothing_any_more(session: Session) -> None:
    person = teacher(session)
    work = lecture(session, actor(session, person.login), "Của người đã nghỉ")
    leave(session, person)
    # gone; at another school; as somebody who does not write
    for role, unit in ((None, ""), (Role.TEACHER, "BB"), (Role.PUPIL, "AA")):
        if role:
            give(session, person, unit, role)
        gone = again(session, person)
        for refused in (
            lambda gone=gone: amending.correct(session, work, {"title": "Vẫn đổi"}, by=gone, at=MONDAY),
            lambda gone=gone: submitting.submit(session, work, by=gone, at=MONDAY),
            lambda gone=gone: history.of_work(session, work, by=gone),
        ):
            with pytest.raises(NotAllowed):
                refused()
        with pytest.raises((NotAllowed, UnknownWork)):
            wish = {
                "name": "b.pdf",
                "size": 1,
                "media_type": None,
                "sight": "school",
                "approve": False,
                "lasts": timedelta(days=1),
            }
            depositing.begin(session, **wish, work_id=work.id, by=gone, at=MONDAY)
    give(session, person, "AA", Role.TEACHER)
    amending.correct(session, work, {"title": "Về lại"}, by=again(session, person), at=MONDAY)
    assert work.title == "Về lại"


def test_work_goes_on_in_another_department_and_in_what_the_school_has_become(session: Session) -> None:
    school, person = inviting.unit_by_code(session, "AA"), teacher(session)
    work = lecture(session, actor(session, person.login), "Qua tổ khác")
    quan = actor(session, "quan").person_id
    maths = units.open_unit(session, "department", f"T{uuid.uuid4().hex[:6]}", "Tổ Toán", school, by=quan, at=MONDAY)
    leave(session, person)
    rosters.give_role(session, person, maths, Role.TEACHER, by=actor(session, "quan"), at=MONDAY + SECOND)
    assert cataloguing.may_edit(session, work, again(session, person))
    leave(session, person)
    inviting.ensure_school(session, "CC", at=MONDAY)
    give(session, person, "CC", Role.TEACHER)
    assert not cataloguing.may_edit(session, work, again(session, person))
    units.merge(session, [school], inviting.unit_by_code(session, "CC"), by=quan, at=MONDAY)
    assert cataloguing.may_edit(session, work, again(session, person))


@pytest.fixture
def two_writers(postgres: Postgres) -> Iterator[Engine]:
    name = f"words_{uuid.uuid4().hex}"
    engine = open_school(postgres.database(name, owner=APPLICATION))
    yield engine
    engine.dispose()
    postgres.drop(name)


def test_words_that_arrive_while_the_approval_is_being_written_are_too_late(two_writers: Engine) -> None:
    with transaction(two_writers) as session:
        review_id, shown = (review := submitted(session)).id, seen(session, review.id)
    with writing_session(two_writers) as late, late.begin():
        huong = actor(late, "huong")
        work = cataloguing.with_audience(late, late.get_one(Review, review_id).work_id)
        assert work.state == WorkState.IN_REVIEW
        with transaction(two_writers) as session:
            deciding.approve(session, review_id, shown, by=actor(session, "minh"), at=MONDAY)
        assert amending.correct(late, work, {"title": "Lén đổi"}, by=huong, at=MONDAY), "it waits for its own review"
    with transaction(two_writers) as session:
        kept = session.get_one(Work, work.id)
        assert (kept.state, kept.title) == (WorkState.PUBLISHED, kept.title) and kept.title != "Lén đổi"


def test_of_two_corrections_at_once_each_keeps_its_field_and_what_was_seen_before_them_is_not_opened(
    two_writers: Engine,
) -> None:
    with transaction(two_writers) as session:
        work_id = lecture(session, actor(session, "huong"), f"Hai người {uuid.uuid4()}").id
    with writing_session(two_writers) as late, late.begin():
        work, quan = cataloguing.with_audience(late, work_id), actor(late, "quan")
        loaded = late.get_one(Version, work.version_id)
        seen_digest = loaded.digest or ""
        with transaction(two_writers) as session:
            early = cataloguing.with_audience(session, work_id)
            amending.correct(session, early, {"authors": "Cô Hương"}, by=actor(session, "huong"), at=MONDAY)
        with pytest.raises(publishing.VersionChanged):
            publishing.open_to(late, work, loaded.id, seen_digest, Readers("school"), by=quan, at=MONDAY)
        amending.correct(late, work, {"lesson": "Bài 1"}, by=quan, at=MONDAY)
    with transaction(two_writers) as session:
        work = session.get_one(Work, work_id)
        card = versions.card_of(work, session.get_one(Version, work.version_id))
        assert (card["authors"], card["lesson"]) == (work.authors, work.lesson) == ("Cô Hương", "Bài 1")


def test_a_new_version_has_the_card_as_it_stands_when_its_reading_ends(two_writers: Engine) -> None:
    huong, text = "huong", f"Đang đọc {uuid.uuid4()}"
    with transaction(two_writers) as session:
        work = lecture(session, actor(session, huong), text)
        waiting = deposit(session, actor(session, huong), f"{text} 2", work=work).id
        work_id = work.id
    with writing_session(two_writers) as worker, worker.begin():
        arrived, old = worker.get_one(Deposit, waiting), cataloguing.newest_version(worker, work_id)
        held = cataloguing.with_audience(worker, work_id)
        with transaction(two_writers) as session:
            early = cataloguing.with_audience(session, work_id)
            amending.correct(session, early, {"authors": "Cô Hương"}, by=actor(session, huong), at=MONDAY)
        read(worker, arrived)
        new = cataloguing.newest_version(worker, work_id)
        assert new is not None and new is not old
        assert versions.card_of(held, new)["authors"] == "Cô Hương"
