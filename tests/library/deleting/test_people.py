"""Deleting a person: shut out at once, thirty days to undo, then nobody anywhere knows the name; what others rely on
stays.
"""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from library.audit import sealing
from library.catalogue.models import Deposit, Version
from library.circulation import desk, patrons, stock
from library.circulation.models import Loan
from library.circulation.refusals import LoansOpen
from library.database import Base, row_security
from library.deleting import people, removing, undoing
from library.deleting.refusals import NotYourself, TooLateToBringBack, UnknownReason
from library.learning import reading
from library.notices.models import Notice
from library.operations.deletions import UNDO_LASTS
from library.people import care, inviting, rosters, sign_in
from library.people.care import UnknownMember
from library.people.models import Membership, Person, Unit
from library.people.roles import Role
from library.people.sign_in import NotAllowed
from library.reviews import deciding, queries, submitting
from tests.stage.school import MONDAY, actor, deposit, lecture, seen

TUESDAY = MONDAY + timedelta(days=1)
LATER = MONDAY + UNDO_LASTS
SECRET = "Vừ Thị Tên-Riêng"


def school(session: Session, code: str = "AA") -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def somebody(session: Session, login: str = "be.ti", role: str = Role.PUPIL) -> Person:
    """A person with a name that stands nowhere else."""
    person = inviting.add_person(session, login, SECRET, role, school(session), at=MONDAY, password_hash="x")
    person.email = "ten-rieng@truong.vn"
    return person


def lend(session: Session, person: Person) -> Loan:
    keeper = session.scalars(select(Person).where(Person.login == "thu.thu")).first() or inviting.add_person(
        session, "thu.thu", "Thủ thư", Role.LIBRARIAN, school(session), at=MONDAY
    )
    by = sign_in.actor_for(session, keeper, at=MONDAY)
    work = stock.title_for(session, school(session), title="Dế Mèn", isbn="", by=by, at=MONDAY)
    label = stock.add_copies(session, work, school(session), 1, by=by, at=MONDAY)[0].barcode
    card = patrons.of_person(session, person, school(session).id, at=MONDAY).card
    desk.scan(session, uuid.uuid4(), card, None, school(session), by=by, at=MONDAY)
    desk.scan(session, uuid.uuid4(), label, card, school(session), by=by, at=MONDAY)
    return session.scalars(select(Loan).where(Loan.title == "Dế Mèn")).one()


def take_back(session: Session, loan: Loan) -> None:
    loan.closed_at, loan.closed_as = TUESDAY, "returned"
    session.flush()


def test_a_deleted_person_is_shut_out_and_in_no_list_and_comes_back_as_they_were(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session)
    token = sign_in.open_sign_in(session, person, at=MONDAY)
    everybody = rosters.members(session, {school(session).id}, at=TUESDAY)
    deletion = people.delete(session, person.id, "left", None, by=quan, at=TUESDAY)
    assert sign_in.actor_of(session, token, at=TUESDAY).person is None and sign_in.known_as(session, "be.ti")[1] is None
    assert person.id not in {one.person_id for one in rosters.members(session, {school(session).id}, at=TUESDAY)}
    for act in (care.person_in_care, care.person_in_full_care):
        with pytest.raises(UnknownMember):
            act(session, person.id, by=quan, at=TUESDAY)
    assert [one.name for one in undoing.standing(session, by=quan)] == [SECRET]
    undoing.bring_back(session, deletion.id, by=quan, at=TUESDAY)
    assert sign_in.known_as(session, "be.ti")[1] == "x"
    assert len(rosters.members(session, {school(session).id}, at=TUESDAY)) == len(everybody)


def test_who_was_locked_before_is_locked_afterwards(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session)
    rosters.disable(session, person, by=quan, at=MONDAY)
    deletion = people.delete(session, person.id, "left", None, by=quan, at=TUESDAY)
    undoing.bring_back(session, deletion.id, by=quan, at=TUESDAY)
    assert person.disabled_at == MONDAY and person.deleted_at is None


def test_a_person_is_deleted_by_whoever_has_all_of_them_in_care(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session)
    with pytest.raises(UnknownMember):
        people.delete(session, person.id, "left", None, by=actor(session, "xa"), at=MONDAY)
    with pytest.raises(NotYourself):
        people.delete(session, quan.required().id, "left", None, by=quan, at=MONDAY)
    session.add(Membership(person_id=person.id, unit_id=school(session, "BB").id, role=Role.TEACHER, from_at=MONDAY))
    session.flush()
    with pytest.raises(NotAllowed):
        people.delete(session, person.id, "left", None, by=quan, at=MONDAY)
    province = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    chief = sign_in.actor_for(
        session, inviting.add_person(session, "so", "Sở", Role.ADMINISTRATOR, province, at=MONDAY), at=MONDAY
    )
    deletion = people.delete(session, person.id, "left", None, by=chief, at=MONDAY)
    assert undoing.standing(session, by=actor(session, "xa")) == []
    deletion.unit_id = school(session).id  # also where the list shows it to them, a school alone does not decide
    with pytest.raises(NotAllowed):
        undoing.bring_back(session, deletion.id, by=quan, at=MONDAY)


def test_a_person_is_deleted_for_a_reason_that_is_one_of_a_persons(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session)
    for reason in ("", "vì thích", "rights"):
        with pytest.raises(UnknownReason):
            people.delete(session, person.id, reason, None, by=quan, at=MONDAY)
    assert person.deleted_at is None


def test_who_has_left_is_deleted_by_the_school_of_their_last_role(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session)
    held = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    rosters.end_role(session, held.id, by=quan, at=TUESDAY)
    assert people.delete(session, person.id, "left", None, by=quan, at=TUESDAY).unit_id == school(session).id


def test_a_role_that_ends_only_next_month_still_counts(session: Session) -> None:
    person = somebody(session)
    there = {
        "unit_id": school(session, "BB").id,
        "role": Role.TEACHER,
        "from_at": MONDAY - UNDO_LASTS,
        "until_at": MONDAY + UNDO_LASTS,
    }
    session.add(Membership(person_id=person.id, **there))
    session.flush()
    with pytest.raises(NotAllowed):
        people.delete(session, person.id, "left", None, by=actor(session, "quan"), at=MONDAY)


def test_a_person_with_books_at_home_is_refused_with_the_list(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session)
    loan = lend(session, person)
    with pytest.raises(LoansOpen, match="1 cuốn: “Dế Mèn”"):
        people.delete(session, person.id, "left", None, by=quan, at=TUESDAY)
    assert person.deleted_at is None
    take_back(session, loan)
    people.delete(session, person.id, "left", None, by=quan, at=TUESDAY)


def test_after_their_days_their_name_is_nowhere_and_what_others_rely_on_stays(session: Session) -> None:
    quan, person = actor(session, "quan"), somebody(session, "co.rieng", Role.TEACHER)
    loan = lend(session, person)
    card = session.scalars(
        select(Base.metadata.tables["patron"].c.card).where(Base.metadata.tables["patron"].c.person_id == person.id)
    ).one()
    take_back(session, loan)
    work = lecture(session, actor(session, "co.rieng"), "Hình học")
    review = submitting.submit(session, work, by=actor(session, "co.rieng"), at=MONDAY)
    deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)
    reading.keep_place(session, person.id, work.id, 1, at=MONDAY)
    rosters.enrol(
        session,
        rosters.open_class(session, school(session), "2026-2027", "8A", 8, by=None, at=MONDAY),
        person,
        at=MONDAY,
        role=Role.TEACHER,
    )
    sealing.seal(session)
    deletion = people.delete(session, person.id, "asked", f"mẹ {SECRET} xin", by=quan, at=MONDAY)
    removing.remove(session, deletion, at=LATER)
    removing.remove(session, deletion, at=LATER)
    session.flush()
    session.expire_all()
    with row_security.lifted(session):
        told = {table.name: str(session.execute(select(table)).all()) for table in Base.metadata.sorted_tables}
    for name, rows in told.items():
        words = [SECRET, "co.rieng", "ten-rieng", *([card] if name != "event" else [])]
        assert not [one for one in words if one in rows], name
    assert str(person.id) not in told["reading_place"] + told["enrolment"]
    kept = session.get_one(Loan, loan.id)
    assert (kept.title, kept.closed_as) == ("Dế Mèn", "returned")
    assert queries.latest_of(session, [review.version_id])[review.version_id].state == "approved"
    sealing.seal(session)
    assert sealing.verify(session, sealing.chains(session))[0] == [], "the chain is whole"
    with pytest.raises(TooLateToBringBack):
        undoing.bring_back(session, deletion.id, by=quan, at=LATER)
    assert (
        inviting.add_person(session, "co.rieng", "Người khác", Role.TEACHER, school(session), at=LATER).id != person.id
    ), "the user name is free again"


def test_an_author_who_was_told_of_an_approval_reads_no_name_of_a_reviewer_who_is_gone(session: Session) -> None:
    huong, person = actor(session, "huong"), somebody(session, "co.duyet", Role.REVIEWER)
    review = submitting.submit(session, lecture(session, huong, "Hình học"), by=huong, at=MONDAY)
    deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "co.duyet"), at=MONDAY)

    def told() -> list[str]:
        notices = select(Notice).where(Notice.about_id == review.id, Notice.person_id == huong.person_id)
        return [one.facts["by"] for one in session.scalars(notices)]

    assert told() == [SECRET]
    removing.remove(
        session, people.delete(session, person.id, "left", None, by=actor(session, "quan"), at=MONDAY), at=LATER
    )
    session.expire_all()
    assert told() == ["(đã xoá)"]


def test_what_somebody_had_sent_and_what_never_became_a_version_goes_with_them(session: Session) -> None:
    person = somebody(session, "co.gui", Role.TEACHER)
    begun = deposit(session, actor(session, "co.gui"), "Dở dang")
    work = lecture(session, actor(session, "co.gui"), "Đã đọc")
    version = session.scalars(select(Version.id).where(Version.work_id == work.id)).one()
    deletion = people.delete(session, person.id, "left", None, by=actor(session, "quan"), at=MONDAY)
    assert removing.remove(session, deletion, at=LATER) == {begun.key}, "the bytes of what stays are kept"
    left = session.scalars(select(Deposit.version_id).where(Deposit.owner_id == person.id)).all()
    assert left == [version]
