"""A title is found by its ISBN, however it is written, and stands alone."""

import pytest
from sqlalchemy.orm import Session

from library.people.sight import PUBLIC, Sight
from search import standing_in
from search.index import Index
from search.query import Filters, parse
from tests.search.works import NOON, Publish

ISBN = "9786047381630"


def found(session: Session, index: Index, text: str) -> list[str]:
    query = parse(text, Sight(frozenset({PUBLIC})), Filters())
    answer = standing_in.answer(session, index, query, at=NOON)
    assert not answer.degraded
    return [one.work.title for one in answer.works]


@pytest.mark.parametrize(
    "text", [ISBN, "978-604-7-38163-0", "ISBN 978-604-738-163-0", "604 738 163 4", "ISBN-10: 6047381634"]
)
def test_an_isbn_finds_its_titles_and_no_page_that_holds_its_numbers(
    session: Session, index: Index, publish: Publish, text: str
) -> None:
    publish("Đất rừng phương Nam", "Chương một", isbn=ISBN)
    publish("Toán 8", "Bài 978 và bài 604, trang 7, hình 38163, đáp số 0", "ISBN 978-604-7-38163-0")
    assert found(session, index, text) == ["Đất rừng phương Nam"]


def test_an_isbn_that_no_title_has_is_looked_for_in_the_pages(session: Session, index: Index, publish: Publish) -> None:
    publish("Danh mục sách", "Sách tham khảo: 9786047381630, nhà xuất bản trẻ")
    assert found(session, index, ISBN) == ["Danh mục sách"]
