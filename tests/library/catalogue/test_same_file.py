"""The same bytes again are said at once, and only to who may see where they are."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, publishing
from library.catalogue.models import Deposit
from library.catalogue.publishing import Readers
from library.database import transaction
from library.reviews import amending
from tests.stage.school import MONDAY, actor, deposit, lecture, open_school


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path: Path = tmp_path_factory.mktemp("same") / "a.db"
    engine = open_school(f"sqlite:///{path}")
    with transaction(engine) as session:
        yield session
    engine.dispose()


def told(found: Deposit) -> list[tuple[str, str]]:
    return [(one["code"], one["title"]) for one in found.warnings]


def test_the_same_bytes_are_named_by_the_work_that_has_them_or_by_the_file_on_its_way(session: Session) -> None:
    text, huong = f"Bài {uuid.uuid4()}", actor(session, "huong")
    first = deposit(session, huong, text)
    assert told(first) == []
    assert told(deposit(session, huong, text)) == [("same-file", f"{text}.pdf")]
    other = f"Khác {uuid.uuid4()}"
    work = lecture(session, huong, other)
    assert told(deposit(session, huong, other, work=work)) == [], "a new version of the same work"
    assert told(deposit(session, huong, other)) == [("same-file", work.title)]


def test_nobody_hears_of_what_they_may_not_see(session: Session) -> None:
    text = f"Nháp {uuid.uuid4()}"
    lecture(session, actor(session, "huong"), text)
    assert told(deposit(session, actor(session, "thu"), text)) == []
    assert told(deposit(session, actor(session, "quan"), text)) == [("same-file", text)]


def test_a_version_that_readers_do_not_have_yet_is_told_to_its_keepers_only(session: Session) -> None:
    huong, text, later = actor(session, "huong"), f"Mở {uuid.uuid4()}", f"Bản hai {uuid.uuid4()}"
    work = lecture(session, huong, text)
    version = cataloguing.newest_version(session, work.id)
    assert version is not None and version.digest is not None
    quan, school = actor(session, "quan"), Readers("school")
    publishing.publish(session, work, version.id, version.digest, school, by=quan, at=MONDAY)
    work = lecture(session, huong, later, work=cataloguing.with_audience(session, work.id))
    amending.correct(session, work, {"title": later}, by=huong, at=MONDAY)
    assert told(deposit(session, actor(session, "thu"), text)) == [("same-file", text)]
    assert told(deposit(session, actor(session, "thu"), later)) == []
    for keeper in (huong, quan):
        assert told(deposit(session, keeper, later)) == [("same-file", later)]
