"""Facets are asked while the engine still looks for the best documents, in the thread that counts."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from library.catalogue import listing
from library.people.sight import VISITOR
from search import finding
from search.query import parse
from search.tantivy import TantivyIndex
from tests.search.works import NOON, Publish

MANY = ["tam giác đều"] * 70  # two works hold more documents than are looked at, so that the engine must count


class AtOnce(Executor):
    """Counts before the best documents are looked for."""

    def submit(self, act: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(act(*words, **named))
        except Exception as error:
            done.set_exception(error)
        return done


class Late(Executor):
    """Counts when the answer has left."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []

    def submit(self, act: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
        self.waiting.append(partial(act, *words, **named))
        return Future()

    def run(self) -> None:
        for act in self.waiting:
            act()


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


@pytest.mark.parametrize("counting", [AtOnce, partial(ThreadPoolExecutor, 2)])
def test_facets_are_the_same_whenever_the_engine_has_counted_and_are_asked_once(
    session: Session, index: TantivyIndex, publish: Publish, counting: Callable[[], Executor]
) -> None:
    publish("Một", *MANY, grade=7)
    publish("Hai", *MANY, grade=8)
    index.beside = counting()
    with statements(session) as asked:
        answer = finding.find(session, index, parse("tam giac", VISITOR), at=NOON)
    assert (answer.facets.grades, answer.page_total, len(answer.works)) == ({"7": 1, "8": 1}, 140, 2)
    assert len(asked) == 2  # rows, facets


def test_when_nothing_holds_all_words_the_facets_are_of_what_holds_most(
    session: Session, index: TantivyIndex, publish: Publish
) -> None:
    publish("Một", *["tam giác đều"] * 130, grade=7)
    index.beside = AtOnce()
    answer = finding.find(session, index, parse("tam giác vuông cân bảy", VISITOR), at=NOON)
    assert (answer.facets.grades, answer.page_total) == ({"7": 1}, 0), "only what holds all words is counted"


def away(*_: Any, **__: Any) -> None:
    raise ConnectionError("the database went away")


def test_what_goes_wrong_with_the_session_meanwhile_is_what_the_asker_hears(
    session: Session, index: TantivyIndex, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("Một", *["tam giác đều"] * 130)
    index.beside = AtOnce()
    monkeypatch.setattr(listing, "facets_of", away)
    with statements(session) as asked, pytest.raises(ConnectionError, match="went away"):
        finding.find(session, index, parse("tam giac", VISITOR), at=NOON)
    assert asked == []  # a transaction that failed answers nothing else


def test_nobody_asks_with_a_session_that_was_given_back(
    session: Session, index: TantivyIndex, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("Một", "tam giác đều")
    index.beside = late = Late()
    monkeypatch.setattr(listing, "works_at", away)
    with pytest.raises(ConnectionError, match="went away"):
        finding.find(session, index, parse("tam giac", VISITOR), at=NOON)
    with statements(session) as asked:
        late.run()
    assert late.waiting and asked == []
