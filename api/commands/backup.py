"""`hoclieu backup FOLDER`, and what is known of backups: `hoclieu backup done` and `hoclieu backup status`."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.commands.telling import NOT_DONE, Json, opened, progress, stop, tell
from library import logs, migrations
from library.calendar import LOCAL
from library.catalogue import keeping
from library.clock import now
from library.database import reading_session, transaction
from library.house import House
from library.operations import backups, saving
from library.settings.checks import without_secret

MAKE = "make"
KEPT = 7  # backups in a folder
TOLD_EVERY = 200  # files


class FolderOrWord(TyperGroup):
    """`hoclieu backup FOLDER` makes one; a folder that is called like a command is written `./done`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is no command is a folder."""
        known = args and (args[0] in self.commands or args[0] in ("--help", "-h"))
        return super().parse_args(ctx, args if known or not args else [MAKE, *args])


app = typer.Typer(
    cls=FolderOrWord,
    no_args_is_help=True,
    help="`hoclieu backup FOLDER` makes one while the house goes on; `hoclieu restore` is the way back.",
)


@app.command(MAKE)
def make(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept, best on another machine's disk.")],
    keep: Annotated[int, typer.Option(min=1, help="So many backups stay in the folder, the older ones go.")] = KEPT,
    as_json: Json = False,
) -> None:
    """Rows, files and settings into FOLDER, for this account only. Files that are there already are not copied again.
    Exit 1 when files are damaged.
    """
    logs.set_up("command")
    with opened(migrate=False, as_json=as_json) as house:
        migrations.refuse_older(house.engine)
        began = now()
        try:
            made = saving.make(source_of(house), folder.absolute(), at=began, most=keep, told=every(TOLD_EVERY))
        except OSError as error:
            stop(f"Không sao lưu được / the backup failed: {error.strerror or error}: {error.filename or folder}")
        if not made.manifest.damaged:
            with transaction(house.engine) as session:
                backups.done(session, taken_at=began, at=now())
    tell(row_of(made), words_of(made), as_json=as_json)
    if made.manifest.damaged:
        raise typer.Exit(NOT_DONE)


def source_of(house: House) -> saving.Source:
    """What there is to be saved."""
    return saving.Source(
        engine=house.engine,
        files=house.files,
        named=lambda session, after: keeping.named_from(session, "", after=after, limit=saving.AT_ONCE),
        still_named=keeping.named,
        app=version("hoclieu"),
        schema=str(migrations.current(house.engine)),
        settings={
            name: without_secret(value) if isinstance(value, str) else value
            for name, value in house.settings.model_dump(mode="json").items()
        },
    )


def every(files: int) -> Callable[[int, int], None]:
    """Tells how far it is, now and then."""
    return lambda done, count: (
        progress.print(f"{done} / {count}", markup=False) if done % files == 0 or done == count else None
    )


def row_of(made: saving.Made) -> dict[str, Any]:
    """For programs."""
    rows = sum(table["rows"] for table in made.manifest.tables.values())
    return {
        "backup": str(made.place),
        "taken_at": made.manifest.taken_at.isoformat(timespec="seconds"),
        "rows": rows,
        "files": made.manifest.files["count"],
        "copied": made.copied,
        "copied_bytes": made.copied_bytes,
        "gone": made.manifest.gone,
        "damaged": made.manifest.damaged,
        "let_go": made.let_go,
    }


def words_of(made: saving.Made) -> str:
    """For people."""
    row = row_of(made)
    told = (
        f"{made.place}: {row['rows']} dòng / rows, {row['files']} tệp / files, {made.copied} mới / new "
        f"({made.copied_bytes // 1_000_000} MB)"
    )
    if not made.manifest.damaged:
        return f"✓ {told}"
    return (
        f"✗ {told}\n  Kho tệp của thư viện thiếu hoặc hỏng / damaged or missing in the house itself: "
        f"{', '.join(made.manifest.damaged)} (hoclieu fixity run)"
    )


@app.command()
def done(
    at: Annotated[
        str | None, typer.Option("--at", help="The moment that it holds, as `date -Iseconds` says it; without it, now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Note that tools of your own have made a backup; the last line of the script that makes it."""
    logs.set_up("command")
    moment = now()
    taken = moment_of(at) if at else moment
    if taken > moment:
        stop(f"{at}: thời điểm này chưa tới / this moment has not come yet")
    with opened(migrate=False) as house, transaction(house.engine) as session:
        backups.done(session, taken_at=taken, at=moment)
    tell(
        {"taken_at": taken.isoformat(timespec="seconds")},
        f"✓ {taken.astimezone(LOCAL):%d/%m/%Y %H:%M}",
        as_json=as_json,
    )


@app.command()
def status(as_json: Json = False) -> None:
    """How old the newest backup is; exit 1 when it is older than 48 hours, or when there was never one."""
    logs.set_up("command")
    with opened(migrate=False) as house, reading_session(house.engine) as session:
        taken = backups.newest(session)
    seconds = round((now() - taken).total_seconds(), 1) if taken else None
    late = taken is None or now() - taken > backups.LATE_AFTER
    words = (
        f"{taken.astimezone(LOCAL):%d/%m/%Y %H:%M}" if taken else "chưa có bản sao lưu nào / there was never a backup"
    )
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
