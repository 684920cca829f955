"""Notices: told once, worded when shown or sent, dropped when no longer true, mailed through a real SMTP server that
may be down.
"""

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from ingest.worker import post
from library.announced import NOTICES
from library.circulation import desk, reminding, stock
from library.circulation.models import Loan
from library.database import transaction
from library.house import House, open_house
from library.notices import inbox, mailing, telling
from library.notices.kinds import Words, words_of
from library.notices.models import Notice
from library.people import inviting, sign_in
from library.people.models import Person
from library.people.roles import Role
from library.reviews.announcing import WORK_APPROVED
from library.settings import Settings, SettingsMistaken, load
from tests.services.mail import MailServer

MONDAY = datetime(2026, 9, 7, 3, tzinfo=UTC)  # ten o'clock here
REAL = {
    "review-wanted": {"title": "Tam giác đồng dạng", "school": "THCS Vĩnh Thuận"},
    "work-approved": {"title": "Tam giác đồng dạng", "sight": "school"},
    "work-returned": {"title": "Tam giác đồng dạng", "reasons": ["Sai kiến thức"], "remark": "Xem lại trang 3"},
    "work-withdrawn": {"title": "Tam giác đồng dạng", "reason": "wrong-content", "remark": "Xem lại trang 3"},
    "loan-due-soon": {"title": "Dế Mèn phiêu lưu kí", "due": "2026-09-21"},
    "loan-overdue": {"title": "Dế Mèn phiêu lưu kí", "due": "2026-09-21"},
    "files-damaged": {},
    "welcome": {},
}


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    yield server
    server.stop()


@pytest.fixture
def house(tmp_path: Path, mail: MailServer, database_url: str) -> Iterator[House]:
    letters = {
        "mail": f"smtp://127.0.0.1:{mail.port}",
        "mail_from": "thu-vien@truong.example",
        "public_url": "https://tv.example",
    }
    settings = Settings(home=tmp_path / "var", database=database_url, **letters)
    opened = open_house(settings)
    with transaction(opened.engine) as session:
        school = inviting.ensure_school(session, "AA", "THCS Vĩnh Thuận", at=MONDAY)
        for login, role, email in (
            ("co.anh", Role.LIBRARIAN, None),
            ("em.khue", Role.PUPIL, "khue@example.vn"),
            ("em.lan", Role.PUPIL, None),
        ):
            inviting.add_person(session, login, f"Đỗ Minh {login[3:].title()}", role, school, at=MONDAY).email = email
    yield opened
    opened.engine.dispose()


def of(house: House, login: str) -> uuid.UUID:
    with transaction(house.engine) as session:
        return inviting.person_by_login(session, login).id


def tell(house: House, login: str, kind: str, *, about: uuid.UUID | None = None) -> None:
    with transaction(house.engine) as session:
        telling.tell(
            session,
            [inviting.person_by_login(session, login).id],
            NOTICES[kind],
            at=MONDAY,
            about=about,
            **REAL.get(kind, {}),
        )


def worded(kind: str, facts: dict[str, Any], language: str) -> Words:
    return words_of(Notice(kind=kind, facts=facts), language, NOTICES)


def lend(house: House, login: str) -> Loan:
    with transaction(house.engine) as session:
        keeper = sign_in.actor_for(session, inviting.person_by_login(session, "co.anh"), at=MONDAY)
        school = inviting.unit_by_code(session, "AA")
        work = stock.title_for(session, school, title="Dế Mèn phiêu lưu kí", isbn="", by=keeper, at=MONDAY)
        [item] = stock.add_copies(session, work, school, 1, by=keeper, at=MONDAY, shelf="T 510")
        card = desk.scan(session, uuid.uuid4(), login, None, school, by=keeper, at=MONDAY).patron
        loan = desk.scan(
            session, uuid.uuid4(), item.barcode, card.card if card else None, school, by=keeper, at=MONDAY
        ).loan
        assert loan is not None
        return loan


def bring_back(house: House, loan: Loan, at: datetime) -> None:
    with transaction(house.engine) as session:
        keeper = sign_in.actor_for(session, inviting.person_by_login(session, "co.anh"), at=at)
        barcode = session.scalars(select(desk.Item.barcode).where(desk.Item.id == loan.item_id)).one()
        desk.scan(session, uuid.uuid4(), barcode, None, inviting.unit_by_code(session, "AA"), by=keeper, at=at)


def kinds(house: House) -> list[str]:
    with transaction(house.engine) as session:
        return list(session.scalars(select(Notice.kind).order_by(Notice.created_at)))


def remind(house: House, at: datetime) -> int:
    with transaction(house.engine) as session:
        return reminding.remind(session, at=at)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_has_its_words_and_an_unknown_one_breaks_nothing(language: str) -> None:
    assert set(REAL) == set(NOTICES)
    lines = {kind: worded(kind, facts, language) for kind, facts in REAL.items()}
    assert len({one.line for one in lines.values()}) == len(REAL)
    for kind in (*NOTICES, "some-day-perhaps"):
        for facts in ({}, {"title": None, "due": "hôm nào", "reasons": 3, "count": "x"}):
            found = worded(kind, facts, language)
            assert found.line and found.more and found.path.startswith("/")
    assert "21/09/2026" in lines["loan-due-soon"].line and "Sai kiến thức" in lines["work-returned"].more


def test_many_reviews_stand_in_one_line_and_are_read_together(house: House) -> None:
    for _ in range(7):
        tell(house, "em.lan", "review-wanted", about=uuid.uuid4())
    tell(house, "em.lan", "welcome")
    lan = of(house, "em.lan")
    with transaction(house.engine) as session:
        assert inbox.unread(session, lan) == 8
        lines = inbox.lines(session, lan, "vi", NOTICES)
        assert sorted(one.words.line for one in lines) == ["Chào mừng tới thư viện!", "Có 7 bài đang chờ duyệt"]
        inbox.mark_read(session, lan, next(one.id for one in lines if one.kind == "review-wanted"), NOTICES, at=MONDAY)
        assert inbox.unread(session, lan) == 1
        with pytest.raises(inbox.UnknownNotice):
            inbox.mark_read(session, of_in(session, "em.khue"), lines[0].id, NOTICES, at=MONDAY)
        inbox.mark_all_read(session, lan, at=MONDAY)
        assert inbox.unread(session, lan) == 0


def of_in(session: object, login: str) -> uuid.UUID:
    return inviting.person_by_login(session, login).id  # type: ignore[arg-type]


def test_a_borrower_is_reminded_two_days_before_and_when_overdue_once_each(house: House) -> None:
    loan = lend(house, "em.khue")
    assert remind(house, loan.due_at - timedelta(days=3)) == 0
    assert [remind(house, loan.due_at - timedelta(days=2)) for _ in range(3)] == [1, 0, 0]
    assert kinds(house) == ["loan-due-soon"]
    assert [remind(house, loan.due_at + timedelta(hours=1)) for _ in range(3)] == [1, 0, 0]
    assert kinds(house) == ["loan-overdue"], "what was due soon is not due soon any more"


def test_the_database_itself_refuses_a_second_reminder_of_one_loan(house: House) -> None:
    loan = lend(house, "em.khue")
    remind(house, loan.due_at - timedelta(days=2))
    with pytest.raises(IntegrityError):
        tell(house, "em.khue", "loan-due-soon", about=loan.id)


def test_a_copy_that_came_back_reminds_nobody(house: House) -> None:
    loan = lend(house, "em.khue")
    remind(house, loan.due_at - timedelta(days=2))
    bring_back(house, loan, loan.due_at - timedelta(days=1))
    assert kinds(house) == []
    assert remind(house, loan.due_at + timedelta(days=9)) == 0


def test_a_letter_waits_for_a_server_that_is_down_and_goes_when_it_is_back(house: House, mail: MailServer) -> None:
    tell(house, "em.khue", "work-approved")
    tell(house, "em.khue", "welcome")
    at = MONDAY
    for _ in range(5):  # more often than a poison row is tried
        assert post.send_next(house, "w", at=at)
        assert not post.send_next(house, "w", at=at + timedelta(seconds=5)), "it waits before it tries again"
        at += timedelta(seconds=31)
    mail.start()
    assert post.send_next(house, "w", at=at) and not post.send_next(house, "w", at=at)
    [letter] = mail.letters()
    assert letter["To"] and "khue@example.vn" in letter["To"] and "thu-vien@truong.example" in letter["From"]
    body = letter.get_payload(decode=True).decode()
    assert "Chào Đỗ Minh Khue" in body and "“Tam giác đồng dạng” đã được duyệt" in body and "has been approved" in body
    assert "Chào mừng tới thư viện" in body and "https://tv.example/tro-giup" in body
    with transaction(house.engine) as session:
        assert set(session.scalars(select(Notice.mailed_at))) == {at}


def test_what_is_no_longer_true_is_not_sent_and_without_an_address_nothing_waits(
    house: House, mail: MailServer
) -> None:
    mail.start()
    loan = lend(house, "em.khue")
    remind(house, loan.due_at - timedelta(days=2))
    with transaction(house.engine) as session:
        # read, so the return does not delete it
        inbox.mark_all_read(session, inviting.person_by_login(session, "em.khue").id, at=MONDAY)
    bring_back(house, loan, loan.due_at - timedelta(days=1))
    tell(house, "em.lan", "welcome")
    while post.send_next(house, "w", at=loan.due_at):
        pass
    assert mail.letters() == []
    with transaction(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(Notice).where(Notice.due_at.is_not(None))) == 0
        assert session.scalar(select(func.count()).select_from(Notice).where(Notice.mailed_at.is_not(None))) == 0


def test_a_letter_that_the_server_refuses_is_set_aside_after_three_tries(house: House, mail: MailServer) -> None:
    mail.start()
    with transaction(house.engine) as session:
        person = session.get_one(Person, inviting.person_by_login(session, "em.lan").id)
        person.email = f"{'a' * 60000}@example.vn"  # longer than any server takes
    tell(house, "em.lan", "welcome")
    at = MONDAY
    for _ in range(3):
        assert post.send_next(house, "w", at=at)
        at += timedelta(minutes=1)
    assert not post.send_next(house, "w", at=at)
    with transaction(house.engine) as session:
        [kept] = session.scalars(select(Notice))
        assert kept.set_aside_at is not None and kept.last_error


def set_aside(house: House) -> dict[str, bool]:
    with transaction(house.engine) as session:
        return {one.kind: one.set_aside_at is not None for one in session.scalars(select(Notice))}


def test_an_address_that_no_letter_can_carry_is_set_aside_with_its_reason_and_others_get_theirs(
    house: House, mail: MailServer
) -> None:
    mail.start()
    with transaction(house.engine) as session:
        session.get_one(Person, inviting.person_by_login(session, "em.lan").id).email = "co.hoa@truong."
    tell(house, "em.lan", "welcome")
    tell(house, "em.khue", "work-approved")
    at = MONDAY
    for _ in range(5):
        while post.send_next(house, "w", at=at):
            pass
        at += timedelta(minutes=1)
    assert len(mail.letters()) == 1
    assert set_aside(house) == {"welcome": True, "work-approved": False}


@pytest.mark.parametrize(
    "title", ["Tam giác\nBcc: ke.xau@example.vn", "Tam giác\r\n\r\nĐồng dạng", "Tam\x00 giác\u2028", "Tam giác\x85"]
)
def test_a_title_with_line_ends_goes_out_in_one_line(house: House, mail: MailServer, title: str) -> None:
    mail.start()
    with transaction(house.engine) as session:
        telling.tell(session, [inviting.person_by_login(session, "em.khue").id], WORK_APPROVED, at=MONDAY, title=title)
    assert post.send_next(house, "w", at=MONDAY) and not post.send_next(house, "w", at=MONDAY)
    [letter] = mail.letters()
    assert letter["Bcc"] is None and "Tam" in str(make_header(decode_header(letter["Subject"])))


def test_a_notice_that_cannot_be_put_into_words_takes_no_other_with_it(house: House, mail: MailServer) -> None:
    mail.start()
    tell(house, "em.khue", "work-approved")
    tell(house, "em.khue", "welcome")
    with transaction(house.engine) as session:
        session.execute(update(Notice).where(Notice.kind == "work-approved").values(facts=["hỏng"]))
    at = MONDAY
    for _ in range(5):
        while post.send_next(house, "w", at=at):
            pass
        at += timedelta(minutes=1)
    assert len(mail.letters()) == 1
    assert set_aside(house) == {"work-approved": True, "welcome": False}


def test_a_password_never_travels_in_the_clear() -> None:
    with pytest.raises(mailing.PostUnsafe), closing(socket.socket()) as door:
        door.bind(("127.0.0.2", 0))
        door.listen()
        post = mailing.Post(f"smtp://a:b@127.0.0.2:{door.getsockname()[1]}", "a@b.vn", "Thư viện", "")
        answer_plainly(door)
        post.send(mailing.EmailMessage())


def answer_plainly(door: socket.socket) -> None:
    """A server that knows no STARTTLS."""

    def answer() -> None:
        near, _ = door.accept()
        with near:
            for line in (b"220 x", b"250 x"):
                near.sendall(line + b"\r\n")
                near.recv(999)

    threading.Thread(target=answer, daemon=True).start()


def test_mail_settings_are_checked_and_never_told() -> None:
    with pytest.raises(SettingsMistaken) as mistaken:
        load({"HOCLIEU_MAIL": "http://me:secret@mail", "HOCLIEU_MAIL_FROM": "nobody"})
    assert len(mistaken.value.mistakes) == 2 and "secret" not in str(mistaken.value)
