"""What holds on the day of a loan: the borrower's group by class and role of that day, and a calendar of this year."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from library import migrations
from library.circulation import calendars, closed_days, desk, patrons, policy, queries
from library.circulation.calendars import DayOutOfReach
from library.circulation.closed_days import ClosedDayUnread, Closure
from library.circulation.models import Patron
from library.database import open_engine, transaction
from library.people import inviting, rosters, sign_in
from library.people.models import Person, Unit
from library.people.roles import Role
from library.people.sign_in import Actor

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
NEXT_AUGUST = datetime(2027, 8, 10, 5, tzinfo=UTC)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    url = f"sqlite:///{tmp_path}/h.db"
    migrations.upgrade(url)
    engine = open_engine(url)
    with transaction(engine) as found:
        province = inviting.ensure_province(found, "Tỉnh", at=NOON)
        school = inviting.ensure_school(found, "THCS-1", at=NOON)
        inviting.add_person(found, "co.anh", "Cô Ánh", Role.LIBRARIAN, school, at=NOON)
        inviting.add_person(found, "quan.tri", "Quản trị", Role.ADMINISTRATOR, province, at=NOON)
        yield found
    engine.dispose()


@pytest.fixture
def school(session: Session) -> Unit:
    return inviting.unit_by_code(session, "THCS-1")


def by(session: Session, login: str = "co.anh") -> Actor:
    return sign_in.actor_for(session, inviting.person_by_login(session, login), at=NOON)


def limit(session: Session, patron: Patron, at: datetime = NOON) -> int:
    return policy.rules_for(patrons.group_of(session, patron, at=at), "TK").loan_limit


def patron_of(session: Session, school: Unit, login: str, role: Role) -> tuple[Person, Patron]:
    """Somebody who comes to the desk before anything else is known of them."""
    person = inviting.add_person(session, login, "Lê Na", role, school, at=NOON)
    done = desk.scan(session, uuid4(), login, None, school, by=by(session), at=NOON)
    assert done.patron is not None
    return person, done.patron


def test_a_pupils_group_follows_the_class_of_the_day(session: Session, school: Unit) -> None:
    pupil, patron = patron_of(session, school, "na", Role.PUPIL)
    assert limit(session, patron) == 3, "nobody knows the grade yet"
    grade_5 = rosters.open_class(session, school, "2026-2027", "5A", 5, by=None, at=NOON)
    rosters.enrol(session, grade_5, pupil, at=NOON)
    assert limit(session, patron) == 2
    assert limit(session, patron, NEXT_AUGUST) == 3, "in grade 6, before the classes of the year are entered"
    repeated = rosters.open_class(session, school, "2027-2028", "5B", 5, by=None, at=NEXT_AUGUST)
    rosters.enrol(session, repeated, pupil, at=NEXT_AUGUST)
    assert limit(session, patron, NEXT_AUGUST) == 2


def test_a_class_that_somebody_teaches_is_not_their_grade(session: Session, school: Unit) -> None:
    pupil, patron = patron_of(session, school, "na", Role.PUPIL)
    grade_3 = rosters.open_class(session, school, "2026-2027", "3A", 3, by=None, at=NOON)
    rosters.enrol(session, grade_3, pupil, at=NOON, role=Role.TEACHER)
    assert limit(session, patron) == 3


def test_a_parent_who_becomes_a_teacher_borrows_as_one(session: Session, school: Unit) -> None:
    parent, patron = patron_of(session, school, "ba.na", Role.PARENT)
    assert limit(session, patron) == 2
    rosters.give_role(session, parent, school, Role.TEACHER, by=by(session, "quan.tri"), at=NOON)
    assert limit(session, patron) == 10


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 1, 1), date(2200, 1, 1), date(9999, 12, 31)])
def test_a_day_of_an_impossible_year_is_refused(session: Session, school: Unit, day: date) -> None:
    told = {"opening_hours": None, "open_weekdays": [1], "by": by(session), "at": NOON}
    with pytest.raises(DayOutOfReach):
        calendars.change(session, school, last_return_day=day, closed_days=[], **told)
    with pytest.raises(DayOutOfReach):
        calendars.change(session, school, last_return_day=None, closed_days=[Closure(day)], **told)


def test_closed_days_are_read_as_they_are_written_and_written_as_they_were_read() -> None:
    text = "20/11/2026 Ngày Nhà giáo\n26/01/2027 - 28/01/2027 Nghỉ Tết\n02/09/2027"
    found = closed_days.read(text)
    assert [one.day.day for one in found] == [20, 26, 27, 28, 2]
    assert [one.reason for one in found] == ["Ngày Nhà giáo", *["Nghỉ Tết"] * 3, ""]
    assert closed_days.written(found) == text
    assert closed_days.read("1.9.2027 đến 2/9/2027: Quốc khánh")[1] == Closure(date(2027, 9, 2), "Quốc khánh")


def test_a_run_that_two_lines_made_is_written_as_lines_that_are_read_again() -> None:
    found = closed_days.read("01/06/2027 - 31/08/2027 Nghỉ hè\n01/09/2027 - 31/10/2027 Nghỉ hè")
    assert closed_days.read(closed_days.written(found)) == found


@pytest.mark.parametrize(
    "line", ["nghỉ Tết", "31/02/2027", "20/11/26", "28/01/2027 - 26/01/2027", "01/01/2026 - 31/12/2026"]
)
def test_a_line_that_is_no_day_is_named(line: str) -> None:
    with pytest.raises(ClosedDayUnread, match=line[:10]):
        closed_days.read(f"20/11/2026\n{line}")


def test_a_reason_is_taken_away_by_the_form_and_a_last_day_that_is_over_hinders_nothing(
    session: Session, school: Unit
) -> None:
    told = {"opening_hours": None, "open_weekdays": [1], "by": by(session)}
    tet, over = date(2027, 1, 26), date(2026, 5, 31)
    calendars.change(session, school, closed_days=[Closure(tet, "Tết")], last_return_day=over, at=NOON, **told)
    later = NOON + timedelta(days=300)
    both, form = closed_days.read("26/01/2027\n26/01/2028"), closed_days.read("26/01/2028")
    calendars.change(session, school, closed_days=both, last_return_day=over, at=NOON, **told)
    assert queries.closed_days(session, school.id, at=NOON)[0] == (tet, None)
    calendars.change(session, school, closed_days=form, last_return_day=over, at=later, **told)
    with pytest.raises(DayOutOfReach):
        calendars.change(session, school, closed_days=form, last_return_day=date(2025, 5, 31), at=later, **told)


def test_a_reason_stays_when_a_program_sends_the_days_alone_and_past_days_stay(session: Session, school: Unit) -> None:
    told = {"opening_hours": None, "open_weekdays": [1], "last_return_day": None, "by": by(session)}
    tet, past = date(2027, 1, 26), date(2026, 11, 20)
    before = datetime(2026, 11, 1, tzinfo=UTC)
    calendars.change(session, school, closed_days=[Closure(tet, "Tết"), Closure(past)], at=before, **told)
    calendars.change(session, school, closed_days=[Closure(tet), Closure(past)], at=NOON, **told)
    assert queries.closed_days(session, school.id, at=NOON) == [(tet, "Tết")]
    assert len(queries.closed_days(session, school.id, at=before)) == 2
