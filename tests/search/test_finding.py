"""Finding with a real database and a real index: what is shown, counted, and hidden."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from api.search.shown import found
from library.catalogue.models import Audience, Work
from library.people.sight import VISITOR
from search import finding
from search.index import Index
from search.query import Filters, parse
from tests.search.works import NOON, Publish


def ask(session: Session, index: Index, q: str, *, at: datetime = NOON, **filters: frozenset[Any]) -> finding.Found:
    return finding.find(session, index, parse(q, VISITOR, Filters(**filters)), at=at)


def test_a_work_is_shown_with_its_best_pages_its_school_and_its_length(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Hình học", "Hai tam giác.", "Hình tròn.", "Tam giác cân.", school="truong-a", grade=8, type_code="SGK")
    (work,) = ask(session, index, "tam giac").works
    assert (work.work.title, work.work.grade, work.work.page_count, work.work.unit_code, work.page_total) == (
        "Hình học",
        8,
        3,
        "truong-a",
        2,
    )
    assert {page.number: "".join(piece.text for piece in page.snippet if piece.marked) for page in work.pages} == {
        1: "tam giác",
        3: "Tam giác",
    }


def test_what_is_hidden_since_it_was_indexed_is_neither_shown_nor_counted(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Một", "tam giác", grade=7)
    work = publish("Hai", "tam giác", grade=8, school="truong-b")
    assert sorted(ask(session, index, "tam giac").facets.grades.items()) == [("7", 1), ("8", 1)]
    session.query(Audience).filter_by(work_id=work.id).update({"until_at": NOON + timedelta(hours=1)})
    answer = ask(session, index, "tam giac", at=NOON + timedelta(hours=2))
    assert [one.work.title for one in answer.works] == ["Một"]
    assert (dict(answer.facets.grades), dict(answer.facets.schools)) == ({"7": 1}, {})


def test_facets_name_the_schools_of_what_was_found_and_those_that_were_chosen(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Một", "tam giác", school="truong-b")
    publish("Hai", "tam giác", school="truong-a")
    publish("Ba", "tam giác", school="truong-a")
    publish("Bốn", "tam giác")

    def schools(*chosen: str) -> list[tuple[str, str, int, bool]]:
        answer = found(session, index, "tam giac", Filters(schools=frozenset(chosen)), VISITOR, 1, "vi", at=NOON)
        return [
            (value.code, value.name, value.count, value.chosen)
            for facet in answer.facets
            if facet.name == "school"
            for value in facet.values
        ]

    assert schools() == [("truong-a", "truong a", 2, False), ("truong-b", "truong b", 1, False)]
    assert schools("truong-c") == [("truong-c", "truong c", 0, True)]


def test_a_page_of_results_has_ten_works_with_three_pages_each_and_the_next_page_the_rest(
    session: Session, index: Index, publish: Publish
) -> None:
    for number in range(12):
        publish(f"Sách {number}", *["tam giác đều"] * 5)
    first = ask(session, index, "tam giac")
    assert [len(work.pages) for work in first.works] == [3, *[2] * 9]
    assert all("tam giác" in [piece.text for piece in page.snippet] for work in first.works for page in work.pages)
    assert (first.work_total, first.work_total_exact, first.page_total) == (12, True, 60)
    second = finding.find(session, index, parse("tam giac", VISITOR), at=NOON, page=2)
    assert {work.work.id for work in first.works} | {work.work.id for work in second.works} == {
        row.id for row in session.query(Work)
    }
