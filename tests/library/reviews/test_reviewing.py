"""From a draft to its readers: submitting, the queue, approving, returning, undoing; and what the house refuses."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from library.audit import Event
from library.catalogue import cataloguing, publishing, versions
from library.catalogue.access import visible_to
from library.catalogue.card_fields import UnknownValue
from library.catalogue.models import Deposit, Work, WorkState
from library.catalogue.publishing import Readers, VersionChanged
from library.notices.models import Notice
from library.people.models import Person
from library.people.sign_in import Actor, NotAllowed
from library.reviews import checking, claiming, closing, deciding, queries, submitting
from library.reviews.models import Review
from library.reviews.refusals import (
    AlreadyDecided,
    AlreadyInReview,
    NotAReviewer,
    NothingToReview,
    NotYourDecision,
    OwnWork,
    ReasonNeeded,
    TooLateToUndo,
    UnknownReview,
)
from tests.stage.school import MONDAY, SECOND, actor, deposit, lecture, read, seen


def submitted(session: Session, text: str = "Tam giác đồng dạng", by: str = "huong", **more: object) -> Review:
    author = actor(session, by)
    return submitting.submit(session, lecture(session, author, text, **more), by=author, at=more.get("at", MONDAY))  # type: ignore[arg-type]


def approved(session: Session, review: Review, by: str = "minh") -> Review:
    return deciding.approve(session, review.id, seen(session, review.id), by=actor(session, by), at=MONDAY)


def sees(session: Session, who: Actor, work: Work) -> bool:
    return session.scalar(select(Work.id).where(Work.id == work.id, visible_to(who.sight, MONDAY + SECOND))) is not None


def notices(session: Session, kind: str) -> dict[str, Notice]:
    rows = session.execute(
        select(Person.login, Notice).join(Notice, Notice.person_id == Person.id).where(Notice.kind == kind)
    ).all()
    return dict(map(tuple, rows))


def acts(session: Session, work: Work) -> list[str]:
    return sorted(session.scalars(select(Event.act).where(Event.subject_id == work.id)))


def test_a_submitted_draft_is_seen_by_the_reviewers_of_its_school_only(session: Session) -> None:
    review = submitted(session)
    assert review.work.state == WorkState.IN_REVIEW and review.readers == Readers("school")
    who = {
        login: sees(session, actor(session, login), review.work)
        for login in ("huong", "minh", "lan", "son", "quan", "thu", "xa")
    }
    assert who == {"huong": True, "minh": True, "lan": True, "son": True, "quan": True, "thu": False, "xa": False}
    assert set(notices(session, "review-wanted")) == {"minh", "lan", "son"}
    assert notices(session, "review-wanted")["minh"].facts["title"] == "Tam giác đồng dạng"


def test_an_approved_work_opens_to_the_readers_its_author_wished_for(session: Session) -> None:
    review = submitted(session, sight="school")
    done = approved(session, review)
    assert (
        done.work.state == WorkState.PUBLISHED
        and done.work.sight == "school"
        and done.work.version_id == review.version_id
    )
    assert sees(session, actor(session, "thu"), done.work) and not sees(session, actor(session, "xa"), done.work)
    assert notices(session, "review-wanted") == {}
    told = notices(session, "work-approved")["huong"]
    assert (told.facts["title"], told.facts["by"], told.about_id) == ("Tam giác đồng dạng", "Minh", review.id)
    assert acts(session, done.work) == [
        "work-approved",
        "work-opened",
        "work-published",
        "work-ready",
        "work-submitted",
    ]


def test_a_work_goes_back_with_the_reasons_and_the_words_of_the_reviewer(session: Session) -> None:
    review = submitted(session)
    wish = ["SAI_KIEN_THUC", "THIEU_NGUON"]
    done = deciding.return_(
        session,
        review.id,
        seen(session, review.id),
        wish,
        " Sửa đơn vị ở trang 7. ",
        by=actor(session, "minh"),
        at=MONDAY,
    )
    assert (done.state, done.work.state, done.reasons, done.remark) == (
        "returned",
        WorkState.DRAFT,
        wish,
        "Sửa đơn vị ở trang 7.",
    )
    assert not sees(session, actor(session, "minh"), done.work), "a returned draft is its author's again"
    told = notices(session, "work-returned")["huong"].facts
    assert (told["reasons"], told["remark"]) == (wish, "Sửa đơn vị ở trang 7.")
    line = session.scalars(select(Event).where(Event.act == "work-returned")).one()
    assert line.facts["reasons"] == wish and "Sửa" not in str(line.facts), "the chain holds codes, no words of people"
    again = submitting.submit(
        session, cataloguing.with_audience(session, done.work_id), by=actor(session, "huong"), at=MONDAY + SECOND
    )
    assert again.id != review.id and queries.latest_of(session, [again.version_id])[again.version_id].id == again.id


def test_returning_needs_a_reason_that_is_known_or_a_word(session: Session) -> None:
    review, minh = submitted(session), actor(session, "minh")
    shown = seen(session, review.id)
    with pytest.raises(ReasonNeeded):
        deciding.return_(session, review.id, shown, [], "  ", by=minh, at=MONDAY)
    with pytest.raises(UnknownValue):
        deciding.return_(session, review.id, shown, ["KHONG_CO"], None, by=minh, at=MONDAY)
    assert deciding.return_(session, review.id, shown, [], "Mờ quá", by=minh, at=MONDAY).state == "returned"


def test_the_queue_is_oldest_first_and_two_reviewers_at_once_each_get_another(session: Session) -> None:
    first, second = submitted(session, "Một"), submitted(session, "Hai", at=MONDAY + SECOND)
    minh, lan = actor(session, "minh"), actor(session, "lan")
    assert [one.id for one in queries.queue(session, minh)] == [first.id, second.id]
    mine, hers = claiming.open_next(session, by=minh, at=MONDAY), claiming.open_next(session, by=lan, at=MONDAY)
    assert mine and hers and (mine.id, hers.id) == (first.id, second.id)
    assert claiming.open_next(session, by=minh, at=MONDAY) is not None, "asking again gives the same one"
    looked = claiming.open_one(session, first.id, by=lan, at=MONDAY)
    holder = queries.held_by_another(looked, lan, MONDAY)
    assert holder is not None and holder.name == "Minh"


def test_what_somebody_left_open_goes_to_the_next_after_a_quarter_of_an_hour(session: Session) -> None:
    review = submitted(session)
    claiming.open_next(session, by=actor(session, "minh"), at=MONDAY)
    assert claiming.open_next(session, by=actor(session, "lan"), at=MONDAY + timedelta(minutes=14)) is None
    found = claiming.open_next(session, by=actor(session, "lan"), at=MONDAY + timedelta(minutes=15))
    assert (
        found is not None and found.id == review.id and found.claimed_by is not None and found.claimed_by.name == "Lan"
    )


def test_the_second_decision_is_refused_and_says_who_was_first(session: Session) -> None:
    review = submitted(session)
    shown = seen(session, review.id)
    approved(session, review)
    with pytest.raises(AlreadyDecided, match="Minh"):
        deciding.approve(session, review.id, shown, by=actor(session, "lan"), at=MONDAY)
    with pytest.raises(AlreadyDecided, match="Minh"):
        deciding.return_(session, review.id, shown, ["MO_KHO_DOC"], None, by=actor(session, "lan"), at=MONDAY)


def test_an_approval_is_undone_within_ten_seconds_by_whoever_decided(session: Session) -> None:
    review = approved(session, submitted(session))
    with pytest.raises(NotYourDecision):
        deciding.undo(session, review.id, by=actor(session, "lan"), at=MONDAY + SECOND)
    back = deciding.undo(session, review.id, by=actor(session, "minh"), at=MONDAY + 10 * SECOND)
    assert (back.state, back.work.state, back.decided_by, back.work.published_at) == (
        "waiting",
        WorkState.IN_REVIEW,
        None,
        None,
    )
    assert not sees(session, actor(session, "thu"), back.work) and notices(session, "work-approved") == {}
    assert set(notices(session, "review-wanted")) == {"lan", "son"}
    assert approved(session, back).state == "approved", "and it can be decided again"


def test_a_return_is_undone_and_waits_again(session: Session) -> None:
    review = submitted(session)
    deciding.return_(
        session, review.id, seen(session, review.id), ["MO_KHO_DOC"], None, by=actor(session, "minh"), at=MONDAY
    )
    back = deciding.undo(session, review.id, by=actor(session, "minh"), at=MONDAY + SECOND)
    assert (back.state, back.reasons, back.work.state) == ("waiting", [], WorkState.IN_REVIEW)
    assert notices(session, "work-returned") == {}


def test_undoing_is_refused_when_it_is_late_or_when_the_work_has_moved_on(session: Session) -> None:
    late, moved, minh = approved(session, submitted(session, "Một")), submitted(session, "Hai"), actor(session, "minh")
    with pytest.raises(TooLateToUndo):
        deciding.undo(session, late.id, by=minh, at=MONDAY + 16 * SECOND)
    deciding.return_(session, moved.id, seen(session, moved.id), ["MO_KHO_DOC"], None, by=minh, at=MONDAY)
    submitting.submit(
        session, cataloguing.with_audience(session, moved.work_id), by=actor(session, "huong"), at=MONDAY + SECOND
    )
    with pytest.raises(TooLateToUndo):
        deciding.undo(session, moved.id, by=minh, at=MONDAY + 2 * SECOND)
    with pytest.raises(TooLateToUndo):
        deciding.undo(session, late.id, by=minh, at=MONDAY + timedelta(days=1))


def test_readers_keep_the_approved_version_until_the_new_one_is_approved(session: Session) -> None:
    first = approved(session, submitted(session, "Bản một"))
    huong = actor(session, "huong")
    work = lecture(session, huong, "Bản hai", work=first.work)
    assert (work.state, work.version_id, work.title) == (WorkState.PUBLISHED, first.version_id, "Bản một")
    second = submitting.submit(session, work, by=huong, at=MONDAY + SECOND)
    assert second.version_id != first.version_id and session.get_one(Work, work.id).version_id == first.version_id
    done = approved(session, second)
    assert done.work.version_id == second.version_id
    back = deciding.undo(session, second.id, by=actor(session, "minh"), at=MONDAY + SECOND)
    assert (back.work.state, back.work.version_id) == (WorkState.PUBLISHED, first.version_id)


def test_a_wish_made_while_the_file_is_still_being_read_comes_true_when_it_is_ready(session: Session) -> None:
    huong = actor(session, "huong")
    arriving = deposit(session, huong, "Còn đang đọc")
    assert submitting.submit_deposit(session, arriving, "public", by=huong, at=MONDAY) is None
    work = read(session, arriving)
    assert work.state == WorkState.IN_REVIEW
    assert [one.readers.sight for one in queries.waiting_of(session, work.id)] == ["public"]
    gone = deposit(session, huong, "Người gửi đã nghỉ", review=True)
    session.execute(update(Person).where(Person.login == "huong").values(disabled_at=MONDAY))
    session.expire_all()
    assert read(session, session.get_one(Deposit, gone.id)).state == WorkState.DRAFT


def test_a_new_version_takes_the_place_of_the_one_under_review(session: Session) -> None:
    old, huong = submitted(session, "Bản một"), actor(session, "huong")
    shown = seen(session, old.id)
    work = read(session, deposit(session, huong, "Bản hai", work=old.work, review=True))
    fresh = queries.waiting_of(session, work.id)
    assert [one.version_id for one in fresh] == [work.version_id] and old.state == "superseded"
    with pytest.raises(VersionChanged):
        deciding.approve(session, old.id, shown, by=actor(session, "minh"), at=MONDAY)
    assert session.get_one(Work, work.id).state == WorkState.IN_REVIEW


def test_an_author_takes_a_work_back_and_nobody_else_does(session: Session) -> None:
    review = submitted(session)
    for login in ("minh", "xa"):
        with pytest.raises(UnknownReview):
            closing.recall(session, review.id, by=actor(session, login), at=MONDAY)
    back = closing.recall(session, review.id, by=actor(session, "huong"), at=MONDAY)
    assert (back.state, back.work.state) == ("recalled", WorkState.DRAFT) and notices(session, "review-wanted") == {}
    with pytest.raises(AlreadyDecided, match="Huong"):
        deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)


def test_whoever_may_not_is_told_so(session: Session) -> None:
    review = submitted(session)
    shown = seen(session, review.id)
    for login, refusal in (
        ("huong", NotAReviewer),
        ("thu", UnknownReview),
        ("xa", UnknownReview),
        ("quan", UnknownReview),
    ):
        with pytest.raises((refusal, OwnWork)):
            deciding.approve(session, review.id, shown, by=actor(session, login), at=MONDAY)
    with pytest.raises(NotAReviewer):
        queries.queue(session, actor(session, "thu"))
    with pytest.raises(NotAllowed):
        submitting.submit(
            session, cataloguing.with_audience(session, review.work_id), by=actor(session, "thu"), at=MONDAY
        )
    with pytest.raises(AlreadyInReview):
        submitting.submit(
            session, cataloguing.with_audience(session, review.work_id), by=actor(session, "huong"), at=MONDAY
        )
    approved(session, review)
    with pytest.raises(NothingToReview):
        submitting.submit(
            session, cataloguing.with_audience(session, review.work_id), by=actor(session, "huong"), at=MONDAY
        )


def test_the_database_itself_keeps_one_open_review_of_a_version(session: Session) -> None:
    review = submitted(session)
    names = [column.name for column in Review.__table__.columns if column.name != "id"]
    twin = Review(**{name: getattr(review, name) for name in names})
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(twin)
        session.flush()


def test_a_keeper_who_publishes_or_withdraws_takes_the_work_out_of_the_queue(session: Session) -> None:
    review, quan = submitted(session), actor(session, "quan")
    work = cataloguing.with_audience(session, review.work_id)
    publishing.publish(session, work, review.version_id, review.digest, Readers("school"), by=quan, at=MONDAY)
    closing.overruled(session, work, by=quan, at=MONDAY)
    assert review.state == "overruled" and work.state == WorkState.PUBLISHED and notices(session, "review-wanted") == {}


def test_the_checks_name_thin_descriptions_and_the_same_file_elsewhere(session: Session) -> None:
    review = submitted(session, "Cùng một tệp")
    twin = approved(session, submitted(session, "Cùng một tệp", by="thu"))
    review.version.card = {**versions.card_of(review.work, review.version), "subject_code": None}
    session.flush()
    found = checking.check(
        session, queries.seen_by(session, review.id, actor(session, "minh")), actor(session, "minh"), at=MONDAY + SECOND
    )
    assert (found.missing, [one.id for one in found.twins]) == (["subject"], [twin.work_id])
    blind = checking.check(session, review, actor(session, "xa"), at=MONDAY + SECOND)
    assert blind.twins == [], "what may not be seen is not named"
