"""`hoclieu import`: files from disk, through the same deposit as an upload, until they are searchable."""

import mimetypes
import shutil
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from api.commands.telling import NOT_DONE, Json, opened, progress, tell
from api.deposits.shown import facts_of
from ingest.receiving import uploading
from ingest.worker.worker import Worker
from library import logs
from library.catalogue import depositing
from library.catalogue.card_fields import checked
from library.catalogue.models import Deposit, DepositState, Page, PageSource, Version, Work
from library.clock import now
from library.database import reading_session, transaction
from library.errors import Refusal, sentence_of
from library.house import House
from library.naming import clean_name
from library.people import inviting
from library.people.called import person_called
from library.people.roles import Role
from library.people.sign_in import Actor, actor_for
from library.space import full_told

KEEPER = "hoclieu"  # the person that imports act as; has no password
POLL = 0.1
UNSAID: Mapping[str, str] = {}  # of its card: the machine guesses it


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders with files.", exists=True)],
    unit: Annotated[
        str | None, typer.Option(help="Code of the school that owns the material; made when it is new.")
    ] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Publish each file when it is read.")] = False,
    sight: Annotated[
        str, typer.Option(help="Who may read it: public, province, commune, school or owner; needed with --approve.")
    ] = "",
    licence: Annotated[
        str, typer.Option(help="Licence code, as CC-BY-4.0; needed for readers beyond the school.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take files in and wait until they are searchable."""
    logs.set_up("import")
    with opened(as_json=as_json) as house:
        actor, card = keeper(house, unit), {"licence": licence} if licence else {}
        said = checked(card)
        with reading_session(house.engine) as session:
            depositing.refuse_unclear(
                session, None, actor.units_as(Role.ADMINISTRATOR).pop(), sight, opens=approve, card=said
            )
        helper = Helper(house)
        helper.start()
        try:
            rows = [take(house, path, actor, approve=approve, sight=sight, card=card) for path in files_of(paths)]
            bad = 0
            for path, began, deposit_id, refusal in rows:
                row = (
                    refused(path, refusal, began)
                    if deposit_id is None or refusal
                    else wait(house, path, deposit_id, began)
                )
                bad += row["verdict"] == "refused"
                tell(row, line(row), as_json=as_json)
        finally:
            helper.stop()
    if bad:
        raise typer.Exit(NOT_DONE)


def files_of(paths: list[Path]) -> Iterator[Path]:
    """Files, and the files in folders, in order."""
    for path in paths:
        yield from (
            sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
            if path.is_dir()
            else [path]
        )


def keeper(house: House, unit: str | None) -> Actor:
    """Who imports: an administrator of the school (or province) who cannot sign in."""
    with transaction(house.engine) as session:
        owner = inviting.ensure_school(session, unit, at=now()) if unit else inviting.province(session)
        login = f"{KEEPER}.{owner.code}" if unit else KEEPER
        person = person_called(session, login)
        if person is None:
            person = inviting.add_person(session, login, "Thư viện", Role.ADMINISTRATOR, owner, at=now())
        return actor_for(session, person, at=now())


def take(
    house: House,
    path: Path,
    actor: Actor,
    *,
    approve: bool,
    sight: str,
    review: bool = False,
    card: Mapping[str, str] = UNSAID,
) -> tuple[Path, float, uuid.UUID | None, Refusal | None]:
    """Deposit one file as an upload would."""
    began = time.monotonic()
    size = path.stat().st_size
    try:
        with transaction(house.engine) as session:
            deposit_id = uploading.begin(
                session,
                house,
                name=clean_name(path.name),
                size=size,
                media_type=mimetypes.guess_type(path.name)[0],
                sight=sight,
                approve=approve,
                review=review,
                card=card,
                by=actor,
                at=now(),
            ).id
        fill(house, deposit_id, path)
    except Refusal as refusal:
        return path, began, None, refusal
    return path, began, deposit_id, None


def fill(house: House, deposit_id: uuid.UUID, path: Path) -> None:
    """All bytes of the file, and the deposit is accepted; a command cannot go on later, so when that fails nothing of
    it stays.
    """
    try:
        with uploading.locked(house, deposit_id), full_told():
            shutil.copyfile(path, uploading.staging_path(house, deposit_id))
            uploading.finish(house, deposit_id, at=now())
    except (Refusal, OSError):
        uploading.drop(house, deposit_id, at=now())
        raise


def wait(house: House, path: Path, deposit_id: uuid.UUID, began: float) -> dict[str, Any]:
    """Wait until the deposit is refused, or published and searchable; tell the progress."""
    told = ""
    while True:
        with reading_session(house.engine) as session:
            deposit = session.get_one(Deposit, deposit_id)
            if deposit.state in (DepositState.REFUSED, DepositState.FAILED):
                return report(session, path, deposit, None, began)
            work = session.scalar(
                select(Work)
                .options(joinedload(Work.version))
                .join(Version, Version.id == Work.version_id)
                .where(Version.id == deposit.version_id)
            )
            if deposit.state == DepositState.READY and work is not None and work.indexed_revision == work.revision:
                return report(session, path, deposit, work, began)
            now_at = f"{path.name}: {deposit.step or deposit.state} {deposit.pages_done}/{deposit.page_count or '?'}"
        if now_at != told:
            progress.print(now_at, markup=False)
            told = now_at
        time.sleep(POLL)


def report(session: Session, path: Path, deposit: Deposit, work: Work | None, began: float) -> dict[str, Any]:
    """What became of one file."""
    ocr = (
        select(func.count())
        .select_from(Page)
        .where(Page.version_id == deposit.version_id, Page.source == PageSource.OCR)
    )
    verdict = "refused" if work is None else "accepted-with-warnings" if deposit.warnings else "accepted"
    return {
        "path": str(path),
        "verdict": verdict,
        "code": deposit.code,
        "vi": sentence_of(deposit.code, deposit.facts, "vi") if deposit.code else None,
        "en": sentence_of(deposit.code, deposit.facts, "en") if deposit.code else None,
        "work_id": str(work.id) if work else None,
        "title": work.title if work else None,
        "state": work.state if work else None,
        "pages": deposit.page_count,
        "ocr_pages": session.scalar(ocr) or 0,
        "warnings": [
            one | {"sentence": sentence_of(str(one["code"]), facts_of(one), "en")} for one in deposit.warnings
        ],
        "seconds": round(time.monotonic() - began, 2),
    }


def refused(path: Path, refusal: Refusal | None, began: float) -> dict[str, Any]:
    """A file that did not even become a deposit."""
    said = refusal or Refusal()
    sentences = {"vi": said.sentence("vi"), "en": said.sentence("en")}
    took = round(time.monotonic() - began, 2)
    empty: dict[str, Any] = {
        "work_id": None,
        "title": None,
        "state": None,
        "pages": None,
        "ocr_pages": 0,
        "warnings": [],
    }
    return {"path": str(path), "verdict": "refused", "code": said.code, **sentences, **empty, "seconds": took}


def line(row: dict[str, Any]) -> str:
    """One result for people."""
    if row["verdict"] == "refused":
        return f"✗ {row['path']}: {row['code']}. {row['vi']}"
    more = f", {len(row['warnings'])} warnings" if row["warnings"] else ""
    return (
        f"✓ {row['path']}: {row['title']} ({row['pages'] or 0} pages, {row['ocr_pages']} by OCR{more}) "
        f"{row['work_id']} {row['seconds']} s"
    )


class Helper:
    """A worker beside this command, in case no `serve` runs; where one runs, both share the work and it keeps the
    index.
    """

    def __init__(self, house: House) -> None:
        self.worker = Worker(house)
        self.thread = threading.Thread(target=self.worker.run, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self.thread.start()

    def stop(self) -> None:
        """Finish the running batch and give leases back."""
        self.worker.stop()
        self.thread.join(timeout=15)
