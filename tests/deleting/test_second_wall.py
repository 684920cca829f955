"""Deleting on PostgreSQL, by somebody who works in another unit than the one that the work lies in."""

from sqlalchemy import Engine

from library.catalogue import cataloguing
from library.database import transaction
from library.deleting import undoing, works
from library.people import inviting, units
from tests.reviews.school import MONDAY, actor, lecture
from tests.reviews.test_second_wall import hub as hub
from tests.reviews.test_second_wall import standing


def test_an_author_deletes_and_brings_back_a_draft_of_a_school_that_has_become_another(hub: Engine) -> None:
    with transaction(hub) as session:
        work_id = lecture(session, actor(session, "huong")).id
        units.merge(session, [inviting.unit_by_code(session, "AA")], inviting.unit_by_code(session, "BB"), by=None, at=MONDAY)
    with standing(hub, "huong") as (session, huong):
        work = cataloguing.with_audience(session, work_id)
        deletion_id = works.delete(session, work, "mistaken", None, by=huong, at=MONDAY).id
    with standing(hub, "huong") as (session, huong):
        assert [one.deletion.id for one in undoing.standing(session, by=huong)] == [deletion_id]
        undoing.bring_back(session, deletion_id, by=huong, at=MONDAY)
    with standing(hub, "huong") as (session, huong):
        assert undoing.standing(session, by=huong) == []
        assert cataloguing.may_edit(session, cataloguing.with_audience(session, work_id), huong)
