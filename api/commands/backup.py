"""`hoclieu backup done` and `hoclieu backup status`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from api.commands.telling import NOT_DONE, Json, opened, stop, tell
from library import backups, logs
from library.calendar import LOCAL
from library.clock import now
from library.database import reading_session, transaction

app = typer.Typer(no_args_is_help=True, help="Backups, which your own tools make: when was the last one done?")


@app.command()
def done(
    at: Annotated[str | None, typer.Option("--at", help="The moment that it holds, as `date -Iseconds` says it; without it, now.")] = None,
    as_json: Json = False,
) -> None:
    """Note that a backup has succeeded; the last line of the script that makes it."""
    logs.set_up("command")
    moment = now()
    taken = moment_of(at) if at else moment
    if taken > moment:
        stop(f"{at}: thời điểm này chưa tới / this moment has not come yet")
    with opened(migrate=False) as house, transaction(house.engine) as session:
        backups.done(session, taken_at=taken, at=moment)
    tell({"taken_at": taken.isoformat(timespec="seconds")}, f"✓ {taken.astimezone(LOCAL):%d/%m/%Y %H:%M}", as_json=as_json)


@app.command()
def status(as_json: Json = False) -> None:
    """How old the newest backup is; exit 1 when it is older than 48 hours, or when there was never one."""
    logs.set_up("command")
    with opened(migrate=False) as house, reading_session(house.engine) as session:
        taken = backups.newest(session)
    seconds = round((now() - taken).total_seconds(), 1) if taken else None
    late = taken is None or now() - taken > backups.LATE_AFTER
    words = f"{taken.astimezone(LOCAL):%d/%m/%Y %H:%M}" if taken else "chưa có bản sao lưu nào / there was never a backup"
    row = {"taken_at": taken.isoformat(timespec="seconds") if taken else None, "age_seconds": seconds, "late": late}
    tell(row, f"{'!' if late else '✓'} {words}", as_json=as_json)
    if late:
        raise typer.Exit(NOT_DONE)


def moment_of(words: str) -> datetime:
    """A moment as scripts write it; without a zone it is Vietnam's."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        stop(f"{words}: không phải thời điểm / not a moment; for example 2026-11-24T02:00:00+07:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
