"""Schemathesis asks every operation of the OpenAPI document strange things, as every actor: no 5xx, and each refusal is
a problem with a code.

Its stateful phase is left out: it breaks on the bytes of multipart bodies (4.32). What it does, the tests of journeys
do.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.told import wrong_with
from tests.stage.in_process import ACTORS, VISITOR, Stage

pytestmark = pytest.mark.slow

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDING = {"POST /api/v1/sign-out"}  # asked by visitors only: the actors are needed signed in
QUIETLY = {
    "database": None,
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.generate,),
}


def sent(stage: Stage, case: Case, by: str) -> httpx.Response:
    """The very bytes that Schemathesis would send."""
    told = case.as_transport_kwargs(base_url="http://127.0.0.1")
    prepared = requests.Request(**told).prepare()
    return stage.ask(
        by, prepared.method or "", prepared.url or "", headers=dict(prepared.headers), content=prepared.body
    )


def asking(stage: Stage, operation: Any, examples: int) -> Callable[[], None]:
    """Ask one operation so many times: sound and broken wishes, about what is there and what is not."""
    wishes = st.one_of(
        *(operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    )
    actors = st.just(VISITOR) if operation.label in ENDING else st.sampled_from(ACTORS)

    @settings(max_examples=examples, **QUIETLY)
    @given(case=wishes, by=actors, known=st.booleans())
    def ask(case: Case, by: str, known: bool) -> None:
        if known:
            case.path_parameters = {name: stage.known.get(name, value) for name, value in case.path_parameters.items()}
        answer = sent(stage, case, by)
        case.validate_response(answer, checks=CHECKS)
        assert not wrong_with(answer), (by, wrong_with(answer))

    return ask


def asked_all(stage: Stage, examples: int) -> list[str]:
    """What was wrong, operation by operation."""
    found = []
    for one in schemathesis.openapi.from_dict(stage.client.app.openapi()).get_all_operations():
        operation = one.ok()
        try:
            asking(stage, operation, examples)()
        except (Exception, FailureGroup) as error:
            found.append(f"{operation.label}: {error}\n" + "".join(getattr(error, "__notes__", [])))
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_operation_breaks_on_what_schemathesis_sends(stage: Stage) -> None:
    found = asked_all(stage, 8)
    assert not found, "\n\n".join(found)


@pytest.mark.full
def test_no_operation_breaks_on_what_schemathesis_sends_for_long(stage: Stage) -> None:
    found = asked_all(stage, 200)
    assert not found, "\n\n".join(found)
