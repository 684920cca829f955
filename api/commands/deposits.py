"""`hoclieu deposit list` and `hoclieu deposit stop`."""

from typing import Annotated

import typer

from api.commands.telling import Json, opened, stop, tell
from ingest import discarding
from library import logs
from library.catalogue import depositing
from library.clock import now
from library.database import reading_session, transaction
from library.errors import Refusal

app = typer.Typer(no_args_is_help=True, help="Files on their way in.")


@app.command("list")
def in_work(as_json: Json = False) -> None:
    """What waits to be read or is being read, the oldest first, and what it has cost so far."""
    with opened(migrate=False) as house, reading_session(house.engine) as session:
        for one, owner in depositing.in_work(session, limit=1000):
            row = {
                "id": str(one.id),
                "name": one.name,
                "owner": owner,
                "state": one.state,
                "step": one.step,
                "pages_done": one.pages_done,
                "page_count": one.page_count,
                "seconds": round(one.seconds_spent, 1),
                "parsers_died": one.parsers_died,
                "pixels_drawn": one.pixels_drawn,
            }
            tell(
                row,
                (
                    f"{one.id} {one.step or one.state} {one.pages_done}/{one.page_count or '?'} "
                    f"{one.seconds_spent:.0f} s  "
                    f"{one.name}"
                ),
                as_json=as_json,
            )


@app.command("stop")
def end(
    deposit_id: Annotated[str, typer.Argument(help="Its id, as `hoclieu deposit list` shows it.")],
    as_json: Json = False,
) -> None:
    """Stop the reading of a file; nothing of it stays. Its owner sees why."""
    logs.set_up("command")
    with opened(migrate=False) as house:
        try:
            with transaction(house.engine) as session:
                key = depositing.stop(session, depositing.id_of(deposit_id), by=None, at=now()).key
            discarding.discard(house, [key])
        except Refusal as refusal:
            stop(f"{refusal.sentence('vi')} / {refusal.sentence('en')}")
        tell({"id": deposit_id, "stopped": True}, f"✓ {deposit_id}", as_json=as_json)
