"""Upgrading a database that is in use loses no row, whatever happens in between, and fills what is new from what was
there.
"""

import os
import signal
import subprocess
import sys
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, Uuid, func, inspect, select
from sqlalchemy.exc import IntegrityError

from library import alike, migrations
from library.audit import Event
from library.catalogue.fixity import FixitySlice
from library.catalogue.models import Work
from library.circulation import reminding
from library.circulation.models import Item
from library.clock import now
from library.database import open_engine, reading_session, transaction
from library.migrations import METADATA
from library.notices import telling
from library.notices.models import Notice
from library.people.called import person_called
from library.people.models import Enrolment, Invitation, Membership, Person, SchoolClass
from library.reviews import announcing

pytestmark = pytest.mark.slow

FIRST = "0001"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ANYTHING: dict[type, Any] = {
    str: "draft",
    int: 0,
    float: 0.0,
    bool: False,
    bytes: b"",
    dict: [],
    datetime: MOMENT,
    date: MOMENT.date(),
}
Rows = list[dict[str, Any]]


@contextmanager
def as_it_was(url: str) -> Iterator[Connection]:
    """A connection that knows nothing of today's models."""
    engine = open_engine(url)
    with transaction(engine) as session:
        yield session.connection()
    engine.dispose()


def fill(connection: Connection, name: str, *rows: dict[str, Any]) -> None:
    """Rows with what their table demands besides: empty lists, noughts, words."""
    table = Table(name, MetaData(), autoload_with=connection)
    demanded = {one.name: anything(one) for one in table.columns if not one.nullable and one.server_default is None}
    for one in table.columns:
        if one.name == "id" or one.name.endswith("_id"):
            one.type = Uuid()  # which SQLite keeps as text
    connection.execute(
        table.insert(),
        [demanded | {"id": uuid.uuid4()} | row if "id" in table.columns else demanded | row for row in rows],
    )


def anything(column: Column[Any]) -> Any:
    return ANYTHING.get(column.type.python_type)


def old_house(url: str, works: int) -> dict[str, int]:
    """A database of the first release with a unit, a person and some works with pages; the number of rows of each
    table.
    """
    migrations.upgrade(url, revision=FIRST)
    unit, person = uuid.uuid4(), uuid.uuid4()
    works_, versions, pages, audience = Rows(), Rows(), Rows(), Rows()
    for number in range(works):
        work, version = uuid.uuid4(), uuid.uuid4()
        works_.append({"id": work, "key": number, "unit_id": unit, "owner_id": person, "title": f"Sách {number}"})
        versions.append({"id": version, "work_id": work, "number": 1, "kind": "pdf"})
        pages += [
            {"version_id": version, "number": page, "text": "chữ", "width": 1, "height": 1, "source": "text"}
            for page in (1, 2)
        ]
        audience.append({"work_id": work, "token": "public"})
    with as_it_was(url) as connection:
        people(connection, unit, person)
        for table, rows in (("work", works_), ("version", versions), ("page", pages), ("audience", audience)):
            fill(connection, table, *rows)
    return counts(url)


def people(connection: Connection, unit: uuid.UUID, *persons: uuid.UUID) -> None:
    """A province and people, whom other rows need."""
    fill(connection, "unit", {"id": unit, "code": "tinh", "kind": "province", "name": "Tỉnh"})
    fill(
        connection,
        "person",
        *({"id": one, "login": f"nguoi.{number}", "name": "Hương"} for number, one in enumerate(persons)),
    )


def counts(url: str) -> dict[str, int]:
    with as_it_was(url) as connection:
        tables = [Table(name, MetaData(), autoload_with=connection) for name in inspect(connection).get_table_names()]
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_an_upgrade_keeps_every_row_of_every_table(database_url: str) -> None:
    before = old_house(database_url, 50)
    migrations.upgrade(database_url)
    after = counts(database_url)
    assert before["page"] == 100
    assert {table: after[table] for table in before} == before
    assert set(METADATA.tables) <= set(after)


def test_an_upgrade_killed_in_the_middle_leaves_the_old_schema_and_is_done_by_the_next_start(database_url: str) -> None:
    before = old_house(database_url, 50)
    slow = "from alembic import op\nimport time\nfrom library import migrations\nreal = op.create_table\n"
    slow += (
        "def waiting(*a, **k):\n    print('in the middle', flush=True)\n    time.sleep(600)\n    return real(*a, **k)\n"
    )
    slow += f"op.create_table = waiting\nmigrations.upgrade({database_url!r})\n"
    child = subprocess.Popen(
        [sys.executable, "-c", slow], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    assert child.stdout is not None and child.stdout.readline().strip() == "in the middle"
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert counts(database_url) == before
    migrations.upgrade(database_url)
    after = counts(database_url)
    assert {table: after[table] for table in before} == before


def test_works_and_people_of_the_first_release_have_what_later_ones_added(database_url: str) -> None:
    old_house(database_url, 3)
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        works = session.scalars(select(Work).order_by(Work.key)).all()
        assert [(one.title, one.sight_to, one.card_words) for one in works] == [
            (f"Sách {number}", [], f" sach {number} ") for number in range(3)
        ]
        assert session.scalars(select(Person.first_password)).all() == [False]
    engine.dispose()


def test_every_title_is_found_by_its_words_after_the_upgrade_that_brought_them(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0008")
    unit, person, several = uuid.uuid4(), uuid.uuid4(), 2100  # more than are filled at once
    card = {
        "title": "Dế Mèn phiêu lưu kí",
        "authors": "Tô Hoài",
        "aliases": ["Truyện Dế Mèn", "O‘Dế-Mèn"],
        "isbn": "9786042087728",
    }
    with as_it_was(database_url) as connection:
        people(connection, unit, person)
        told = [
            {**card, "key": 0},
            {"key": 1, "title": "Thuý và hoà"},
            *({"key": 5 * number, "title": f"Sách {number}"} for number in range(1, several)),
        ]
        fill(
            connection,
            "work",
            *({"unit_id": unit, "owner_id": person, "authors": None, "isbn": None} | one for one in told),
        )
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with transaction(engine) as session:
        words = dict(session.execute(select(Work.key, Work.card_words)).all())
        assert words[0] == " de men phieu luu ki to hoai truyen de men o de men 9786042087728 "
        assert words[1] == " thuy va hoa "
        assert {key: words[key] for key in words if key > 1} == {
            5 * number: f" sach {number} " for number in range(1, several)
        }
        one = session.scalars(select(Work).where(Work.key == 0)).one()
        before, one.title, one.card_words = one.card_words, card["title"] + " ", ""
        session.flush()
        assert one.card_words == before, "whoever corrects the card later writes the same words"
    engine.dispose()


def test_the_audit_of_earlier_releases_stands_in_the_order_of_its_moments_with_all_it_said(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0005")
    said = {
        "act": "work-published",
        "subject_kind": "work",
        "facts": {"sight": "public", "pages": 40},
        "before": "a",
        "after": "b",
        "origin": "r-1",
    }
    lines = [said | {"subject_id": uuid.uuid4(), "happened_at": MOMENT + timedelta(hours=hour)} for hour in (3, 1, 2)]
    with as_it_was(database_url) as connection:
        fill(connection, "event", *lines)
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        found = session.scalars(select(Event).order_by(Event.sequence)).all()
        assert [one.happened_at.hour for one in found] == [1, 2, 3]
        kept = [{name: getattr(one, name) for name in lines[0]} for one in found]
        assert kept == sorted(lines, key=lambda line: str(line["happened_at"]))
        assert {(one.place, one.previous, one.digest) for one in found} == {(None, None, None)}, (
            "the worker seals them like any other"
        )
    engine.dispose()


def test_an_older_house_begins_to_read_its_files_again_slowly(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0011")
    before = now()
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        found = session.scalars(select(FixitySlice).order_by(FixitySlice.beginning)).all()
        assert [one.beginning for one in found] == [f"{number:02x}" for number in range(256)]
        assert {(one.due_at, one.checked_at, one.files, one.attempts) for one in found} == {(None, None, 0, 0)}
        assert all(before <= one.created_at <= now() for one in found)
    engine.dispose()


def test_a_way_in_that_is_open_remembers_its_maker_after_the_upgrade(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0014")
    unit, keeper, leader, lan, minh, hoa, nam, link, used, operators, untold, first = (uuid.uuid4() for _ in range(12))
    with as_it_was(database_url) as connection:
        people(connection, unit, keeper, leader, minh)
        printed_for = {"name": "Lan", "first_password": True, "password_hash": "x"}
        fill(connection, "person", *({"id": one, "login": str(one), **printed_for} for one in (lan, hoa, nam)))
        open_ = [
            {"id": one, "token_hash": str(one), "person_id": lan, "used_at": None} for one in (link, operators, untold)
        ]
        open_.append(open_[0] | {"id": first, "token_hash": "first", "person_id": None})
        fill(connection, "invitation", *open_, open_[0] | {"id": used, "token_hash": "used", "used_at": MOMENT})
        made = [
            {"act": "link-made", "subject_kind": "invitation", "subject_id": one, "person_id": by}
            for one, by in ((link, keeper), (used, keeper), (operators, None))
        ]
        printed = [
            {"act": "password-printed", "subject_kind": "person", "subject_id": who, "person_id": by}
            for who, by in ((lan, keeper), (lan, leader), (minh, keeper), (hoa, None))
        ]
        house_s = {"unit_id": None, "on_behalf_of": None}
        fill(connection, "event", *({"sequence": n} | house_s | one for n, one in enumerate(made + printed, 1)))
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        makers_of = dict(session.execute(select(Invitation.id, Invitation.made_by)).all())
        assert makers_of == {link: keeper, used: None, operators: None, first: None}
        printers = dict(session.execute(select(Person.id, Person.printed_by)).all())
        assert printers == {keeper: None, leader: None, minh: None, lan: leader, hoa: None, nam: None}
        assert set(session.scalars(select(Person.id).where(Person.password_hash == "x"))) == {lan, hoa}, (
            "whose print nobody has told of, has none"
        )
    engine.dispose()


def test_what_was_opened_twice_at_one_moment_is_open_once_since_its_beginning(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0010")
    unit, lan, minh, one_class = (uuid.uuid4() for _ in range(4))
    later = [MOMENT + timedelta(microseconds=micro) for micro in (0, 7, 9)]
    once = [(later[0], None), (later[1], later[1]), (later[2], later[2])]
    others = ((lan, "librarian"), (minh, "pupil"))
    with as_it_was(database_url) as connection:
        people(connection, unit, lan, minh)
        fill(connection, "school_class", {"id": one_class, "unit_id": unit, "school_year": "2025-2026", "name": "8A1"})
        held = [{"person_id": lan, "unit_id": unit, "role": "pupil", "from_at": at} for at in later]
        held += [{"person_id": who, "unit_id": unit, "role": role} for who, role in others]
        ended = {"from_at": MOMENT - timedelta(days=9), "until_at": MOMENT - timedelta(days=3)}
        fill(connection, "membership", *({"until_at": None} | one for one in [*held, held[0] | ended]))
        place = {"class_id": one_class, "person_id": lan, "role": "pupil", "until_at": None}
        fill(connection, "enrolment", *(place | {"from_at": at} for at in later))
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        of_lan = select(Membership).where(Membership.person_id == lan, Membership.role == "pupil")
        roles = session.scalars(of_lan.order_by(Membership.from_at))
        assert [(one.from_at, one.until_at) for one in roles] == [tuple(ended.values()), *once]
        assert session.scalar(select(func.count()).select_from(Membership).where(Membership.until_at.is_(None))) == 3
        places = session.scalars(select(Enrolment).order_by(Enrolment.from_at))
        assert [(one.from_at, one.until_at) for one in places] == once
    for double in (
        Membership(person_id=lan, unit_id=unit, role="pupil", from_at=later[1]),
        Enrolment(class_id=one_class, person_id=lan, from_at=later[1]),
    ):
        double.from_at += timedelta(days=1)
        with pytest.raises(IntegrityError), transaction(engine) as session:
            session.add(double)
    engine.dispose()


def test_a_reminder_of_an_earlier_release_is_told_once_and_other_notices_as_often_as_need_be(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0025")
    unit, lan, loan, review = (uuid.uuid4() for _ in range(4))
    told = [("loan-overdue", loan), ("loan-due-soon", loan), ("review-wanted", review)]
    with as_it_was(database_url) as connection:
        people(connection, unit, lan)
        fill(connection, "notice", *({"person_id": lan, "kind": kind, "about_id": about} for kind, about in told))
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        once = dict(session.execute(select(Notice.kind, Notice.once)).all())
        assert once == {"loan-overdue": True, "loan-due-soon": True, "review-wanted": False}
    for kind, about in ((reminding.OVERDUE, loan), (announcing.REVIEW_WANTED, review)):
        with pytest.raises(IntegrityError) if kind.once else nullcontext(), transaction(engine) as session:
            telling.tell(session, [lan], kind, at=MOMENT, about=about)
    engine.dispose()


LOGINS = ("co.anh", "CO.ANH", "co.\u0430nh", "hòa", unicodedata.normalize("NFD", "hòa"), "một.mình")


def pairs(connection: Connection, unit: uuid.UUID, person: uuid.UUID) -> None:
    """People, classes and copies of which several look the same."""
    work, year = uuid.uuid4(), "2026-2027"
    fill(connection, "unit", {"id": unit, "code": "tinh", "kind": "province", "name": "Tỉnh"})
    apart = {"name": unicodedata.normalize("NFD", "Huệ"), "id": person}
    fill(connection, "person", *({"login": one, "name": "Lan"} | (apart if one == "hòa" else {}) for one in LOGINS))
    for name, in_year in (("9A1", year), ("9a1", year), ("9A 1", year), ("8B", year), ("9a1", "2025-2026")):
        fill(connection, "school_class", {"unit_id": unit, "school_year": in_year, "name": name})
    fill(connection, "work", {"id": work, "key": 1, "unit_id": unit, "owner_id": person, "title": "Sách"})
    for number, label in enumerate(("TV1", "tv1", "TV2")):
        fill(connection, "item", {"unit_id": unit, "work_id": work, "barcode": label, "accession": number})


def test_a_house_with_pairs_that_look_the_same_is_upgraded_and_they_are_listed(database_url: str) -> None:
    migrations.upgrade(database_url, revision="0026")
    person = uuid.uuid4()
    with as_it_was(database_url) as connection:
        pairs(connection, uuid.uuid4(), person)
    before = counts(database_url)
    migrations.upgrade(database_url)
    assert {name: count for name, count in counts(database_url).items() if name in before} == before
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        assert sorted(session.scalars(select(Person.login))) == sorted(LOGINS)
        assert session.get_one(Person, person).name == "Huệ"
        apart = unicodedata.normalize("NFD", "hòa")
        assert alike.doubles(session, Person.login, Person.login_key) == [
            ["co.anh", "CO.ANH", "co.\u0430nh"],
            ["hòa", apart],
        ]
        of_year = (SchoolClass.unit_id, SchoolClass.school_year)
        assert alike.doubles(session, SchoolClass.name, SchoolClass.name_key, *of_year) == [["9a1", "9A 1", "9A1"]]
        assert alike.doubles(session, Item.barcode, Item.barcode_key, Item.unit_id) == [["tv1", "TV1"]]
        for login in LOGINS:
            found = person_called(session, login)
            assert found is not None and found.login in (login, login.casefold())
    engine.dispose()


def test_the_release_before_may_still_write_beside_the_folded_forms(database_url: str) -> None:
    migrations.upgrade(database_url)
    unit, person = uuid.uuid4(), uuid.uuid4()
    with as_it_was(database_url) as connection:
        people(connection, unit, person)
    engine = open_engine(database_url)
    with reading_session(engine) as session:
        found = person_called(session, "Nguoi.0")
        assert found is not None and (found.id, found.login_key) == (person, None)
    engine.dispose()
