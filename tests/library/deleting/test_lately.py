"""No click that harms: what a withdrawal, a merger, a last role will do is said before, and undone within the day."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from library.audit import Event
from library.catalogue import access, cataloguing
from library.catalogue.models import Work, WorkState
from library.circulation import calendars
from library.circulation.closed_days import Closure
from library.deleting import lately, people
from library.deleting import units as removing
from library.deleting.units import UnitInUse
from library.notices.models import Notice
from library.people import inviting, managing, reopening, rosters, sign_in, units
from library.people.care import UnknownMember
from library.people.models import Invitation, Membership, SchoolClass, Unit
from library.people.reopening import TooLateToReopen
from library.people.roles import Role
from library.people.sign_in import Actor, NotAllowed
from library.reviews import amending, deciding, submitting, withdrawing
from library.reviews.withdrawing import NotWithdrawnLately, UnknownWithdrawalReason
from tests.stage.school import MONDAY, SECOND, actor, lecture, seen

SOON, TUESDAY = MONDAY + timedelta(hours=5), MONDAY + timedelta(days=1, seconds=5)


def root(session: Session) -> Actor:
    """The province's administrator."""
    inviting.add_person(session, "tinh", "Tỉnh", Role.ADMINISTRATOR, inviting.province(session), at=MONDAY)
    return actor(session, "tinh")


def approved(session: Session) -> Work:
    work = lecture(session, actor(session, "huong"))
    review = submitting.submit(session, work, by=actor(session, "huong"), at=MONDAY)
    deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)
    return cataloguing.with_audience(session, work.id)


def told(session: Session, login: str = "huong") -> list[str]:
    person = inviting.person_by_login(session, login)
    return sorted(session.scalars(select(Notice.kind).where(Notice.person_id == person.id)))


def reads(session: Session, work: Work, login: str = "thu") -> bool:
    sight = actor(session, login).sight
    found = select(Work.id).where(Work.id == work.id, access.visible_to(sight, MONDAY + SECOND * 30_000))
    return session.scalar(found) is not None


def test_the_author_of_a_withdrawn_work_hears_why_and_no_longer_that_it_was_approved(session: Session) -> None:
    work, quan = approved(session), actor(session, "quan")
    session.execute(Notice.__table__.update().values(read_at=MONDAY))  # also one that has been read
    assert told(session) == ["work-approved"]
    withdrawing.withdraw(session, work, "outdated", "Đã có bản 2026.", by=quan, at=MONDAY)
    assert told(session) == ["work-withdrawn"] and not reads(session, work)
    notice = session.scalars(select(Notice).where(Notice.kind == "work-withdrawn")).one()
    words = withdrawing.WORK_WITHDRAWN.worded(notice.facts, False, 1)
    assert words.line == "“Tam giác đồng dạng” đã được thu hồi"
    assert words.more == "Lí do: đã cũ, không còn đúng chương trình. Đã có bản 2026."


@pytest.mark.parametrize("reason", ["", "vi-thich"])
def test_a_withdrawal_needs_a_reason(session: Session, reason: str) -> None:
    work = approved(session)
    with pytest.raises(UnknownWithdrawalReason):
        withdrawing.withdraw(session, work, reason, by=actor(session, "quan"), at=MONDAY)
    assert work.state == WorkState.PUBLISHED and told(session) == ["work-approved"]


def test_a_withdrawal_is_undone_within_the_day_and_its_readers_are_who_they_were(session: Session) -> None:
    work, quan = approved(session), actor(session, "quan")
    withdrawing.withdraw(session, work, "mistaken", by=quan, at=MONDAY)
    assert list(lately.of(session, by=quan, at=SOON).works) == [work]
    work = cataloguing.with_audience(session, work.id)
    with pytest.raises(NotAllowed):
        withdrawing.undo(session, work, by=actor(session, "huong"), at=SOON)
    with pytest.raises(NotWithdrawnLately):
        withdrawing.undo(session, work, by=quan, at=TUESDAY)
    withdrawing.undo(session, work, by=quan, at=SOON)
    assert reads(session, work) and told(session) == []
    assert lately.of(session, by=quan, at=SOON).works == []


@pytest.mark.parametrize("meanwhile", ["a version", "a card"])
def test_what_the_author_has_changed_since_a_withdrawal_is_not_opened_by_undoing_it(
    session: Session, meanwhile: str
) -> None:
    work, quan, huong = approved(session), actor(session, "quan"), actor(session, "huong")
    withdrawing.withdraw(session, work, "mistaken", by=quan, at=MONDAY)
    if meanwhile == "a version":
        lecture(session, huong, "Chưa ai duyệt", work=work)
    else:
        work = cataloguing.with_audience(session, work.id)
        amending.correct(session, work, {"title": "Chưa ai duyệt"}, by=huong, at=MONDAY)
    assert lately.of(session, by=quan, at=SOON).works == []
    with pytest.raises(NotWithdrawnLately):
        withdrawing.undo(session, cataloguing.with_audience(session, work.id), by=quan, at=SOON)
    assert not reads(session, work)


def test_a_second_press_withdraws_nothing_and_leaves_the_way_back(session: Session) -> None:
    work, quan = approved(session), actor(session, "quan")
    for reason in ("mistaken", "outdated"):
        withdrawing.withdraw(session, work, reason, by=quan, at=MONDAY)
        work = cataloguing.with_audience(session, work.id)
    acts = select(Event.facts).where(Event.act == "work-withdrawn", Event.subject_id == work.id)
    assert [one["reason"] for one in session.scalars(acts)] == ["mistaken"] and told(session) == ["work-withdrawn"]
    withdrawing.undo(session, work, by=quan, at=SOON)
    assert reads(session, work)


def test_a_merger_is_counted_before_and_undone_within_the_day(session: Session) -> None:
    by = root(session)
    old, new = inviting.unit_by_code(session, "AA"), inviting.unit_by_code(session, "BB")
    lecture(session, actor(session, "huong"))
    before = {one.person_id for one in rosters.members(session, {old.id}, at=MONDAY)}
    there = {one.person_id for one in rosters.members(session, {new.id}, at=MONDAY)}
    found = removing.holdings(session, old)
    assert (found.people, found.works, found.copies) == (len(before), 1, 0)
    managing.succeed(session, "AA", ["BB"], by=by, at=MONDAY + SECOND)
    assert {one.person_id for one in rosters.members(session, {new.id}, at=SOON)} == before | there
    assert list(lately.of(session, by=by, at=SOON).units) == [old] and not lately.of(session, by=by, at=SOON).roles
    reopening.reopen(session, "AA", by=by, at=SOON)
    assert (old.closed_at, units.successors(session, old.id)) == (None, [])
    assert {one.person_id for one in rosters.members(session, {old.id}, at=SOON + SECOND)} == before
    assert {one.person_id for one in rosters.members(session, {new.id}, at=SOON + SECOND)} == there
    assert units.name_at(session, old, SOON + SECOND) == old.name
    with pytest.raises(TooLateToReopen):
        reopening.reopen(session, "AA", by=by, at=SOON)


def test_a_merger_is_final_after_a_day(session: Session) -> None:
    by = root(session)
    managing.succeed(session, "AA", ["BB"], by=by, at=MONDAY)
    with pytest.raises(TooLateToReopen):
        reopening.reopen(session, "AA", by=by, at=TUESDAY)


def test_who_looks_after_the_old_school_only_does_not_undo_what_the_province_decided(session: Session) -> None:
    by = root(session)
    managing.open_unit(session, "school", "CC", "Trường CC", "tinh", by=by, at=MONDAY)
    managing.succeed(session, "AA", ["BB", "CC"], by=by, at=MONDAY)
    quan = actor(session, "quan")
    assert lately.of(session, by=quan, at=SOON).units == []
    with pytest.raises(NotAllowed):
        reopening.reopen(session, "AA", by=quan, at=SOON)
    assert [one.code for one in lately.of(session, by=by, at=SOON).units] == ["AA"]
    assert reopening.reopen(session, "AA", by=by, at=SOON).closed_at is None


def test_undoing_a_merger_gives_nothing_back_to_who_has_left_or_is_deleted_meanwhile(session: Session) -> None:
    by = root(session)
    old, new = inviting.unit_by_code(session, "AA"), inviting.unit_by_code(session, "BB")
    left, gone, stays = (inviting.person_by_login(session, one) for one in ("huong", "thu", "minh"))
    managing.succeed(session, "AA", ["BB"], by=by, at=MONDAY)
    went = select(Membership).where(Membership.person_id == left.id, Membership.unit_id == new.id)
    rosters.end_role(session, session.scalars(went).one().id, by=by, at=MONDAY + SECOND)
    people.delete(session, gone.id, "mistaken", None, by=by, at=MONDAY + SECOND)
    inviting.invite_to_new_password(session, stays, at=MONDAY + SECOND, by=by.person_id)
    reopening.reopen(session, "AA", by=by, at=SOON)
    back = {one.person_id for one in rosters.members(session, {old.id}, at=SOON + SECOND)}
    assert stays.id in back and not back & {left.id, gone.id}
    links = select(Invitation).where(Invitation.person_id == stays.id, Invitation.used_at.is_(None))
    assert session.scalars(links).all() == []


def test_who_was_merged_on_into_a_third_school_does_not_work_in_two(session: Session) -> None:
    by = root(session)
    managing.open_unit(session, "school", "CC", "Trường CC", "tinh", by=by, at=MONDAY)
    managing.succeed(session, "AA", ["BB"], by=by, at=MONDAY)
    managing.succeed(session, "BB", ["CC"], by=by, at=MONDAY + SECOND)
    reopening.reopen(session, "AA", by=by, at=SOON)
    person = inviting.person_by_login(session, "huong")
    open_now = select(Unit.code).join(Membership, Membership.unit_id == Unit.id)
    held = session.scalars(open_now.where(Membership.person_id == person.id, Membership.until_at.is_(None)))
    assert held.all() == ["CC"]


def test_a_deleted_person_is_given_no_role_back(session: Session) -> None:
    by, person = root(session), inviting.person_by_login(session, "huong")
    only = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    rosters.end_role(session, only.id, by=by, at=MONDAY + SECOND)
    people.delete(session, person.id, "mistaken", None, by=by, at=MONDAY + SECOND)
    with pytest.raises(UnknownMember):
        reopening.give_back(session, only.id, by=by, at=SOON)


def test_a_role_given_back_keeps_its_planned_end_and_one_that_came_to_it_is_over(session: Session) -> None:
    by, person = root(session), inviting.person_by_login(session, "huong")
    held = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    held.until_at = planned = SOON + SECOND
    with pytest.raises(TooLateToReopen):
        reopening.give_back(session, held.id, by=by, at=MONDAY)
    rosters.end_role(session, held.id, by=by, at=MONDAY + SECOND)
    assert reopening.give_back(session, held.id, by=by, at=SOON).until_at == planned
    assert lately.of(session, by=by, at=planned + SECOND).roles == []
    with pytest.raises(TooLateToReopen):
        reopening.give_back(session, held.id, by=by, at=planned + SECOND)


def test_the_last_role_is_told_from_others_and_given_back_within_the_day(session: Session) -> None:
    by, person = root(session), inviting.person_by_login(session, "huong")
    only = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    found = rosters.last_role(session, only.id, by=by, at=MONDAY)
    assert found is not None and found.person.name == person.name
    second = rosters.give_role(session, person, inviting.unit_by_code(session, "AA"), "reviewer", by=by, at=MONDAY)
    assert rosters.last_role(session, only.id, by=by, at=MONDAY) is None
    rosters.end_role(session, second.id, by=by, at=MONDAY + SECOND)
    rosters.end_role(session, only.id, by=by, at=MONDAY + SECOND)
    assert {one.id for one in lately.of(session, by=by, at=SOON).roles} == {only.id, second.id}
    with pytest.raises(TooLateToReopen):
        reopening.give_back(session, only.id, by=by, at=TUESDAY + SECOND)
    reopening.give_back(session, only.id, by=by, at=SOON)
    assert sign_in.actor_for(session, person, at=SOON + SECOND).has_role(Role.TEACHER)
    with pytest.raises(TooLateToReopen):
        reopening.give_back(session, only.id, by=by, at=SOON)


def test_a_unit_opened_by_mistake_is_removed_and_one_that_has_had_anything_is_not(session: Session) -> None:
    by = root(session)
    managing.open_unit(session, "department", "TO-NHAM", "Tổ nhầm", "AA", by=by, at=MONDAY)
    removing.remove(session, "to-nham", by=by, at=SOON)
    assert session.scalar(select(Unit.id).where(Unit.code == "TO-NHAM")) is None
    with pytest.raises(UnitInUse, match="6 người"):
        removing.remove(session, "AA", by=by, at=SOON)
    lent = managing.open_unit(session, "school", "DD", "Trường DD", "tinh", by=by, at=MONDAY)
    calendar = {"opening_hours": "7:30", "open_weekdays": [1], "last_return_day": None, "by": by, "at": MONDAY}
    calendars.change(session, lent, closed_days=[Closure(MONDAY.date() + timedelta(days=9))], **calendar)
    removing.remove(session, "DD", by=by, at=SOON)
    taught = managing.open_unit(session, "school", "EE", "Trường EE", "tinh", by=by, at=MONDAY)
    session.add(SchoolClass(unit_id=taught.id, name="9A", school_year="2026-2027"))
    session.flush()
    with pytest.raises(UnitInUse, match="1 lớp"):
        removing.remove(session, "EE", by=by, at=SOON)
    empty = managing.open_unit(session, "school", "CC", "Trường CC", "tinh", by=by, at=MONDAY)
    person = inviting.add_person(session, "cc", "Cc", Role.TEACHER, empty, at=MONDAY)
    held = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    rosters.end_role(session, held.id, by=by, at=SOON)
    with pytest.raises(UnitInUse, match="1 người"):
        removing.remove(session, "CC", by=by, at=SOON)
    with pytest.raises(UnitInUse):
        removing.remove(session, "tinh", by=by, at=SOON)
    with pytest.raises(NotAllowed):
        removing.remove(session, "CC", by=actor(session, "huong"), at=SOON)
