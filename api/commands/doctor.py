"""`hoclieu doctor`: is everything here that this house needs, and what to do where it is not."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import typer
from sqlalchemy import func, select

from api.commands.telling import NOT_DONE, Json, opened, tell
from api.web.built import BUILT
from ingest.parsing import sandbox
from ingest.parsing.tessdata import NoModel, model_folder
from library import alike, logs, migrations
from library.catalogue import fixity
from library.catalogue.models import Deposit, Rendition, Work
from library.circulation.models import Item
from library.clock import now
from library.database import reading_session, row_security
from library.database.limits import is_postgres
from library.house import House
from library.operations import backups
from library.people.models import Person, SchoolClass, Unit
from search.engines import index_of
from search.index import IndexAway
from search.indexing import standing

# files, by chance: a province has hundreds of thousands, and the worker reads each of them again within 90 days
LOOKED_AT = 1_000
SHOWN = 20  # of a kind


class Finding(NamedTuple):
    """One thing looked at: `ok`, `warning` or `fault`, with what to do."""

    name: str
    state: str
    text: str


def doctor(as_json: Json = False) -> None:
    """Look at the whole house; exit 1 when something is broken."""
    logs.set_up("command")
    with opened(migrate=False) as house:
        findings = list(look(house))
    for one in findings:
        mark = {"ok": "✓", "warning": "!", "fault": "✗"}[one.state]
        tell(one._asdict(), f"{mark} {one.name}: {one.text}", as_json=as_json)
    if any(one.state == "fault" for one in findings):
        raise typer.Exit(NOT_DONE)


def look(house: House) -> Iterator[Finding]:
    """Everything in turn."""
    revision, head = migrations.current(house.engine), migrations.head()
    yield Finding(
        "schema",
        "ok" if revision == head else "fault",
        f"revision {revision}" if revision == head else f"{revision}, expected {head}: start `hoclieu serve` once",
    )
    yield wall(house)
    yield room(house)
    yield model()
    isolated = sandbox.network_isolated()
    advice = (
        "parsers run without a network"
        if isolated
        else "parsers keep the network here: give the worker a network without a way out"
    )
    yield Finding("isolation", "ok" if isolated else "warning", advice)
    built = (BUILT / ".vite" / "manifest.json").is_file()
    yield Finding(
        "front end",
        "ok" if built else "warning",
        "built" if built else "not built: run `make setup`; pages work without script",
    )
    if revision == head:
        yield from stored(house)


def room(house: House) -> Finding:
    """The disks of this machine."""
    disk = shutil.disk_usage(house.settings.home)
    free = disk.free / disk.total
    text = f"{disk.free // 1024**3} GB free ({free:.0%})"
    if full := [str(one.folder) for one in house.settings.disks if one.is_full()]:
        return Finding(
            "disk",
            "fault",
            (
                f"full under {', '.join(full)}: nothing new is taken, reading goes on; {text}. Make room and it goes "
                "on by "
                "itself"
            ),
        )
    return Finding("disk", "ok" if free > 0.1 else "warning", text)


def wall(house: House) -> Finding:
    """Row-level security around people and loans, which some roles of PostgreSQL pass."""
    try:
        row_security.refuse_passing(house.engine)
    except row_security.WallPassed as passed:
        return Finding("wall", "fault" if house.settings.in_production else "warning", str(passed))
    return Finding(
        "wall", "ok", "stands" if is_postgres(house.settings.database) else "not needed: one house, one file"
    )


def model() -> Finding:
    """The OCR model."""
    try:
        return Finding("ocr", "ok", f"model in {model_folder()}")
    except NoModel as missing:
        return Finding("ocr", "warning", str(missing))


def stored(house: House) -> Iterator[Finding]:
    """Rows against files, and against the index."""
    with reading_session(house.engine) as session:
        files = select(Rendition.key, Rendition.size).distinct().subquery()
        total = session.scalar(select(func.count()).select_from(files)) or 0
        keys = session.execute(select(files).order_by(func.random()).limit(LOOKED_AT)).all()
        missing = [key for key, size in keys if (stat := house.files.stat(key)) is None or stat.size != size]
        aside = session.scalar(select(func.count()).select_from(Deposit).where(Deposit.set_aside_at.is_not(None))) or 0
        behind = (
            session.scalar(select(func.count()).select_from(Work).where(Work.indexed_revision < Work.revision)) or 0
        )
    yield Finding(
        "files",
        "fault" if missing else "ok",
        f"{len(missing)} of {len(keys)} missing or cut: {missing[:3]}"
        if missing
        else f"{len(keys)} of {total} looked for, all present",
    )
    yield Finding(
        "queue",
        "warning" if aside else "ok",
        f"{aside} deposits set aside after three tries" if aside else "nothing set aside",
    )
    yield alikes(house)
    yield from kept(house, at=now())
    yield searchable(house, behind)


def alikes(house: House) -> Finding:
    """Logins, codes, classes and labels from before a second one that looks the same was refused."""
    told = {
        "logins": (Person.login, Person.login_key),
        "units": (Unit.code, Unit.code_key),
        "classes": (SchoolClass.name, SchoolClass.name_key, SchoolClass.unit_id, SchoolClass.school_year),
        "labels": (Item.barcode, Item.barcode_key, Item.unit_id),
    }
    with reading_session(house.engine) as session:
        found = {name: alike.doubles(session, *columns) for name, columns in told.items()}
    said = [f"{name}: {'; '.join(' = '.join(one) for one in pairs[:SHOWN])}" for name, pairs in found.items() if pairs]
    if not said:
        return Finding("alike", "ok", "no two logins, units, classes or labels look the same")
    count = sum(map(len, found.values()))
    advice = "each is found by its own spelling; rename one, or give it another label"
    return Finding("alike", "warning", f"{count} look the same. {'. '.join(said)}: {advice}")


def searchable(house: House, behind: int) -> Finding:
    """The index against the database: `behind` works wait for the worker; what the index ought to hold and does not is
    lost.
    """
    index = index_of(house.settings)
    try:
        with reading_session(house.engine) as session:
            found = standing(session, index)
        if found.lost:
            text = (
                f"lost: it holds {found.held} works of {found.believed}. The worker rebuilds it; `hoclieu index "
                "rebuild` does so at once"
            )
            return Finding("index", "fault", text)
        return Finding("index", "ok" if not behind else "warning", f"{found.held} works, {behind} works behind")
    except IndexAway as away:
        return Finding("index", "fault", f"does not answer, {behind} works behind: {away}")
    finally:
        index.close()


def kept(house: House, *, at: datetime) -> Iterator[Finding]:
    """Whether the stored files are what they were, whether anybody looks, and how old the backup is."""
    with reading_session(house.engine) as session:
        standing, taken = fixity.standing(session, at=at), backups.newest(session)
        first = [f"{one.key} ({one.state})" for one in fixity.damaged(session, seen_before=at, limit=3)]
    if first:
        text = (
            f"{sum(standing.damaged.values())} damaged: {', '.join(first)}: bring them back from the backup, then "
            "`hoclieu fixity run`"
        )
        yield Finding("fixity", "fault", text)
    elif standing.set_aside or standing.late(house.settings.fixity_every, at=at):
        text = (
            f"some files were not read again for {days(standing.oldest, at)} days, {standing.set_aside} parts set "
            "aside: `hoclieu fixity run --all`"
        )
        yield Finding("fixity", "warning", text)
    else:
        yield Finding(
            "fixity", "ok", f"nothing damaged, all files read again or new within {days(standing.oldest, at)} days"
        )
    yield backup(taken, at=at, needed=house.settings.in_production)


def backup(taken: datetime | None, *, at: datetime, needed: bool) -> Finding:
    """The age of the newest backup that was noted."""
    if taken is None:
        return Finding(
            "backup",
            "warning" if needed else "ok",
            "none noted: let the script that makes it end with `hoclieu backup done`",
        )
    late = at - taken > backups.LATE_AFTER
    return Finding("backup", "warning" if late else "ok", f"{(at - taken).total_seconds() / 3600:.0f} hours old")


def days(moment: datetime | None, at: datetime) -> int:
    """Whole days since then."""
    return (at - (moment or at)).days
