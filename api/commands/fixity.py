"""`hoclieu fixity run` and `hoclieu fixity status`."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from api.commands.telling import NOT_DONE, Json, opened, progress, stop, tell
from ingest.worker.fixity import Checker
from ingest.worker.hand import Aside, Claim, Claims, Row, outside
from library import logs
from library.catalogue import fixity
from library.catalogue.fixity import Standing
from library.clock import now
from library.database import reading_session, transaction
from library.house import House

app = typer.Typer(no_args_is_help=True, help="Stored files: are they still what they were?")
TOLD_EVERY = timedelta(seconds=2)
STATES: Mapping[str, str] = {
    fixity.FileState.MISMATCH: "không còn đúng nội dung / other bytes than it had",
    fixity.FileState.MISSING: "không còn trong kho / not in the store",
    fixity.FileState.UNREADABLE: "không đọc được / cannot be read",
}


@app.command()
def run(
    everything: Annotated[bool, typer.Option("--all", help="All files now, not only those whose turn it is.")] = False,
    as_json: Json = False,
) -> None:
    """Read files again, damaged ones first, and name what is damaged; exit 1 when something is. HOCLIEU_FIXITY_MB holds
    here too.
    """
    logs.set_up("command")
    with opened(migrate=False) as house:
        began = now()
        checker = Checker(Impatient(house))
        checker.look_again(seen_before=began)
        read_all(house, checker, began, everything=everything)
        told_standing(house, as_json=as_json)


@app.command()
def status(as_json: Json = False) -> None:
    """What is damaged, and how the checks stand; exit 1 when something is damaged or the checks are late."""
    logs.set_up("command")
    with opened(migrate=False) as house:
        told_standing(house, as_json=as_json)


def read_all(house: House, checker: Checker, began: datetime, *, everything: bool) -> None:
    """All that is due, or simply all; what other workers have begun is waited for."""
    asked, told_at = waiting(house, began, everything=everything), began
    while left := waiting(house, began, everything=everything):
        while checker.check_next():
            left -= 1
            if now() - told_at > TOLD_EVERY:
                told_at = now()
                progress.print(f"{asked - left} / {asked}", markup=False)
        time.sleep(0.2)
    progress.print(f"{asked} / {asked}", markup=False)


def waiting(house: House, began: datetime, *, everything: bool) -> int:
    """How many slices are still to be read."""
    if everything:
        with transaction(house.engine) as session:
            return fixity.ask(session, since=began, at=now())
    with reading_session(house.engine) as session:
        return fixity.left(session, since=began)


class Impatient(Claims):
    """A command has nobody who would try again."""

    def failed(self, claim: Claim[Row], error: Exception, aside: Aside | None = None) -> None:
        """Note it, and say so; of what lies outside the row, `opened` knows the words."""
        super().failed(claim, error, aside)
        if not outside(error):
            stop(f"{type(error).__name__}: {error}")


def told_standing(house: House, *, as_json: bool) -> None:
    """Name each damaged file, then all in figures."""
    moment, after = now(), ""
    with reading_session(house.engine) as session:
        while found := fixity.damaged(session, seen_before=moment + timedelta(days=1), after=after):
            for one in found:
                row = {"key": one.key, "state": one.state, "found_at": told(one.found_at), "seen_at": told(one.seen_at)}
                tell(row, f"✗ {one.key}: {STATES[one.state]}", as_json=as_json)
            after = found[-1].key
        standing = fixity.standing(session, at=moment)
    late = standing.late(house.settings.fixity_every, at=moment)
    tell(figures(standing, at=moment) | {"late": late}, in_words(standing, at=moment, late=late), as_json=as_json)
    if late or any(standing.damaged.values()):
        raise typer.Exit(NOT_DONE)


def figures(standing: Standing, *, at: datetime) -> dict[str, Any]:
    """For programs."""
    return {
        "slices": standing.slices,
        "checked": standing.checked,
        "due": standing.due,
        "set_aside": standing.set_aside,
        "files": standing.files,
        "bytes": standing.bytes,
        "oldest_seconds": round((at - standing.oldest).total_seconds(), 1) if standing.oldest else 0,
        **standing.damaged,
    }


def in_words(standing: Standing, *, at: datetime, late: bool) -> str:
    """For people."""
    count, days = sum(standing.damaged.values()), (at - (standing.oldest or at)).days
    mark = "✗" if count else "!" if late else "✓"
    english = (
        f"{count} damaged; {standing.files} files read, {standing.checked} of {standing.slices} parts, the longest ago "
        f"{days} days"
    )
    vietnamese = (
        f"{count} tệp hỏng; đã đọc lại {standing.files} tệp, {standing.checked}/{standing.slices} phần, lâu nhất "
        f"{days} ngày trước"
    )
    return f"{mark} {vietnamese} / {english}"


def told(moment: datetime) -> str:
    """A moment for programs."""
    return moment.isoformat(timespec="seconds")
