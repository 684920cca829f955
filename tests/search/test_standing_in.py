"""What the catalogue finds by itself while there is no index."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue.isbn import normal_isbn
from library.catalogue.models import Work
from library.database import writing_session
from library.people.sight import PUBLIC, Sight
from search import standing_in
from search.engines import open_index
from search.query import Filters, parse
from tests.stage.shelf import Shelf

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9/nobody-listens-here"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    shelf = Shelf(tmp_path)
    shelf.fill(12)
    with writing_session(shelf.engine) as opened:
        book = opened.scalars(select(Work).where(Work.key == 12)).one()
        book.title, book.authors, book.aliases, book.isbn, book.grade = (
            "Hoá học 9",
            "Nguyễn Thị Đào",
            ["Chemistry 100%"],
            "9786040000002",
            9,
        )
        opened.flush()
        yield opened
    shelf.engine.dispose()


def found(
    session: Session, text: str, tokens: tuple[str, ...] = (PUBLIC,), page: int = 1, **filters: frozenset[int]
) -> list[str]:
    # only grades are asked for here
    query = parse(text, Sight(frozenset(tokens)), Filters(**filters))  # type: ignore[arg-type]
    answer = standing_in.answer(session, open_index(NOWHERE), query, at=NOON, page=page)
    assert answer.degraded or normal_isbn(text)
    return [one.work.title for one in answer.works]


@pytest.mark.parametrize(
    "text", ["hoa hoc", "Hóa học", "dao nguyen", "chemistry 100%", "9786040000002", "978-604-0-00000-2", "hoá đào 9"]
)
def test_a_title_is_found_by_its_title_authors_other_titles_and_isbn(session: Session, text: str) -> None:
    assert found(session, text) == ["Hoá học 9"]


@pytest.mark.parametrize("text", ["ho", "hoa hoc 8", "100", "sac", "tam giac"])
def test_only_whole_words_of_the_card_count(session: Session, text: str) -> None:
    assert found(session, text) == (["Hoá học 9"] if text == "100" else [])


def test_the_rule_of_sight_and_the_filters_hold(session: Session) -> None:
    assert found(session, "hoa hoc", ("unit:1",)) == []
    assert (found(session, "hoa hoc", grades=frozenset({9})), found(session, "hoa hoc", grades=frozenset({8}))) == (
        ["Hoá học 9"],
        [],
    )


def test_there_are_pages_of_ten(session: Session) -> None:
    assert (len(found(session, "sach")), len(found(session, "sach", page=2))) == (10, 1)
