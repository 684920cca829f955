"""Logins, codes of units, classes and labels are one when the eye cannot tell them apart."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from library import alike, migrations
from library.circulation import desk, stock
from library.circulation.models import Item, ScanKind
from library.circulation.refusals import BarcodeTaken, LabelOfTwo
from library.circulation.stock import Delivery
from library.database import open_engine, transaction
from library.people import inviting, rosters, sign_in, units
from library.people.inviting import LoginTaken
from library.people.models import Person, Unit
from library.people.roles import Role
from library.people.sign_in import Actor
from library.people.units import UnitCodeTaken
from library.vietnamese import seen

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    url = f"sqlite:///{tmp_path}/h.db"
    migrations.upgrade(url)
    engine = open_engine(url)
    with transaction(engine) as found:
        inviting.ensure_province(found, "Tỉnh", at=NOON)
        school = inviting.ensure_school(found, "THCS-1", at=NOON)
        inviting.add_person(found, "co.anh", "Cô Ánh", Role.LIBRARIAN, school, at=NOON)
        yield found
    engine.dispose()


@pytest.fixture
def school(session: Session) -> Unit:
    return inviting.unit_by_code(session, "THCS-1")


def librarian(session: Session) -> Actor:
    return sign_in.actor_for(session, inviting.person_by_login(session, "co.anh"), at=NOON)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("9A1", "9a1"),
        ("9A1", "9A 1"),
        ("9A1", " 9a\u00a01\u200b"),
        ("co.hòa", unicodedata.normalize("NFD", "co.hòa")),
        ("co.anh", "co.аnh"),  # а of the Cyrillic alphabet
        ("TV-01", "ＴＶ–０１"),
        ("Đông", "Ðông"),  # the Icelandic letter
    ],
)
def test_what_the_eye_cannot_tell_apart_has_one_form(one: str, other: str) -> None:
    assert seen(one) == seen(other)


@pytest.mark.parametrize(("one", "other"), [("9A1", "9A11"), ("dung", "đung"), ("TV10", "TVlO"), ("co.anh", "coanh")])
def test_what_a_good_screen_tells_apart_stays_apart(one: str, other: str) -> None:
    assert seen(one) != seen(other)


@pytest.mark.parametrize("typed", ["CO.ANH", "co.\u0430nh", "co. anh", unicodedata.normalize("NFD", "Co.Anh")])
def test_a_second_login_that_looks_the_same_is_refused_and_either_spelling_is_the_person(
    session: Session, school: Unit, typed: str
) -> None:
    with pytest.raises(LoginTaken):
        inviting.add_person(session, typed, "Người khác", Role.TEACHER, school, at=NOON)
    assert inviting.person_by_login(session, typed).login == "co.anh"
    assert sign_in.known_as(session, typed)[0] == "co.anh"


def test_the_database_itself_refuses_a_second_login_that_looks_the_same(session: Session) -> None:
    session.add(Person(login="co.\u0430nh", name="Người khác", created_at=NOON))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_class_is_opened_once_however_its_name_is_typed(session: Session, school: Unit) -> None:
    first = rosters.open_class(session, school, "2026-2027", "9A1", 9, by=None, at=NOON)
    for typed in ("9a1", "9A 1", " 9a1 "):
        assert rosters.open_class(session, school, "2026-2027", typed, 9, by=None, at=NOON).id == first.id
    assert rosters.open_class(session, school, "2027-2028", "9a1", 9, by=None, at=NOON).id != first.id


def test_a_unit_is_known_by_its_code_in_either_case_and_no_second_one_is_opened(session: Session) -> None:
    with pytest.raises(UnitCodeTaken):
        units.open_unit(session, "school", "thcs-1", "Trường khác", inviting.province(session), by=None, at=NOON)
    assert inviting.unit_by_code(session, "thcs-1").code == "THCS-1"


def test_names_are_kept_composed_whichever_keyboard_typed_them(session: Session, school: Unit) -> None:
    apart = unicodedata.normalize("NFD", "Trần Thị Huệ")
    person = inviting.add_person(session, "hue", apart, Role.TEACHER, school, at=NOON)
    units.rename(session, school, unicodedata.normalize("NFD", "Trường Huệ"), by=None, at=NOON)
    grade = rosters.open_class(
        session, school, "2026-2027", unicodedata.normalize("NFD", "Lá Huệ"), None, by=None, at=NOON
    )
    kept = (person.name, school.name, units.names_of(session, school.id)[-1].name, grade.name)
    assert kept == tuple(unicodedata.normalize("NFC", one) for one in kept)
    assert person.name == "Trần Thị Huệ"


@pytest.mark.parametrize("typed", ["tv000123", "*TV000123*", "Tv 000123", "ＴＶ０００１２３"])
def test_a_label_is_one_in_every_spelling(session: Session, school: Unit, typed: str) -> None:
    by = librarian(session)
    stock.receive(session, school, Delivery(title="Sách", barcodes=["TV000123"]), by=by, at=NOON)
    done = desk.scan(session, scan_id(), typed, None, school, by=by, at=NOON)
    assert (done.scan.kind, done.item.barcode if done.item else "") == (ScanKind.READ_HERE, "TV000123")
    with pytest.raises(BarcodeTaken):
        stock.receive(session, school, Delivery(title="Khác", barcodes=[typed]), by=by, at=NOON)
    with pytest.raises(BarcodeTaken):
        stock.receive(session, school, Delivery(title="Khác", barcodes=["AB1", "ab 1"]), by=by, at=NOON)


def test_a_label_that_the_input_method_has_changed_is_found(session: Session, school: Unit) -> None:
    by = librarian(session)
    stock.receive(session, school, Delivery(title="Sách", barcodes=["TVDD01"]), by=by, at=NOON)
    done = desk.scan(session, scan_id(), "TVĐ01", None, school, by=by, at=NOON)
    assert done.item is not None and done.item.barcode == "TVDD01"


def test_of_two_old_labels_that_look_the_same_each_is_found_by_its_own_and_no_third_is_taken(
    session: Session, school: Unit
) -> None:
    by = librarian(session)
    _, pair = stock.receive(session, school, Delivery(title="Sách", barcodes=["TV1", "XX"]), by=by, at=NOON)
    session.execute(update(Item).where(Item.id == pair[1].id).values(barcode="Tv1", barcode_key="tv1 2"))
    session.expire_all()
    for label in ("TV1", "Tv1"):
        done = desk.scan(session, scan_id(), label, None, school, by=by, at=NOON)
        assert done.item is not None and done.item.barcode == label
    with pytest.raises(LabelOfTwo, match="TV1, Tv1"):
        desk.scan(session, scan_id(), "tv1", None, school, by=by, at=NOON)
    with pytest.raises(BarcodeTaken):
        stock.receive(session, school, Delivery(title="Khác", barcodes=["tV1"]), by=by, at=NOON)
    assert alike.doubles(session, Item.barcode, Item.barcode_key, Item.unit_id) == [["TV1", "Tv1"]]


def scan_id() -> UUID:
    return uuid4()
