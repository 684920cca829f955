"""From a deposit to a version, step by step. Each batch is kept in its own transaction before the next is asked for, so
that a killed worker's successor goes on where it stopped and nothing is made twice.
"""

import tempfile
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest import describing, reading
from ingest.budget import Budget, allowance_for
from ingest.kinds.kind import Kind
from ingest.kinds.order import named
from ingest.parsing import turning
from ingest.parsing.pages import (
    Identity,
    PageImage,
    PageRead,
    Undrawn,
    Word,
    identity_from,
    identity_to,
    warned,
)
from ingest.parsing.sandbox import Leash
from library.catalogue import boxes, depositing, keeping
from library.catalogue.models import Deposit, DepositState, Page, Rendition, RenditionKind
from library.clock import now
from library.database import reading_session, transaction, work_queue
from library.database.work_queue import Lease
from library.failpoints import reach
from library.files.fetching import local_copy
from library.files.keys import hash_of
from library.files.store import FileStore
from library.house import House
from library.naming import clean_name
from library.people.models import Person
from library.people.sign_in import Actor, actor_for
from library.reviews import submitting

KEEP_EVERY = 1.0  # seconds: nobody waits longer behind a large file than for one batch of it
SMALL = 40  # pages that are read and drawn in two seconds
NOT_DRAWN = "page-not-drawn"  # the warning
OCR_WANTED = "ocr-wanted"  # a step of a page that still waits for recognition
FIRST_PAGES = 8  # enough text to describe a work from
IMAGE_KINDS = {400: RenditionKind.PAGE_400, 800: RenditionKind.PAGE_800, 160: RenditionKind.THUMBNAIL}

Thing = TypeVar("Thing")
Rest = Callable[[bool], None]


@dataclass
class Job:
    """One deposit under a live lease, with its file at hand.

    `rest` hears between two batches whether it is a large one; what it raises ends the work for now.
    """

    house: House
    lease: Lease
    deposit_id: uuid.UUID
    name: str
    path: Path
    folder: Path
    budget: Budget
    rest: Rest
    identity: Identity | None = None
    version_id: uuid.UUID | None = None
    step: str | None = None

    def keep(
        self, write: Callable[[Session, Deposit], None] = lambda _session, _deposit: None, **progress: Any
    ) -> None:
        """Keep progress in one transaction, with what it has cost, and stretch the lease. Raises LeaseLost: then
        nothing is kept.
        """
        budget, self.step = self.budget, progress.get("step", self.step)
        cost = {"seconds_spent": budget.seconds, "parsers_died": budget.deaths, "pixels_drawn": budget.pixels}
        with transaction(self.house.engine) as session:
            work_queue.renew(session, self.lease, at=now(), seconds=self.house.settings.lease_seconds, **cost)
            deposit = session.get_one(Deposit, self.deposit_id)
            write(session, deposit)
            if budget.stopped_at:
                warn(deposit, {"code": "too-much-work", "page": budget.stopped_at})
            for name, value in progress.items():
                setattr(deposit, name, value)

    def keep_batch(self, write: Callable[[Session, Deposit], None], **progress: Any) -> None:
        """Keep a batch: the file is sound so far, and the tries begin anew. Then others may have their turn."""
        self.keep(write, attempts=1, **progress)
        self.rest(self.is_large)

    @property
    def is_large(self) -> bool:
        """Whether it takes longer than somebody else likes to wait; a scan of a few pages does."""
        return self.step == "recognise" or bool(self.identity and (self.identity.page_count or 0) > SMALL)

    @property
    def kind(self) -> Kind:
        """Identified by now."""
        if self.identity is None:
            raise RuntimeError("no kind before identification")
        return named(self.identity.kind)

    @property
    def steps_before(self) -> tuple[str, ...]:
        """What was done to the file before its pages were read."""
        return ("qpdf",) if self.identity and self.identity.rebuilt else ()

    def version(self) -> uuid.UUID:
        """The version being made; identified by now."""
        if self.version_id is None:
            raise RuntimeError("no version before identification")
        return self.version_id


Step = Callable[[Job], None]


def run(house: House, deposit: Deposit, lease: Lease, *, leash: Leash, rest: Rest) -> None:
    """Bring one claimed deposit to its end. Raises Refusal (of the file), LeaseLost, Cut, what `rest` raises, or
    whatever broke.
    """
    with (
        local_copy(house.files, deposit.key or "") as path,
        tempfile.TemporaryDirectory(prefix="hoclieu-rebuilt-") as folder,
    ):
        budget = Budget(
            allowance_for(deposit.size, deposit.page_count or 0),
            leash,
            deposit.seconds_spent,
            deposit.parsers_died,
            deposit.pixels_drawn,
        )
        job = Job(house, lease, deposit.id, clean_name(deposit.name), path, Path(folder), budget, rest)
        for step in STEPS:
            step(job)


def identify(job: Job) -> None:
    """What is it? From here on there is a version to fill. Raises Refusal."""
    job.keep(state=DepositState.WORKING, step="identify")
    identity = known(job) or reading.identify(
        job.path, job.name, page_limit=job.house.settings.page_limit, folder=job.folder, budget=job.budget
    )
    facts = {"page_count": identity.page_count, "contents": [asdict(heading) for heading in identity.contents]}

    def write(session: Session, deposit: Deposit) -> None:
        if deposit.version_id is None:
            warn(deposit, *({"code": code, "page": None} for code in identity.warnings))
        version = depositing.open_version(
            session, deposit, title=job.name, kind=identity.kind, media_type=identity.media_type, facts=facts, at=now()
        )
        job.version_id = version.id
        deposit.identity = None if identity.rebuilt else identity_to(identity)
        job.budget.allowed = allowance_for(deposit.size, identity.page_count or 0)

    reach("identified")
    job.keep(write)
    job.identity, job.path = identity, identity.rebuilt or job.path
    reach("identified-kept")


def known(job: Job) -> Identity | None:
    """What it was found to be before it gave way, or its worker died. A rebuilt copy is gone with its worker."""
    with reading_session(job.house.engine) as session:
        kept = session.get_one(Deposit, job.deposit_id).identity
    return identity_from(kept) if kept else None


def read_text(job: Job) -> None:
    """Words from glyphs, page by page."""
    task, missing = job.kind.read, _pages_without(job, select(Page.number).where(Page.version_id == job.version()))
    if task is None or not missing:
        return
    job.keep(step="read")
    pages = reading.read_text(job.path, missing, kind=job.kind.name, budget=job.budget)
    for batch in batches(pages, task.batch):
        reach("pages-read")
        keep_pages(job, batch)
        reach("pages-read-kept")


def recognise(job: Job) -> None:
    """OCR for the pages that asked for it, in whatever order they come."""
    with reading_session(job.house.engine) as session:
        rows = session.execute(
            select(Page.number, Page.steps).where(Page.version_id == job.version()).order_by(Page.number)
        ).all()
    task, waiting = job.kind.recognise, [row.number for row in rows if OCR_WANTED in row.steps]
    if task is None or not waiting:
        return
    job.keep(step="recognise")
    with closing(reading.recognise_as_it_comes(job.path, waiting, kind=job.kind.name, budget=job.budget)) as pages:
        for batch in batches(pages, task.batch):
            reach("pages-recognised")
            keep_pages(job, batch, recognised=True)
            reach("pages-recognised-kept")


def draw_pages(job: Job) -> None:
    """Images of the pages at 400 and 800 px, and a thumbnail of the first."""
    drawn = select(Rendition.page_number).where(
        Rendition.version_id == job.version(), Rendition.kind == RenditionKind.PAGE_800
    )
    task, missing = job.kind.draw, _pages_without(job, drawn, but=_undrawn(job))
    if task is None or not missing:
        return
    done = (job.identity.page_count or 0) - len(missing) if job.identity else 0
    job.keep(step="draw", pages_done=done)
    with tempfile.TemporaryDirectory(prefix="hoclieu-draw-") as folder:
        images = reading.draw_pages(
            job.path, missing, Path(folder), kind=job.kind.name, turns=_turns(job), budget=job.budget
        )
        for pages in batches((list(page) for _, page in groupby(images, key=attrgetter("number"))), task.batch):
            found: set[str] = set()
            renditions = [
                store_image(job, image, found) for page in pages for image in page if isinstance(image, PageImage)
            ]
            undrawn = [image.number for page in pages for image in page if isinstance(image, Undrawn) and image.tried]
            reach("pages-drawn")
            done += len(pages)
            job.keep_batch(partial(_add_renditions, job.house.files, renditions, found, undrawn), pages_done=done)
            reach("pages-drawn-kept")


def describe(job: Job) -> None:
    """Guess title, subject, grade and series; seal the version; publish it, or send it to the reviewers, when that was
    asked by someone who may.
    """
    job.keep(step="describe")
    with reading_session(job.house.engine) as session:
        first = session.scalars(
            select(Page.text).where(Page.version_id == job.version()).order_by(Page.number).limit(FIRST_PAGES)
        ).all()
    if job.identity is None:
        raise RuntimeError("describe before identify")
    found = describing.describe(job.identity, job.name, first)
    description = {
        "title": found.title,
        "authors": job.identity.author,
        "subject_code": found.subject,
        "grade": found.grade,
        "series_code": found.series,
        "type_code": found.type,
        "language": found.language,
    }
    reach("described")
    job.keep(lambda session, deposit: _complete(session, deposit, description))
    reach("completed")


STEPS: tuple[Step, ...] = (identify, read_text, recognise, draw_pages, describe)  # the whole story in one line


def keep_pages(job: Job, batch: list[PageRead], *, recognised: bool = False) -> None:
    """Keep read pages with their warnings; a page read again replaces itself, a recognised one only what says less."""
    may_recognise = not recognised and job.kind.recognise is not None

    def write(session: Session, deposit: Deposit) -> None:
        for read in batch:
            told = replace(read, steps=(*job.steps_before, *read.steps))
            if recognised:
                told = reading.better(layer_of(session.get_one(Page, (job.version(), read.number))), told)
            session.merge(page_row(job.version(), told, wants_ocr=may_recognise and reading.needs_ocr(read)))
        warn(deposit, *(warned(code, read.number) for read in batch for code in read.warnings))
        session.flush()
        steps = session.scalars(select(Page.steps).where(Page.version_id == job.version())).all()
        deposit.pages_done = sum(OCR_WANTED not in one for one in steps)

    job.keep_batch(write)


def warn(deposit: Deposit, *fresh: dict[str, Any]) -> None:
    """Something its owner should know, told once."""
    deposit.warnings = [*(old for old in deposit.warnings if old not in fresh), *fresh]


def layer_of(page: Page) -> PageRead:
    """A page as it was read before it was recognised."""
    words = tuple(Word(page.text[one.start : one.end], one.start, one.end, one.box) for one in boxes.unpack(page.boxes))
    steps = tuple(one for one in page.steps if one != OCR_WANTED)
    size = (page.width, page.height)
    return PageRead(
        page.number, *size, page.text, words, page.source, page.score, page.confidence, steps, tuple(page.warnings)
    )


def page_row(version_id: uuid.UUID, read: PageRead, *, wants_ocr: bool) -> Page:
    """A page as it is kept."""
    return Page(
        version_id=version_id,
        number=read.number,
        text=read.text,
        boxes=boxes.pack(read.words),
        width=read.width,
        height=read.height,
        source=read.source,
        score=read.score,
        confidence=read.confidence,
        steps=[*read.steps, *([OCR_WANTED] if wants_ocr else [])],
        warnings=list(read.warnings),
    )


def store_image(job: Job, image: PageImage, found: set[str]) -> Rendition:
    """Put one drawn image into the store; `found` gets its key when it was there already."""
    key = hash_of(image.path)
    if not job.house.files.put(key, image.path, image.media_type):
        found.add(key)
    size = image.path.stat().st_size
    image.path.unlink()
    return Rendition(
        version_id=job.version(),
        kind=IMAGE_KINDS[image.size],
        page_number=image.number,
        key=key,
        media_type=image.media_type,
        size=size,
        width=image.width,
        height=image.height,
    )


def batches(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Lists of at most `size`, as they come; what comes slowly is not kept waiting for more of it."""
    batch, since = list[Thing](), time.monotonic()
    for thing in things:
        batch.append(thing)
        if len(batch) >= size or time.monotonic() > since + KEEP_EVERY:
            yield batch
            batch, since = [], time.monotonic()
    if batch:
        yield batch


def _pages_without(job: Job, done: Any, *, but: Collection[int] = ()) -> list[int]:
    """Page numbers that a step has not kept yet; `but`: nor given up."""
    if job.identity is None or not job.identity.page_count:
        return []
    with reading_session(job.house.engine) as session:
        kept = set(session.scalars(done)).union(but)
    return [number for number in range(1, job.identity.page_count + 1) if number not in kept]


def _undrawn(job: Job) -> set[int]:
    """The pages of which there will be no image."""
    with reading_session(job.house.engine) as session:
        warnings = session.get_one(Deposit, job.deposit_id).warnings
    return {one["page"] for one in warnings if one["code"] == NOT_DRAWN}


def _turns(job: Job) -> dict[int, int]:
    """The pages that are drawn another way round than they lie, with their degrees."""
    with reading_session(job.house.engine) as session:
        rows = session.execute(select(Page.number, Page.steps).where(Page.version_id == job.version())).all()
    turns = {number: turning.turn_of(steps) for number, steps in rows}
    return {number: degrees for number, degrees in turns.items() if degrees}


def _add_renditions(
    files: FileStore,
    renditions: list[Rendition],
    found: set[str],
    undrawn: list[int],
    session: Session,
    deposit: Deposit,
) -> None:
    if not keeping.are_there(session, files, found):
        raise FileNotFoundError("an image was swept away before its row could name it")  # the next try draws it again
    warn(deposit, *({"code": NOT_DRAWN, "page": number} for number in undrawn))
    session.add_all(renditions)
    session.flush()


def _complete(session: Session, deposit: Deposit, description: dict[str, Any]) -> None:
    at = now()
    work = depositing.complete(session, deposit, description, _publisher(session, deposit), at=at)
    submitting.arrived(session, deposit, work, at=at)


def _publisher(session: Session, deposit: Deposit) -> Actor | None:
    """The owner, while they still may publish and asked for it; nobody who has been shut out meanwhile."""
    owner = session.get_one(Person, deposit.owner_id)
    if not deposit.approve or owner.disabled_at is not None:
        return None
    actor = actor_for(session, owner, at=now())
    return actor if actor.may_publish else None
