"""`hoclieu index status` and `hoclieu index rebuild`."""

from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, func, select

from api.commands.telling import NOT_DONE, Json, opened, progress, stop, tell
from library import logs
from library.catalogue.models import Work
from library.clock import now
from library.database import reading_session
from library.settings import Settings
from search.comparing import differences
from search.engines import build_beside, index_of, tuning_of
from search.index import IndexAway
from search.rebuilding import Pace, Progress, rebuild

app = typer.Typer(no_args_is_help=True, help="The search index: how it is, and building it anew.")
SHOWN = 20  # differences that are named one by one


@app.command()
def status(
    compare: Annotated[bool, typer.Option("--compare", help="Compare every document with the database.")] = False,
    as_json: Json = False,
) -> None:
    """How many documents there are and what waits; exit 1 when something is wrong."""
    logs.set_up("command")
    with opened(migrate=False) as house:
        try:
            row = counts(house.engine, house.settings, at=now())
            found = told_differences(house.engine, house.settings, as_json=as_json) if compare else 0
        except IndexAway as away:
            stop(f"The index does not answer: {away}")
    row |= {"differences": found} if compare else {}
    tell(row, "  ".join(f"{name} {value}" for name, value in row.items()), as_json=as_json)
    if found or row["set_aside"]:
        raise typer.Exit(NOT_DONE)


@app.command("rebuild")
def build_anew(
    throttle: Annotated[float | None, typer.Option(min=0.1, help="At most so many pages a second.")] = None,
    as_json: Json = False,
) -> None:
    """Fill a new index beside the live one and put it in its place; go on where an earlier run ended. Exit 1 when it
    then differs from the database.
    """
    logs.set_up("command")
    with opened(migrate=False) as house:
        try:
            beside = build_beside(house.settings.index, tuning=tuning_of(house.settings))
            try:
                rebuild(house.engine, beside, Pace(throttle), lambda one: told_progress(one, as_json=as_json))
            finally:
                beside.close()
            found = told_differences(house.engine, house.settings, as_json=as_json)
            row = counts(house.engine, house.settings, at=now()) | {"differences": found}
        except BlockingIOError:
            stop("Another rebuild is running.")
        except IndexAway as away:
            stop(f"The index does not answer: {away}. Run the command again later; it goes on where it stopped.")
    tell(row, f"{row['documents']} documents, {found} differences", as_json=as_json)
    if found:
        raise typer.Exit(NOT_DONE)


def counts(engine: Engine, settings: Settings, *, at: datetime) -> dict[str, Any]:
    """Documents, and the works that wait to be written."""
    index = index_of(settings)
    behind = Work.indexed_revision < Work.revision
    with reading_session(engine) as session:
        works, waiting, aside = (
            session.scalar(select(func.count()).select_from(Work).where(*conditions)) or 0
            for conditions in ((), (behind, Work.due_at.is_not(None)), (Work.set_aside_at.is_not(None),))
        )
        oldest = session.scalar(select(func.min(Work.due_at)).where(Work.due_at <= at, Work.set_aside_at.is_(None)))
    row = {
        "documents": index.count(),
        "works": works,
        "waiting": waiting,
        "set_aside": aside,
        "lag_seconds": round((at - oldest).total_seconds(), 1) if oldest else 0,
    }
    index.close()
    return row


def told_progress(one: Progress, *, as_json: bool) -> None:
    """One line while it grows; on stderr, unless a program reads along."""
    if as_json:
        tell({"works": one.works, "of": one.of, "pages": one.pages}, "", as_json=True)
    else:
        progress.print(f"{one.works} of {one.of} works, {one.pages} pages", markup=False)


def told_differences(engine: Engine, settings: Settings, *, as_json: bool) -> int:
    """Name the first, count all."""
    index, found = index_of(settings), 0
    with reading_session(engine) as session:
        for found, one in enumerate(differences(session, index, at=now()), 1):
            if found <= SHOWN:
                tell(
                    {"work": str(one.work_id or ""), "key": one.work_key, "wrong": one.what},
                    f"{one.work_id or one.work_key}: {one.what}",
                    as_json=as_json,
                )
    index.close()
    return found
