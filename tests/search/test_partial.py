"""What is counted is what is shown; what holds only some of the words stands apart, and a word that is nowhere is
named.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from api.search.schemas import Found, FoundWork
from api.search.shown import found
from library.catalogue.models import Audience
from library.people.sight import VISITOR
from search.index import Index
from search.query import Filters
from tests.search.works import NOON, Publish


def ask(session: Session, index: Index, q: str, *, hours: int = 0, grade: int | None = None) -> Found:
    filters = Filters(grades=frozenset({grade} if grade else ()))
    return found(session, index, q, filters, VISITOR, 1, "vi", at=NOON + timedelta(hours=hours))


def titles(works: list[FoundWork]) -> list[str]:
    return [work.title for work in works]


def marked(works: list[FoundWork]) -> set[str]:
    return {piece.text for work in works for page in work.pages for piece in page.snippet if piece.marked}


def test_what_holds_only_some_of_the_words_stands_apart_and_is_not_counted(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Một", "Thực vật quang hợp ở lá cây.", grade=6)
    publish("Hai", "Thực vật có lá.", "Cây quang hợp.", grade=7)
    answer = ask(session, index, "thực vật quang hợp lá cây")
    assert (titles(answer.works), answer.work_total, answer.page_total) == (["Một"], 1, 1)
    assert titles(answer.partial) == ["Hai"]
    assert {value.code for facet in answer.facets if facet.name == "grade" for value in facet.values} == {"6"}
    assert answer.nowhere == []


def test_where_nothing_holds_all_words_nothing_is_counted_and_the_missing_word_is_named(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Một", "Thực vật quang hợp.", grade=6)
    answer = ask(session, index, "Thực vật quang hợp Kripton")
    assert (titles(answer.works), answer.work_total, answer.page_total, answer.page_count) == ([], 0, 0, 1)
    assert titles(answer.partial) == ["Một"]
    assert answer.nowhere == ["Kripton"]
    assert [value.count for facet in answer.facets if facet.name == "grade" for value in facet.values] == [1]
    assert ask(session, index, "Kripton là gì?").nowhere == ["Kripton"], "and words that only ask are not missed"


def test_a_word_is_nowhere_when_the_asker_may_see_it_nowhere_whatever_the_filters(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Một", "Thực vật quang hợp.", grade=6)
    publish("Hai", "Khí kripton.", grade=7)
    assert ask(session, index, "quang hợp kripton").nowhere == []
    assert ask(session, index, "kripton", grade=6).nowhere == []
    secret = publish("Ba", "Khí xenon.", grade=7)
    session.query(Audience).filter_by(work_id=secret.id).update({"token": "unit:1"})
    index.delete(str(secret.id))
    index.commit()
    assert ask(session, index, "quang hợp xenon").nowhere == ["xenon"]


def test_single_syllables_of_longer_words_are_not_marked_where_only_some_words_stand(
    session: Session, index: Index, publish: Publish
) -> None:
    publish("Một", "Tam thức bậc hai, giác quan, dạng đồng; Newton.")
    publish("Hai", "Tam giác cân của Newton thì có hai góc đáy; tam thức, giác quan.")
    answer = ask(session, index, "tam giác đồng dạng Newton 8 xyz")
    assert (titles(answer.works), sorted(titles(answer.partial))) == ([], ["Hai", "Một"])
    assert marked(answer.partial) == {"dạng đồng", "Newton", "Tam giác"}
    assert answer.nowhere == ["8", "xyz"]
    publish("Ba", "Cá ở biển, sống dưới nước.")
    assert marked(ask(session, index, "cá 8 9 sống").partial) == {"Cá", "sống"}, "they are words of their own there"


def test_what_is_hidden_since_it_was_indexed_is_not_counted(session: Session, index: Index, publish: Publish) -> None:
    publish("Một", "tam giác")
    work = publish("Hai", "tam giác", "tam giác")
    session.query(Audience).filter_by(work_id=work.id).update({"until_at": NOON + timedelta(hours=1)})
    answer = ask(session, index, "tam giac", hours=2)
    assert (titles(answer.works), answer.work_total, answer.page_total) == (["Một"], 1, 1)
