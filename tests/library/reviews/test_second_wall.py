"""Reviews between schools on PostgreSQL: each sees the other's name and nothing else of the other's school."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from library.announced import NOTICES
from library.catalogue import cataloguing, history
from library.catalogue.models import Work
from library.database import transaction
from library.notices import inbox
from library.people.models import Person
from library.reviews import claiming, deciding, queries, submitting
from tests.stage.school import MONDAY, lecture, seen, standing


def people(session: Session) -> set[str]:
    return set(session.scalars(select(Person.login)))


def test_author_and_reviewer_of_two_schools_know_each_other_by_name_only(hub: Engine) -> None:
    with standing(hub, "huong") as (session, huong):
        work = lecture(session, huong)
        review_id, work_id = submitting.submit(session, work, by=huong, at=MONDAY).id, work.id
        assert "xa" not in people(session)
    with standing(hub, "xa") as (session, xa):
        [told] = inbox.lines(session, xa.required().id, "vi", NOTICES)
        assert told.kind == "review-wanted"
        assert [one.author.name for one in queries.queue(session, xa)] == ["Huong"]
        opened = claiming.open_next(session, by=xa, at=MONDAY)
        assert opened is not None and opened.author.name == "Huong"
        done = deciding.approve(session, review_id, seen(session, review_id), by=xa, at=MONDAY)
        assert done.decided_by is not None and done.decided_by.name == "Xa"
        assert people(session) == {"xa"}, "the wall stands as before"
    with standing(hub, "huong") as (session, huong):
        [review] = queries.history_of(session, work_id)
        shown = queries.seen_by(session, review_id, huong)
        assert [
            one.decided_by and one.decided_by.name
            for one in (review, shown, queries.latest_of(session, [review.version_id])[review.version_id])
        ] == ["Xa", "Xa", "Xa"]
        lines = history.of_work(session, cataloguing.with_audience(session, work_id), by=huong)
        assert {line.who for line in lines if line.act == "work-approved"} == {"Xa"}
        assert "xa" not in people(session)
    with transaction(hub) as session:
        assert session.get_one(Work, work_id).state == "published"
