"""Under one ISBN, schools may have entered several titles: the own one is taken, others' are shown and asked about,
hidden ones are not there.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from library import migrations
from library.catalogue import cataloguing, publishing
from library.catalogue.models import Work, WorkState
from library.circulation import stock
from library.circulation.refusals import IsbnUnknown, TitleNeeded, TitleToConfirm
from library.circulation.stock import Whose
from library.database import open_engine, transaction
from library.people import inviting, sign_in
from library.people.roles import Role
from library.people.sign_in import Actor

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ISBN = "9786040350008"
MEANT, WRONG = "Toán 8, tập hai", "Sách bậy bạ"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    migrations.upgrade(database_url)
    engine: Engine = open_engine(database_url)
    with transaction(engine) as found:
        province = inviting.ensure_province(found, "Tỉnh", at=NOON)
        inviting.add_person(found, "tinh", "Tỉnh", Role.ADMINISTRATOR, province, at=NOON)
        for code in ("AA", "BB"):
            inviting.add_person(
                found,
                code.lower(),
                code,
                Role.LIBRARIAN,
                inviting.ensure_school(found, code, f"Trường {code}", at=NOON),
                at=NOON,
            )
            inviting.add_person(
                found, f"quan.{code.lower()}", code, Role.ADMINISTRATOR, inviting.unit_by_code(found, code), at=NOON
            )
        yield found
    engine.dispose()


def by(session: Session, login: str) -> Actor:
    return sign_in.actor_for(session, inviting.person_by_login(session, login), at=LATER)


def title(
    session: Session, school: str, said: str = "", *, another: bool = False, work: uuid.UUID | None = None
) -> Work:
    """A librarian with the book in their hands adds a copy of it."""
    librarian, unit = by(session, school.lower()), inviting.unit_by_code(session, school)
    found = stock.title_for(
        session, unit, title=said, isbn="" if work else ISBN, by=librarian, at=LATER, work_id=work, another=another
    )
    stock.add_copies(session, found, unit, 1, by=librarian, at=LATER)
    return found


def known(session: Session, school: str) -> list[tuple[str, str]]:
    unit = inviting.unit_by_code(session, school)
    return [
        (one.whose, one.work.title)
        for one in stock.titles_with(
            session, unit, ISBN, by=by(session, school.lower()), at=LATER + timedelta(seconds=1)
        )
    ]


def of_the_province(session: Session) -> Work:
    work = cataloguing.open_paper_title(
        session, inviting.province(session).id, MEANT, ISBN, by=by(session, "tinh"), at=LATER
    )
    publishing.write_audience(session, work, at=LATER)
    return work


def test_the_title_of_another_school_is_asked_about_and_not_taken(session: Session) -> None:
    wrong = title(session, "AA", WRONG)
    for said in ("", MEANT):
        with pytest.raises(TitleToConfirm, match=f"{WRONG}.*Trường AA"):
            title(session, "BB", said)
    assert known(session, "BB") == [(Whose.OTHER, WRONG)]
    with pytest.raises(TitleNeeded):
        title(session, "BB", another=True)
    mine = title(session, "BB", MEANT, another=True)
    assert (mine.title, mine.isbn, mine.id != wrong.id) == (MEANT, ISBN, True)
    assert title(session, "BB").id == title(session, "BB", "toan 8 - TẬP HAI").id == mine.id, (
        "from now on it is the school's own word"
    )
    assert known(session, "BB") == [(Whose.OWN, MEANT), (Whose.OTHER, WRONG)]
    assert known(session, "AA") == [(Whose.OWN, WRONG), (Whose.OTHER, MEANT)] and title(session, "AA").id == wrong.id


def test_a_title_that_was_confirmed_is_not_asked_about_again(session: Session) -> None:
    theirs = title(session, "AA", MEANT)
    assert title(session, "BB", work=theirs.id).id == theirs.id
    assert title(session, "BB").id == theirs.id and known(session, "BB") == [(Whose.OWN, MEANT)]


def test_an_authoritys_title_comes_before_other_schools_and_is_asked_about_too(session: Session) -> None:
    title(session, "AA", WRONG)
    work = of_the_province(session)
    assert known(session, "BB") == [(Whose.AUTHORITY, MEANT), (Whose.OTHER, WRONG)]
    with pytest.raises(TitleToConfirm, match=f"{MEANT}.*Tỉnh"):
        title(session, "BB")
    assert title(session, "BB", work=work.id).id == work.id


def test_another_title_than_the_own_one_is_asked_about(session: Session) -> None:
    first = title(session, "AA", MEANT)
    with pytest.raises(TitleToConfirm):
        title(session, "AA", "Bài tập Toán 8")
    second = title(session, "AA", "Bài tập Toán 8", another=True)
    assert second.id != first.id and title(session, "AA", "Bài tập Toán 8").id == second.id


def test_withdrawn_and_hidden_titles_are_not_found_by_their_isbn(session: Session) -> None:
    wrong = title(session, "AA", WRONG)
    publishing.withdraw(session, cataloguing.with_audience(session, wrong.id), by=by(session, "quan.aa"), at=LATER)
    hidden = of_the_province(session)
    publishing.hold(session, hidden, WorkState.DRAFT, at=LATER)
    later = of_the_province(session)
    later.opens_at = LATER + timedelta(days=1)
    publishing.write_audience(session, later, at=LATER)
    for school in ("AA", "BB"):
        assert known(session, school) == []
        with pytest.raises(IsbnUnknown):
            title(session, school)
    assert title(session, "BB", MEANT).title == MEANT, "nobody is asked about what they may not see"
