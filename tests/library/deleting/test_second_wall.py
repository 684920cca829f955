"""Deleting on PostgreSQL, by somebody who works in another unit than the one that the work lies in."""

import pytest
from sqlalchemy import Engine

from library.catalogue import cataloguing, publishing
from library.catalogue.models import Version
from library.database import transaction
from library.deleting import undoing, works
from library.people import inviting, units
from library.people.sign_in import NotAllowed
from tests.stage.school import MONDAY, actor, lecture, standing


def test_an_author_deletes_and_brings_back_a_draft_of_a_school_that_has_become_another(hub: Engine) -> None:
    with transaction(hub) as session:
        work_id = lecture(session, actor(session, "huong")).id
        units.merge(
            session, [inviting.unit_by_code(session, "AA")], inviting.unit_by_code(session, "BB"), by=None, at=MONDAY
        )
    with standing(hub, "huong") as (session, huong):
        work = cataloguing.with_audience(session, work_id)
        deletion_id = works.delete(session, work, "mistaken", None, by=huong, at=MONDAY).id
    with standing(hub, "huong") as (session, huong):
        assert [one.deletion.id for one in undoing.standing(session, by=huong)] == [deletion_id]
        undoing.bring_back(session, deletion_id, by=huong, at=MONDAY)
    with standing(hub, "huong") as (session, huong):
        assert undoing.standing(session, by=huong) == []
        assert cataloguing.may_edit(session, cataloguing.with_audience(session, work_id), huong)


def test_a_draft_that_is_published_in_this_moment_is_not_its_authors_to_delete(hub: Engine) -> None:
    with transaction(hub) as session:
        work_id = lecture(session, actor(session, "huong")).id
    with standing(hub, "huong") as (late, huong):
        draft = cataloguing.with_audience(late, work_id)
        with transaction(hub) as session:
            work = cataloguing.with_audience(session, work_id)
            version = session.get_one(Version, work.version_id)
            publishing.publish(
                session,
                work,
                version.id,
                version.digest or "",
                publishing.Readers("public"),
                by=actor(session, "quan"),
                at=MONDAY,
            )
        with pytest.raises(NotAllowed):
            works.delete(late, draft, "mistaken", None, by=huong, at=MONDAY)
