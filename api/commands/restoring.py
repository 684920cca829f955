"""`hoclieu restore FOLDER`."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from api.commands.backup import TOLD_EVERY, every
from api.commands.indexing import build_anew
from api.commands.telling import Json, opened, progress, stop, tell
from library import logs, migrations
from library.clock import now
from library.database import row_security
from library.deleting import removing
from library.house import House
from library.operations import folder as folders
from library.operations import restoring


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `hoclieu backup` was given.")],
    which: Annotated[
        str | None, typer.Option("--which", help="The name of one backup in it; without it, the newest.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring a backup back into an empty house. Everything is compared with its hash before anything is written;
    sign-ins and links have ended.
    """
    logs.set_up("command")
    with opened(migrate=False, as_json=as_json) as house:
        one = folders.opened(folder.absolute(), which)
        if not migrations.is_known(one.manifest.schema):
            raise folders.BackupUnreadable(place=one.place)
        # before the wall anybody else sees a house without people
        with Session(house.engine, info={row_security.PLACE: row_security.HOUSE}) as session:
            restoring.refuse_lived_in(session.connection())
        progress.print("Kiểm tra / checking", markup=False)
        restoring.verify(one, every(TOLD_EVERY))
        progress.print("Chép tệp / files", markup=False)
        try:
            house.files.prepare()
            restoring.put_files(one, house.files, house.settings.staging, every(TOLD_EVERY))
        except OSError as error:
            stop(f"Không phục hồi được / the restore failed: {error.strerror or error}: {error.filename or ''}")
        progress.print("Cơ sở dữ liệu / rows", markup=False)
        bring_rows(house, one)
        house.engine.dispose()
    lost = one.manifest.damaged
    row = {
        "restored": str(one.place),
        "taken_at": one.manifest.taken_at.isoformat(timespec="seconds"),
        "files": one.manifest.files["count"],
        "lost": lost,
    }
    words = f"\n! Lúc sao lưu đã thiếu hoặc hỏng / were lost when it was made: {', '.join(lost)}" if lost else ""
    tell(row, f"✓ {one.place}{words}", as_json=as_json)
    build_anew(throttle=None, as_json=as_json)


def bring_rows(house: House, one: folders.One) -> None:
    """Schema and rows in one transaction: all of it or nothing. Raises HouseNotEmpty, BackupOfOtherSchema."""

    def act(connection: Connection) -> None:
        here = migrations.standing_of(connection)
        if here is None:
            migrations.raise_to(connection, one.manifest.schema)
        elif here != one.manifest.schema:
            raise restoring.BackupOfOtherSchema(here=here, there=one.manifest.schema)
        restoring.load(connection, one)
        migrations.raise_to(connection, "head")
        with Session(connection, info={row_security.PLACE: row_security.HOUSE}) as session:
            restoring.settle(session, one, at=now())
            for deletion in restoring.removed_since(session, one.place.parent):
                removing.remove(session, deletion, at=now())
            session.commit()

    migrations.alone(house.settings.database, act, owner=house.settings.database_owner)
