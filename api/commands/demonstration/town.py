"""Filling the demonstration: two schools, five kinds of people, classes, copies and some loans."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import chain, cycle

from sqlalchemy.orm import Session

from library import calendar
from library.circulation import calendars, desk, due_dates, policy, stock
from library.circulation.due_dates import Calendar
from library.clock import now
from library.people import inviting, passwords, rosters, sign_in, units
from library.people.models import Person, Unit, UnitKind
from library.people.roles import Role
from library.people.sign_in import Actor
from library.reviews import binding, deciding, queries

PASSWORD = "moi-ban-vao-doc"
RETURNED_WITH = (
    "Bài gọn, dễ theo. Cô ghi thêm nguồn của bảng số liệu và xem lại chính tả ở hai trang đầu là dùng được cho cả khối."
)
COPIES = (
    ("Đất rừng phương Nam", 60),
    ("Dế Mèn phiêu lưu kí", 60),
    ("Cây thuốc vườn nhà", 40),
    ("Chuyện kể bến sông", 40),
    ("Toán 8 – tập hai (sách giấy)", 100),
)
LOANS, SINCE = 24, timedelta(days=60)  # everything began two months ago
OPEN_WEEKDAYS, LENT_FROM = range(1, 6), time(9)  # local time
RULES = policy.rules_for("HS_THCS", "TK")
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Bùi", "Vũ", "Hoàng", "Đặng", "Hồ")
GIVEN = (
    "An",
    "Bình",
    "Châu",
    "Dương",
    "Giang",
    "Hà",
    "Khuê",
    "Lan",
    "Minh",
    "Ngọc",
    "Oanh",
    "Phúc",
    "Quân",
    "Sơn",
    "Thảo",
    "Uyên",
    "Vy",
    "Xuân",
    "Yến",
    "Ánh",
)
SCHOOLS = {"THCS-VT": "THCS Vĩnh Thuận", "THCS-BD": "THCS Ba Đình"}
STAFF = (
    ("quan.tri", "Trần Thị Quản", Role.ADMINISTRATOR, "tinh"),
    ("co.huong", "Nguyễn Thị Hương", Role.TEACHER, "THCS-VT"),
    ("thay.minh", "Đỗ Quang Minh", Role.REVIEWER, "THCS-VT"),
    ("co.anh", "Phạm Ngọc Ánh", Role.LIBRARIAN, "THCS-VT"),
    ("co.lien", "Hoàng Thị Liên", Role.REVIEWER, "THCS-VT"),
    ("thay.son", "Vũ Hồng Sơn", Role.LEADER, "THCS-BD"),
    ("co.thao", "Lê Phương Thảo", Role.TEACHER, "THCS-BD"),
    ("thay.hai", "Ngô Văn Hải", Role.TEACHER, "THCS-BD"),
    ("co.mai", "Bùi Thị Mai", Role.REVIEWER, "THCS-BD"),
    ("can.bo.xa", "Đặng Thị Thu", Role.COMMUNE_OFFICER, "XA-VT"),
)


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as."""

    login: str
    name: str
    role: Role
    unit: str


def fill(session: Session) -> list[Account]:
    """Everybody and everything but the files; the accounts worth trying."""
    at = now() - SINCE
    province = inviting.province(session)
    commune = units.open_unit(session, UnitKind.COMMUNE, "XA-VT", "Xã Vĩnh Thuận", province, by=None, at=at)
    schools = {
        code: units.open_unit(session, UnitKind.SCHOOL, code, name, commune, by=None, at=at)
        for code, name in SCHOOLS.items()
    }
    places = {**schools, "XA-VT": commune}
    hashed = passwords.hash_of(PASSWORD)
    staff = {
        login: inviting.add_person(session, login, name, role, places.get(code, province), at=at, password_hash=hashed)
        for login, name, role, code in STAFF
    }
    pupils = enrolled(session, schools["THCS-VT"], staff["co.huong"], hashed)
    by = sign_in.actor_for(session, staff["co.anh"], at=now())
    furnish(session, schools["THCS-VT"], pupils, by)
    named = [Account(login, name, role, places.get(code, province).name) for login, name, role, code in STAFF]
    return [*named, Account(pupils[0].login, pupils[0].name, Role.PUPIL, schools["THCS-VT"].name)]


def review(session: Session) -> None:
    """The reviewer approves the first lecture of the queue and returns the second with a reason."""
    reviewer = sign_in.actor_for(session, inviting.person_by_login(session, "thay.minh"), at=now())
    first, second = (queries.seen_by(session, one.id, reviewer) for one in queries.queue(session, reviewer)[:2])
    deciding.approve(
        session, first.id, deciding.Seen(first.version_id, binding.digest_of(first)), by=reviewer, at=now()
    )
    seen = deciding.Seen(second.version_id, binding.digest_of(second))
    deciding.return_(session, second.id, seen, ["THIEU_NGUON", "LOI_CHINH_TA"], RETURNED_WITH, by=reviewer, at=now())


def enrolled(session: Session, school: Unit, teacher: Person, hashed: str) -> list[Person]:
    """Forty pupils in two classes of this year, the first with its teacher."""
    at = now() - SINCE
    year = calendar.school_year(calendar.local_date(now()))
    classes = [rosters.open_class(session, school, year, name, 8, by=None, at=at) for name in ("8A1", "8A2")]
    rosters.enrol(session, classes[0], teacher, at=at, role=Role.TEACHER)
    pupils = []
    for number in range(40):
        name = (
            f"{FAMILY[number % 10]} {('Gia', 'Thanh', 'Bảo', 'Thu')[(number // 10 + number) % 4]} {GIVEN[number % 20]}"
        )
        pupil = inviting.add_person(
            session, f"hs{number + 1:02d}", name, Role.PUPIL, school, at=at, password_hash=hashed
        )
        rosters.enrol(session, classes[number % 2], pupil, at=at)
        pupils.append(pupil)
    return pupils


def furnish(session: Session, school: Unit, pupils: list[Person], by: Actor) -> None:
    """Three hundred copies, opening hours, and some loans of the last two weeks."""
    at = now()
    hours = "Thứ Hai – thứ Sáu, 7:00 – 11:00 và 13:30 – 16:30"
    calendars.change(
        session,
        school,
        opening_hours=hours,
        open_weekdays=OPEN_WEEKDAYS,
        last_return_day=None,
        closed_days=[],
        by=by,
        at=at,
    )
    labels = []
    for title, count in COPIES:
        work = stock.title_for(session, school, title=title, isbn="", by=by, at=at)
        labels += [
            item.barcode
            for item in stock.add_copies(session, work, school, count, by=by, at=at, shelf=f"T {500 + count}")
        ]
    for number, morning in zip(range(LOANS), lending_days(at), strict=False):
        moment = min(morning + timedelta(minutes=number), at)
        opened = desk.scan(session, uuid.uuid4(), pupils[number].login, None, school, by=by, at=moment)
        card = opened.patron.card if opened.patron else None
        desk.scan(session, uuid.uuid4(), labels[number * 12], card, school, by=by, at=moment)


def lending_days(at: datetime) -> Iterator[datetime]:
    """The mornings on which copies went out, without end. Counted back by the calendar, not from now: whatever day it
    is, three loans are overdue and two are due today or when the library opens next.
    """
    today, open_days = calendar.local_date(at), Calendar(frozenset(OPEN_WEEKDAYS))
    days = [
        day
        for day in (today - timedelta(days=age) for age in range(SINCE.days))
        if day == today or open_days.is_open(day)
    ]
    mornings = [datetime.combine(day, LENT_FROM, calendar.LOCAL).astimezone(UTC) for day in days]
    late = [one for one in mornings if due_dates.is_overdue(due_dates.due(one, RULES, open_days), at)]
    fresh = [one for one in mornings if one not in late]
    return chain(late[:7:3], fresh[-1:] * 2, cycle(fresh))
