"""What may be refused, as the OpenAPI document tells it, compared with what the source can raise. What a house really
refuses is compared by every test that asks one (`tests.stage.documented`).
"""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.doors import ROOMS
from api.web.errors import FilesAway
from api.web.gate import TryAgain
from api.web.problems import codes_in
from ingest.receiving.uploading import UploadBusy
from library.catalogue.depositing import DepositAccepted, ProcessingFailed, ReadingStopped
from library.catalogue.publishing import VersionChanged
from library.catalogue.same_file import SameFile
from library.circulation.closed_days import ClosedDayUnread
from library.circulation.refusals import LabelOfTwo, NotAtDesk
from library.errors import Refusal, refusals
from library.people.care import UnknownUnit
from library.people.roles import UnknownRole
from library.people.sign_in import PasswordToChoose, SignInNeeded
from library.people.units import UnitClosed
from library.reviews.refusals import (
    AlreadyDecided,
    NotAReviewer,
    NothingToReview,
    NotYourDecision,
    OwnWork,
    TooLateToUndo,
    UnknownReview,
)
from tests.api.web.reach import Source
from tests.stage.documented import codes_of, document, undocumented
from tests.stage.project import PROJECT

KINDS = {f"{kind.__module__}.{kind.__name__}": kind for kind in refusals() if "code" in vars(kind)}
KINDS |= {"api.web.sending.at_store": FilesAway, "api.web.sending.send": FilesAway}
# what the source leads to and cannot be: why stands beside it
NEVER: dict[str, set[type[Refusal]]] = {
    "/readyz get": {FilesAway, TryAgain},  # it says what is away
    # the province is there and stays open, and its administrator is a role
    "/api/v1/invitations/{token} post": {UnknownUnit, UnitClosed, UnknownRole},
    # it is chosen, locked, from what waits for whoever asks
    "/api/v1/reviews/next post": {
        UnknownReview,
        OwnWork,
        AlreadyDecided,
        NotYourDecision,
        TooLateToUndo,
        VersionChanged,
    },
    # `transitions.move` refuses each event with words of its own
    "/api/v1/reviews/{review_id}/claim post": {NotYourDecision, TooLateToUndo, VersionChanged},
    "/api/v1/reviews/{review_id}/approval post": {NotYourDecision, TooLateToUndo},
    "/api/v1/reviews/{review_id}/return post": {NotYourDecision, TooLateToUndo},
    "/api/v1/reviews/{review_id}/decision delete": {OwnWork, AlreadyDecided, VersionChanged},
    "/api/v1/reviews/{review_id} delete": {OwnWork, NotAReviewer, NotYourDecision, TooLateToUndo, VersionChanged},
    # the desk is looked for only where the asker keeps one
    "/api/v1/search get": {SignInNeeded, PasswordToChoose, NotAtDesk, LabelOfTwo},
    # what is corrected is there, and its review has just been written
    "/api/v1/works/{work_id} patch": {NothingToReview, UnknownReview},
    "/api/v1/works patch": {NothingToReview, UnknownReview},
    "/api/v1/reviews/{review_id}/card patch": {NotYourDecision, TooLateToUndo},
    # the review has just been written
    "/api/v1/works/{work_id}/review post": {UnknownReview},
    "/api/v1/deposits/{deposit_id}/review post": {UnknownReview},
    "/api/v1/deposits/{deposit_id}/stop post": {ReadingStopped},  # kept with the deposit, as why it was refused
    "/api/v1/deposits post": {UploadBusy, DepositAccepted},  # nobody else knows its id yet
}
# refusals of no route: of the command line, and those kept with a deposit by whoever reads it
ELSEWHERE = ("library.operations.", "ingest.kinds.", "ingest.refusals")
KEPT = {ProcessingFailed, ReadingStopped, SameFile}
OF_PAGES = {ClosedDayUnread}  # no route of the API takes closed days yet


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(PROJECT)


def routes() -> Iterator[tuple[str, APIRouter, APIRoute, set[str]]]:
    """Every route of the document, and the codes that stand there."""
    for router in (room.router for room in ROOMS):
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    operation = document()["paths"][route.path_format][method.lower()]
                    told = {code for status in operation["responses"] for code in codes_of(operation, int(status))}
                    yield f"{route.path_format} {method.lower()}", router, route, told


def reached(source: Source, route: APIRoute) -> set[str]:
    """The codes that its use case can come to."""
    names = source.reached(f"{route.endpoint.__module__}.{route.endpoint.__name__}")
    return {KINDS[name].code for name in names if name in KINDS}


def test_what_a_use_case_can_raise_stands_at_its_route(source: Source) -> None:
    missing = {name: reached(source, route) - told for name, _, route, told in routes()}
    assert {name: codes for name, codes in missing.items() if codes} == {
        name: {kind.code for kind in kinds} for name, kinds in NEVER.items()
    }


def test_what_stands_at_a_route_can_be_raised_there(source: Source) -> None:
    idle = {}
    for name, router, route, _ in routes():
        told = [response for found in (router.responses, route.responses) for response in found.values()]
        idle[name] = {code for response in told for code in codes_in(response)} - reached(source, route)
    assert not {name: codes for name, codes in idle.items() if codes}


def test_a_refusal_stands_at_a_route_or_it_is_known_why_not() -> None:
    told = {code for _, _, _, codes in routes() for code in codes}
    silent = {kind for kind in KINDS.values() if kind.code not in told and not kind.__module__.startswith(ELSEWHERE)}
    assert silent == KEPT | OF_PAGES


def test_nothing_is_left_to_a_default() -> None:
    operations = [operation for found in document()["paths"].values() for operation in found.values()]
    assert not [operation["operationId"] for operation in operations if "default" in operation["responses"]]
    assert "HTTPValidationError" not in document()["components"]["schemas"]


@pytest.mark.parametrize(("code", "known"), [("not-at-desk", True), ("not-allowed", False), ("no-such-code", False)])
def test_a_client_of_the_tests_hears_what_is_not_told(code: str, known: bool) -> None:
    answer = httpx.Response(
        403,
        json={"code": code},
        headers={"Content-Type": "application/problem+json"},
        request=httpx.Request("GET", "http://127.0.0.1/api/v1/desk"),
    )
    assert bool(undocumented(answer)) is not known
