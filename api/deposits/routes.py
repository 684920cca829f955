"""My uploads, and the plain form for scripts and for browsers without JavaScript."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from sqlalchemy.orm import Session

from api.catalogue.cards import FIELDS, LICENCE
from api.catalogue.shown_card import TYPED, CardForm
from api.deposits import receiving, schemas, shown
from api.web.dependencies import GateNow, HouseNow, Language, Now, Reader, Reading, Token, Writer, Writing
from api.web.errors import FilesAway, not_valid
from api.web.gate import Gate
from api.web.problems import SIGNED_IN, problems
from api.web.schemas import Code
from ingest.receiving.parts import TooLarge
from library.catalogue import depositing
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.depositing import DepositAccepted, NotInWork, UnknownDeposit, id_of
from library.catalogue.models import Deposit
from library.catalogue.publishing import UnknownReaders
from library.clock import now
from library.house import House
from library.people import sign_in
from library.people.roles import Role
from library.people.sign_in import NotAllowed
from library.reviews import submitting
from library.reviews.refusals import AlreadyInReview, NothingToReview

router = APIRouter(prefix="/api/v1/deposits", tags=["deposits"], responses=problems(*SIGNED_IN))
IN_WORK_LIMIT = 100


@router.get("", response_model=schemas.Deposits)
def mine(session: Reading, actor: Reader, house: HouseNow, language: Language) -> schemas.Deposits:
    """My uploads, newest first."""
    return shown.deposits_of(session, actor, house, language)


@router.get("/in-work", response_model=schemas.InWork, responses=problems(NotAllowed))
def in_work(session: Reading, actor: Reader) -> schemas.InWork:
    """What waits to be read or is being read in the units in my care, the oldest first."""
    actor.required()
    if not actor.units_as(Role.ADMINISTRATOR):
        raise NotAllowed
    return shown.in_work_of(session, actor, limit=IN_WORK_LIMIT)


@router.get("/{deposit_id}", response_model=schemas.Deposit, responses=problems(UnknownDeposit))
def one(deposit_id: str, session: Reading, actor: Reader, house: HouseNow, language: Language) -> schemas.Deposit:
    """One of my uploads."""
    return shown.sent(session, [depositing.mine(session, id_of(deposit_id), actor)], actor, house, language)[0]


@router.delete("/{deposit_id}", status_code=204, responses=problems(UnknownDeposit, DepositAccepted))
async def forget(deposit_id: str, gate: GateNow, house: HouseNow, token: Token) -> None:
    """Forget an unfinished, refused or failed upload."""
    await receiving.cancel(gate, house, id_of(deposit_id), token)


@router.post(
    "/{deposit_id}/stop", response_model=schemas.Deposit, responses=problems(UnknownDeposit, NotInWork, FilesAway)
)
async def stop(deposit_id: str, gate: GateNow, house: HouseNow, token: Token, language: Language) -> schemas.Deposit:
    """Stop the reading of a file: one of mine, or one of a school that I look after."""
    stopped = await receiving.stop(gate, house, id_of(deposit_id), token)
    return await told_by(gate, token, house, language, stopped)


@router.post(
    "/{deposit_id}/review",
    response_model=schemas.Deposit,
    responses=problems(
        UnknownDeposit, NotAllowed, NothingToReview, AlreadyInReview, UnknownWork, UnknownReaders, *LICENCE
    ),
)
def submit_deposit(
    deposit_id: str,
    wish: schemas.DepositSubmission,
    session: Writing,
    actor: Writer,
    at: Now,
    language: Language,
    house: HouseNow,
) -> schemas.Deposit:
    """Send an upload to the reviewers; while it is still on its way the wish is kept."""
    mine = depositing.mine(session, id_of(deposit_id), actor)
    submitting.submit_deposit(session, mine, wish.sight, by=actor, at=at)
    return shown.sent(session, [mine], actor, house, language)[0]


async def only_our_fields(request: Request) -> None:
    """A form, too, is refused when it brings more than was asked for. Raises NotValid."""
    more = sorted(set(await request.form()) - {"file", "sight", "approve", "review", "work", *TYPED})
    if more:
        raise not_valid([[one] for one in more])


@router.post(
    "",
    status_code=201,
    response_model=schemas.Deposit,
    dependencies=[Depends(only_our_fields)],
    responses=problems(NotAllowed, UnknownWork, UnknownReaders, TooLarge, UnknownDeposit, FilesAway, *FIELDS, *LICENCE),
)
async def form(
    gate: GateNow,
    house: HouseNow,
    token: Token,
    language: Language,
    file: Annotated[UploadFile, File()],
    card: Annotated[CardForm, Depends(CardForm)],
    sight: Annotated[Code, Form()] = "",
    approve: Annotated[bool, Form()] = False,
    review: Annotated[bool, Form()] = False,
    work: Annotated[Code, Form()] = "",
) -> schemas.Deposit:
    """A small file in one request. `review`: on to the reviewers when it is read; `work`: it becomes a new version of
    that work; whatever else is said stands on its card, and the machine guesses the rest.
    """
    choices = receiving.Choices(sight, approve, review, work, card.said())
    deposit_id = await receiving.take_form(gate, house, token, file, choices)
    return await told_by(gate, token, house, language, deposit_id)


async def told_by(gate: Gate, token: str | None, house: House, language: str, deposit_id: uuid.UUID) -> schemas.Deposit:
    """The deposit as it stands now, to whoever has just changed it."""

    def look(session: Session) -> schemas.Deposit:
        actor = sign_in.actor_of(session, token, at=now())
        return shown.sent(session, [session.get_one(Deposit, deposit_id)], actor, house, language)[0]

    return await gate.read(look)
