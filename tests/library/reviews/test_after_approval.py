"""What was approved stays as approved: its card, too, is changed by nobody who may not approve, and by nobody whose
role has ended.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, depositing, history
from library.catalogue.cataloguing import ApprovedAsItStands, UnknownWork
from library.catalogue.models import Work, WorkState
from library.database import transaction, writing_session
from library.deleting import works
from library.people import inviting, rosters, units
from library.people.models import Person
from library.people.roles import Role
from library.people.sign_in import Actor, NotAllowed
from library.reviews import deciding, queries, submitting
from library.reviews.models import Review
from library.reviews.refusals import UnknownReview
from tests.services.postgres import APPLICATION, Postgres
from tests.stage.school import MONDAY, SECOND, actor, lecture, open_school, seen

LATER = MONDAY + timedelta(minutes=1)
CARD = (
    {"title": "Tên khác"},
    {"authors": "Người khác"},
    {"type": "SGK"},
    {"subject": "VAN"},
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
def test_the_card_of_a_published_work_is_changed_only_by_who_may_publish(
    session: Session, wish: dict[str, object]
) -> None:
    work = approved(session)
    before = cataloguing.digest_of_description(work)
    for login, refusal in (("huong", ApprovedAsItStands), ("minh", NotAllowed), ("thu", NotAllowed)):
        with pytest.raises(refusal):
            cataloguing.change(session, work, wish, by=actor(session, login), at=MONDAY)
    assert cataloguing.digest_of_description(work) == before
    assert not cataloguing.may_change(session, work, actor(session, "huong"))
    cataloguing.change(session, work, {"title": "Sửa lỗi chính tả"}, by=actor(session, "quan"), at=MONDAY)
    assert work.title == "Sửa lỗi chính tả"


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
    assert (
        work.state == WorkState.DRAFT
        and cataloguing.change(session, work, {"title": "Một"}, by=huong, at=MONDAY).title == "Một"
    )
    submitting.submit(session, work, by=huong, at=MONDAY)
    assert (
        work.state == WorkState.IN_REVIEW
        and cataloguing.change(session, work, {"title": "Hai"}, by=huong, at=MONDAY).title == "Hai"
    )


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
            lambda gone=gone: cataloguing.change(session, work, {"title": "Vẫn đổi"}, by=gone, at=MONDAY),
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
    assert (
        cataloguing.change(session, work, {"title": "Về lại"}, by=again(session, person), at=MONDAY).title == "Về lại"
    )


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
        with pytest.raises(ApprovedAsItStands):
            cataloguing.change(late, work, {"title": "Lén đổi"}, by=huong, at=MONDAY)
    with transaction(two_writers) as session:
        kept = session.get_one(Work, work.id)
        assert (kept.state, kept.title) == (WorkState.PUBLISHED, kept.title) and kept.title != "Lén đổi"
