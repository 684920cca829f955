"""Whoever is shut out while their file is read publishes nothing any more."""

from pathlib import Path

from sqlalchemy import select

from api.commands.importing import keeper, take
from library.catalogue.models import Deposit, DepositState, Work, WorkState
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from library.people.models import Person
from tests.ingest.worker.sent import read_all
from tests.stage import makers


def test_what_was_to_be_published_stays_a_draft_when_its_sender_has_been_shut_out(house: House, tmp_path: Path) -> None:
    by = keeper(house, None)
    _, _, deposit_id, refusal = take(
        house, makers.textbook(tmp_path / "a.pdf", 1), by, approve=True, sight="public", card={"licence": "CC-BY-4.0"}
    )
    assert refusal is None
    with transaction(house.engine) as session:
        session.get_one(Person, by.required().id).disabled_at = now()
    read_all(house)
    with reading_session(house.engine) as session:
        assert session.get_one(Deposit, deposit_id).state == DepositState.READY
        assert session.scalars(select(Work.state)).one() == WorkState.DRAFT
