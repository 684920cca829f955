"""Nobody reads what was not opened to them: an unclear wish is refused, and what a wish does not say stays as it
was.
"""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, depositing, publishing
from library.catalogue.models import Deposit, DepositState, Work, WorkState
from library.catalogue.publishing import UNSAID, Readers, UnknownReaders
from library.people import inviting, rosters
from library.people.roles import Role
from library.people.sign_in import Actor
from library.reviews import deciding, submitting
from tests.stage.school import MONDAY, SECOND, actor, deposit, lecture, read, seen, sha

# names nobody, names nothing, and a commune that there is not
UNCLEAR = ("class", "department", "person", "pubic", "Public", "*", " ", "commune")
TUESDAY = MONDAY + timedelta(days=1)
YEAR = MONDAY + timedelta(days=365)


def begin(session: Session, by: Actor, sight: str, **more: Any) -> Deposit:
    wish = {"name": "a.pdf", "size": 9, "media_type": None, "approve": False, "lasts": timedelta(days=1)}
    wish |= {"card": {"licence": "CC-BY-4.0"}, **more}
    return depositing.begin(session, sight=sight, by=by, at=MONDAY, **wish)


def published(session: Session, sight: str, to: tuple[str, ...] = (), **dates: Any) -> Work:
    """A work of the teacher that the administrator has opened."""
    work, quan = lecture(session, actor(session, "huong"), f"Bài {uuid.uuid4()}"), actor(session, "quan")
    newest = cataloguing.newest_version(session, work.id)
    assert newest is not None and newest.digest is not None
    publishing.publish(session, work, newest.id, newest.digest, Readers(sight, to, **dates), by=quan, at=MONDAY)
    return cataloguing.with_audience(session, work.id)


def of_a_class(session: Session, **dates: Any) -> Work:
    school = inviting.unit_by_code(session, "AA")
    eight = rosters.open_class(session, school, "2026-2027", f"8{uuid.uuid4().hex[:4]}", 8, by=None, at=MONDAY)
    return published(session, "class", (str(eight.id),), **dates)


def readers(work: Work) -> Readers:
    return Readers(work.sight, tuple(work.sight_to), work.opens_at, work.closes_at)


@pytest.mark.parametrize("sight", UNCLEAR)
def test_an_unclear_sight_is_refused_whatever_shall_become_of_the_file(session: Session, sight: str) -> None:
    for wish in ({"approve": True}, {"review": True}, {}):
        with pytest.raises(UnknownReaders):
            begin(session, actor(session, "quan"), sight, **wish)
    begun = deposit(session, actor(session, "huong"), "Đã gửi")
    with pytest.raises(UnknownReaders), session.begin_nested():
        submitting.submit_deposit(session, begun, sight, by=actor(session, "huong"), at=MONDAY)


def test_a_draft_may_leave_it_open_and_what_shall_be_opened_may_not(session: Session) -> None:
    quan, huong = actor(session, "quan"), actor(session, "huong")
    for wish in ({"approve": True}, {"review": True}):
        with pytest.raises(UnknownReaders):
            begin(session, quan, UNSAID, **wish)
    arriving = deposit(session, huong, "Chưa nói cho ai", sight=UNSAID)
    with pytest.raises(UnknownReaders), session.begin_nested():
        submitting.submit_deposit(session, arriving, by=huong, at=MONDAY)
    work = read(session, session.get_one(Deposit, arriving.id))
    assert work.state == WorkState.DRAFT
    with pytest.raises(UnknownReaders):
        submitting.submit(session, work, by=huong, at=MONDAY)
    with pytest.raises(UnknownReaders):
        publishing.readers_of(work, {})
    assert submitting.submit(session, work, {"sight": "school"}, by=huong, at=MONDAY).readers == Readers("school")


def test_a_new_version_is_for_the_readers_of_the_one_before_unless_others_are_named(session: Session) -> None:
    quan, huong, minh = actor(session, "quan"), actor(session, "huong"), actor(session, "minh")
    work = of_a_class(session, opens_at=TUESDAY, closes_at=YEAR)
    before = readers(work)
    review = submitting.submit(
        session, lecture(session, huong, "Bản hai", work=work, sight=UNSAID), by=huong, at=MONDAY
    )
    assert review.readers == before
    deciding.approve(session, review.id, seen(session, review.id), by=minh, at=MONDAY)
    arriving = begin(session, quan, UNSAID, approve=True, work_id=work.id)
    depositing.accept(session, arriving.id, sha("Bản ba"), at=MONDAY)
    facts = {"page_count": 1, "contents": []}
    depositing.open_version(
        session, arriving, title="", kind="pdf", media_type="application/pdf", facts=facts, at=MONDAY
    )
    done = depositing.complete(session, arriving, {}, quan, at=MONDAY)
    assert (done.state, done.version_id, readers(done)) == (WorkState.PUBLISHED, arriving.version_id, before)
    named = submitting.submit(
        session, lecture(session, huong, "Bản bốn", work=done, sight="school"), by=huong, at=MONDAY
    )
    assert named.readers == Readers("school", (), TUESDAY, YEAR), "an embargo and a licence end when somebody says so"


def test_a_work_that_is_withdrawn_while_its_new_version_is_read_keeps_the_version_and_opens_nothing(
    session: Session,
) -> None:
    quan, work = actor(session, "quan"), published(session, "school")
    arriving = begin(session, quan, UNSAID, approve=True, work_id=work.id)
    depositing.accept(session, arriving.id, sha("Bản hai"), at=MONDAY)
    facts = {"page_count": 1, "contents": []}
    depositing.open_version(
        session, arriving, title="", kind="pdf", media_type="application/pdf", facts=facts, at=MONDAY
    )
    publishing.withdraw(session, work, by=quan, at=MONDAY)
    done = depositing.complete(session, arriving, {}, quan, at=MONDAY)
    assert (done.state, done.version_id, arriving.state) == (
        WorkState.WITHDRAWN,
        arriving.version_id,
        DepositState.READY,
    )


def test_dates_stay_until_somebody_says_otherwise(session: Session) -> None:
    work = published(session, "school", opens_at=TUESDAY, closes_at=YEAR)
    assert (
        publishing.readers_of(work, {})
        == publishing.readers_of(work, {"sight": None})
        == Readers("school", (), TUESDAY, YEAR)
    )
    assert publishing.readers_of(work, {"sight": "public"}) == Readers("public", (), TUESDAY, YEAR)
    assert publishing.readers_of(work, {"sight": "public", "opens_at": None, "closes_at": None}) == Readers("public")
    publishing.withdraw(session, work, by=actor(session, "quan"), at=MONDAY)
    with pytest.raises(UnknownReaders):
        publishing.readers_of(work, {})


def test_within_the_school_of_the_province_itself_is_nobody_and_not_the_whole_province(session: Session) -> None:
    province = inviting.province(session)
    by = actor(session, inviting.add_person(session, "tinh", "Tỉnh", Role.ADMINISTRATOR, province, at=MONDAY).login)
    with pytest.raises(UnknownReaders):
        begin(session, by, "school", approve=True)
    work = lecture(session, by, "Của tỉnh", sight=UNSAID)
    newest = cataloguing.newest_version(session, work.id)
    assert newest is not None and newest.digest is not None
    with pytest.raises(UnknownReaders):
        publishing.publish(session, work, newest.id, newest.digest, Readers("school"), by=by, at=MONDAY + SECOND)
    work.sight, work.state = "school", WorkState.PUBLISHED  # as a release before this one has left it
    publishing.write_audience(session, work, at=MONDAY)
    tokens = {row.token for row in cataloguing.with_audience(session, work.id).audience}
    assert {token for token in tokens if token.startswith("unit:")} == set()
