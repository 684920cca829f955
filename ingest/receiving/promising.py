"""Room that was promised: what running uploads may still send is as good as used."""

import os
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue.models import Deposit, DepositState
from library.database import hold
from library.house import House

PROMISED = "uploads-promised"  # held by who promises: two never promise the same room


def refuse_without_room(session: Session, house: House, size: int) -> None:
    """Raises DiskFull unless `size` more bytes find room beside all that was promised before and the reserve."""
    hold(session, [PROMISED])
    house.settings.disk.refuse_beyond(promised(session, house) + size)


def promised(session: Session, house: House) -> int:
    """Bytes that the uploads which grow on this machine may still send."""
    sizes = {
        deposit_id.hex: size
        for deposit_id, size in session.execute(
            select(Deposit.id, Deposit.size).where(Deposit.state == DepositState.RECEIVING)
        )
    }
    left = 0
    with os.scandir(house.settings.staging) as files:
        for file in files:
            with suppress(FileNotFoundError):  # it has arrived in this moment
                left += max(0, sizes.get(file.name, 0) - file.stat().st_size)
    return left
