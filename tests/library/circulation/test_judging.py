"""The judge and the calendar are pure: facts in, verdict out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from hypothesis import example, given
from hypothesis import strategies as st

from library.calendar import LOCAL, local_date, school_year
from library.catalogue.isbn import is_ean13, normal_isbn
from library.circulation import codes, due_dates, judging, policy
from library.circulation.due_dates import Calendar
from library.circulation.judging import LoanFacts
from library.circulation.models import ItemStatus

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock in Viet Nam
PUPIL = policy.rules_for("HS_THCS", "TK")
FREE = LoanFacts(borrower="Lan", status=ItemStatus.AVAILABLE, rules=PUPIL, still_member=True, loans_open=0, overdue=0)


def said(facts: LoanFacts) -> list[str]:
    return [one.code for one in judging.loan(facts).refusals]


@pytest.mark.parametrize(
    ("changed", "codes_said"),
    [
        ({}, []),
        ({"status": ItemStatus.MISSING}, []),  # a missing copy that is scanned is found
        ({"status": ItemStatus.LOST}, ["item-not-lendable"]),
        ({"status": ItemStatus.ON_LOAN, "holder": "Minh", "due_at": MONDAY}, ["item-on-loan"]),
        (
            {"status": ItemStatus.ON_LOAN, "holder": "Lan", "holder_is_borrower": True, "due_at": MONDAY},
            ["already-yours"],
        ),
        ({"loans_open": 3}, ["loan-limit-reached"]),
        ({"loans_open": 9, "rules": policy.rules_for("HS_THCS", "GK")}, []),  # textbooks do not count
        ({"rules": policy.rules_for("HS_THCS", "TC")}, ["read-here-only"]),
        ({"overdue": 1}, ["overdue-blocks"]),
        ({"still_member": False}, ["patron-gone"]),
        (
            {"overdue": 2, "loans_open": 3, "still_member": False},
            ["patron-gone", "overdue-blocks", "loan-limit-reached"],
        ),
    ],
)
def test_the_judge_says_everything_that_stands_against_a_loan(
    changed: dict[str, object], codes_said: list[str]
) -> None:
    assert said(replace(FREE, **changed)) == codes_said  # type: ignore[arg-type]


def test_the_sentence_names_who_has_it_and_until_when() -> None:
    facts = replace(
        FREE, status=ItemStatus.ON_LOAN, holder="Minh", due_at=datetime(2026, 9, 21, 16, 59, 59, tzinfo=UTC)
    )
    assert judging.loan(facts).refusals[0].sentence("vi") == "Cuốn này Minh đang mượn, hạn trả 21/09."


def due(calendar: Calendar, at: datetime = MONDAY, collection: str = "TK") -> date:
    return local_date(due_dates.due(at, policy.rules_for("HS_THCS", collection), calendar))


def test_a_loan_is_due_at_the_end_of_an_open_day() -> None:
    assert due(Calendar()) == date(2026, 12, 7)
    assert due(Calendar(closed=frozenset({date(2026, 12, 7), date(2026, 12, 8)}))) == date(2026, 12, 9)
    assert due(Calendar(open_weekdays=frozenset({5}))) == date(2026, 12, 11)
    assert due_dates.due(MONDAY, PUPIL, Calendar()).astimezone(LOCAL).strftime("%H:%M:%S") == "23:59:59"


def test_nothing_is_due_after_the_last_return_day_and_textbooks_go_until_then() -> None:
    calendar = Calendar(last_return_day=date(2027, 5, 23))  # a Sunday: the last open day before it
    assert due(calendar, datetime(2027, 5, 15, 2, tzinfo=UTC)) == date(2027, 5, 22)
    assert due(calendar, collection="GK") == date(2027, 5, 22)
    assert due(Calendar(), collection="GK") == date(2027, 5, 31)


def test_a_school_without_any_open_day_still_lends() -> None:
    assert due(Calendar(open_weekdays=frozenset())) == date(2026, 12, 7)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.frozensets(st.integers(1, 7), min_size=1))
@example(datetime(2026, 5, 26, 2), frozenset({1}))  # the last Monday of the school year was yesterday
def test_a_due_date_is_never_before_the_loan_and_always_on_an_open_day(at: datetime, days: frozenset[int]) -> None:
    calendar = Calendar(open_weekdays=days)
    today = local_date(at.replace(tzinfo=UTC))
    day = local_date(due_dates.due(at.replace(tzinfo=UTC), PUPIL, calendar))
    assert day > today and calendar.is_open(day)
    last = due_dates.last_day(today, calendar)  # nothing is due after it that could be brought back before
    left = (date.fromordinal(day) for day in range(today.toordinal() + 1, last.toordinal() + 1))
    assert day <= last or not any(map(calendar.is_open, left))


@pytest.mark.parametrize(
    ("today", "said", "last"),
    [
        (date(2026, 11, 23), None, date(2027, 5, 31)),
        (date(2026, 11, 23), date(2026, 5, 29), date(2027, 5, 31)),  # of the school year that is over
        (date(2026, 11, 23), date(2027, 5, 28), date(2027, 5, 28)),
        (date(2026, 11, 23), date(2028, 5, 26), date(2027, 5, 31)),  # of another school year
        (date(2026, 11, 23), date(2200, 5, 26), date(2027, 5, 31)),
        (date(2027, 5, 28), date(2027, 5, 28), date(2028, 5, 31)),  # the day itself: the year is over
        (date(2027, 5, 30), date(2027, 5, 28), date(2028, 5, 31)),
        (date(2027, 6, 1), date(2027, 6, 10), date(2027, 6, 10)),
        (date(2027, 6, 11), date(2027, 6, 10), date(2028, 5, 31)),
        (date(2027, 6, 11), date(2028, 5, 26), date(2028, 5, 26)),
        (date(2027, 5, 31), None, date(2028, 5, 31)),
    ],
)
def test_a_last_return_day_that_is_over_plays_no_part(today: date, said: date | None, last: date) -> None:
    calendar = Calendar(last_return_day=said)
    assert due_dates.last_day(today, calendar) == last
    noon = datetime(today.year, today.month, today.day, 5, tzinfo=UTC)
    assert today < due(calendar, noon, "GK") <= last


def test_dates_do_not_care_where_the_server_stands() -> None:
    with time_machine.travel("2026-11-23 02:00Z", tick=False):
        assert school_year(local_date(datetime.now(UTC))) == "2026-2027"
    assert (school_year(date(2027, 7, 31)), school_year(date(2027, 8, 1))) == ("2026-2027", "2027-2028")
    assert local_date(datetime(2026, 11, 22, 17, 30, tzinfo=UTC)) == date(2026, 11, 23)


def test_labels_carry_a_check_digit_and_mean_one_kind_of_thing() -> None:
    label = codes.code_of(codes.COPY, 4231)
    assert (len(label), label[:2], is_ean13(label)) == (13, "20", True)
    assert not is_ean13(label[:-1] + str((int(label[-1]) + 1) % 10))
    assert normal_isbn("0-306-40615-2") == normal_isbn("978-0-306-40615-7") == "9780306406157"
    assert normal_isbn("978-0-306-40615-8") is None and normal_isbn("sách") is None


@pytest.mark.parametrize(
    "text",
    [
        *("ISBN 978-0-306-40615-7", "isbn: 9780306406157", "ISBN-13: 978-0-306-40615-7", "Mã số ISBN 0 306 40615 2"),
        *("ISBN-10 0-306-40615-2", "ISBN 10: 0306406152", "  978 0 306 40615 7 ", "ISBN978–0–306–40615–7"),
    ],
)
def test_an_isbn_is_known_however_it_is_written(text: str) -> None:
    assert normal_isbn(text) == "9780306406157"


def test_printed_music_has_no_isbn() -> None:
    assert normal_isbn("979-0-2600-0043-8") is None and normal_isbn("9790260000438") is None


def test_groups_follow_the_roles_and_the_grade() -> None:
    assert [policy.group_of({"pupil"}, grade) for grade in (3, 8, 11, None)] == [
        "HS_TH",
        "HS_THCS",
        "HS_THPT",
        "HS_THCS",
    ]
    assert policy.group_of({"pupil", "teacher"}, 8) == "GV" and policy.group_of({"parent"}, None) == "CMHS"
