"""`hoclieu audit verify` and `hoclieu audit head`."""

import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.commands.telling import NOT_DONE, Json, opened, stop, tell
from ingest.worker.audit import heads_told, seal_waiting, write_heads
from library import audit, logs
from library.audit import sealing
from library.audit.sealing import Break, Head
from library.clock import now
from library.database import reading_session, transaction
from library.people import inviting
from library.people.models import Unit

app = typer.Typer(no_args_is_help=True, help="The audit: is it whole, and where does it stand?")
UnitCode = Annotated[
    str | None, typer.Option("--unit", help="Code of one unit; without it all chains, the deployment's own included.")
]
HOW = {
    "missing": "mất một dòng ở đây / a line is missing here",
    "moved": "dòng ở đây bị chuyển chỗ hoặc chép thêm / the line here has been moved or put in",
    "cut": "dòng này không nối với dòng trước / this line does not follow the one before",
    "changed": "dòng này đã bị sửa / this line has been changed",
    "head-gone": "không còn dòng cuối đã xuất trước đây / the head that was exported before is no longer here",
}


@app.command()
def verify(
    unit: UnitCode = None,
    head: Annotated[list[Path] | None, typer.Option(help="Heads exported before; may be given again.")] = None,
    as_json: Json = False,
) -> None:
    """Walk the chains and name the first broken link of each; exit 1 when there is one."""
    logs.set_up("command")
    known = [one for path in head or [] for one in read_heads(path)]
    with opened(migrate=False) as house:
        with reading_session(house.engine) as session:
            wanted = wanted_chains(session, unit, known)
            names = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}
            breaks, lines = sealing.verify(session, wanted, known)
        with transaction(house.engine) as session:
            audit.tell(
                session,
                "audit-verified",
                inviting.province(session),
                unit_id=None,
                by=None,
                at=now(),
                lines=lines,
                broken=len(breaks),
                unit=unit,
            )
    for one in breaks:
        row = {"unit": names.get(one.unit_id) if one.unit_id else None, "place": one.place, "broken": one.how}
        tell(row, told(one, row["unit"]), as_json=as_json)
    if breaks:
        raise typer.Exit(NOT_DONE)
    tell(
        {"chains": len(wanted), "lines": lines, "broken": None},
        f"✓ {len(wanted)} chuỗi nguyên vẹn / chains are whole, {lines} dòng / lines",
        as_json=as_json,
    )


@app.command()
def head(
    file: Annotated[Path | None, typer.Argument(help="Where to write them; without it on stdout.")] = None,
    as_json: Json = False,
) -> None:
    """Export the heads of all chains. Keep them where nobody who can write the database can change them."""
    logs.set_up("command")
    with opened(migrate=False) as house:
        seal_waiting(house)
        with reading_session(house.engine) as session:
            heads = heads_told(session, at=now())
    if file is not None:
        try:
            write_heads(file, heads)
        except OSError as error:
            stop(f"{file}: {error.strerror}")
    for one in heads if file is None else []:
        tell(one, json.dumps(one, ensure_ascii=False), as_json=as_json)


def wanted_chains(session: Session, unit: str | None, known: Sequence[Head]) -> list[uuid.UUID | None]:
    """The chains to look at: one unit's, or all that exist or should."""
    if unit is not None:
        return [inviting.unit_by_code(session, unit).id]
    return sorted(sealing.chains(session) | {one.unit_id for one in known}, key=str)


def read_heads(path: Path) -> list[Head]:
    """An exported file."""
    try:
        rows: list[dict[str, Any]] = [
            json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
        ]
        return [
            Head(uuid.UUID(row["unit_id"]) if row["unit_id"] else None, int(row["place"]), str(row["digest"]))
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        stop(f"{path}: {error}")


def told(one: Break, code: object) -> str:
    """A broken link in words."""
    return f"✗ {code or 'hoclieu'}, dòng / line {one.place}: {HOW[one.how]}"
