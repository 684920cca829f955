"""Attack 21: what somebody read is told to them alone; the desk knows who has a copy, not who had it."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from library import migrations
from library.audit import Event
from library.circulation import desk, patrons, queries, stock
from library.database import open_engine, transaction
from library.people import inviting, sign_in
from library.people.roles import Role

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def test_attack_21_the_desk_forgets_who_had_a_copy_ten_minutes_after_it_came_back(database_url: str) -> None:
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    with transaction(engine) as session:
        inviting.ensure_province(session, "Tỉnh", at=NOON)
        school = inviting.ensure_school(session, "AA", at=NOON)
        by = sign_in.actor_for(
            session, inviting.add_person(session, "thu.thu", "Thủ thư", Role.LIBRARIAN, school, at=NOON), at=NOON
        )
        lan = inviting.add_person(session, "em.lan", "Lan", Role.PUPIL, school, at=NOON)
        card = patrons.of_person(session, lan, school.id, at=NOON).card
        assert session.scalars(select(Event.facts).where(Event.act == "patron-added")).all() == [{}], (
            "the card goes with the person"
        )
        work = stock.title_for(session, school, title="Đất rừng phương Nam", isbn="", by=by, at=NOON)
        label = stock.add_copies(session, work, school, 1, by=by, at=NOON)[0].barcode

        def names(at: datetime) -> set[str | None]:
            return {line.borrower for line in queries.desk_log(session, school.id, since=at - timedelta(minutes=10))}

        desk.scan(session, uuid.uuid4(), "em.lan", None, school, by=by, at=NOON)
        desk.scan(session, uuid.uuid4(), label, card, school, by=by, at=NOON)
        assert names(LATER) == {"Lan"}, "the copy is out"
        desk.scan(session, uuid.uuid4(), label, None, school, by=by, at=LATER)
        assert names(LATER) == {"Lan", None}, "it has just come back: undo needs to know"
        assert names(LATER + timedelta(minutes=11)) == {None}
    engine.dispose()
