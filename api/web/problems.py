"""What a route may refuse, in the OpenAPI document: each names the refusals of its use case, its router those of all
its routes, and what any request may meet is added here, once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.web.dependencies import gate_of, reading, writing
from api.web.errors import PROBLEM, Broken, FormTooLarge, NotAcceptable, NotFound, NotValid, status_of
from api.web.gate import SameMoment, TryAgain
from api.web.hosts import PROBES, ForeignHost
from api.web.middleware import SAFE, UPLOADS, AddressTooLong, ForeignOrigin, PlainBody
from library.errors import Refusal, refusals
from library.people.sign_in import PasswordToChoose, SignInNeeded
from library.space import DiskFull

SIGNED_IN = (SignInNeeded, PasswordToChoose)  # of whatever asks for somebody who is signed in
SESSIONS = {reading, writing, gate_of}
Responses = dict[int | str, dict[str, Any]]


def problems(*kinds: type[Refusal]) -> Responses:
    """The `responses` of a route, or of a router, that refuses with these: a status, and the codes it is given with."""
    by_status: dict[int, list[type[Refusal]]] = {}
    for kind in sorted(set(kinds), key=lambda kind: (status_of(kind), kind.code)):
        by_status.setdefault(status_of(kind), []).append(kind)
    return {status: _response(found) for status, found in by_status.items()}


def _response(kinds: Iterable[type[Refusal]]) -> dict[str, Any]:
    """A problem with one of these codes; what each says is its description."""
    code = {"type": "string", "enum": [kind.code for kind in kinds]}
    shape = {"type": "object", "properties": {"code": code}, "required": ["code"]}
    return {
        "description": "\n".join(f"`{kind.code}`: {kind.en}" for kind in kinds),
        "content": {PROBLEM: {"schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, shape]}}},
    }


def codes_in(response: Mapping[str, Any]) -> list[str]:
    """The codes that a response of `problems` names; none of any other."""
    schema = response.get("content", {}).get(PROBLEM, {}).get("schema")
    codes: list[str] = schema["allOf"][1]["properties"]["code"]["enum"] if schema else []
    return codes


def tell_refusals(document: dict[str, Any], routers: Iterable[APIRouter]) -> None:
    """Write into the document what each route may refuse: its own, its router's, and what any request like it may meet.
    The same refusals stand in the document once.
    """
    by_code = {kind.code: kind for kind in refusals()}
    shared = document["components"].setdefault("responses", {})
    for router, route in _routes(routers):
        named = [response for found in (router.responses, route.responses) for response in found.values()]
        own = [by_code[code] for response in named for code in codes_in(response)]
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            answers = operation["responses"]
            for status, response in problems(*own, *_met_by_any(route, method)).items():
                name = "-or-".join(codes_in(response))
                shared[name] = response
                answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
            operation["responses"] = dict(sorted(answers.items()))


def _routes(routers: Iterable[APIRouter]) -> Iterator[tuple[APIRouter, APIRoute]]:
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                yield router, route


def _met_by_any(route: APIRoute, method: str) -> Iterator[type[Refusal]]:
    """What a request may meet whatever it wishes: at the door, at the gate, or when the house itself breaks."""
    yield from (NotValid, AddressTooLong, Broken)
    if not route.path.startswith(UPLOADS):
        yield FormTooLarge
    if route.param_convertors:  # a NUL in an address
        yield NotFound
    if method not in SAFE:
        yield from (ForeignOrigin, PlainBody)
    if route.body_field is not None:  # what cannot be read at all
        yield NotAcceptable
    if route.path in PROBES:  # they answer anybody, and say themselves what is away
        return
    yield ForeignHost
    if not SESSIONS.isdisjoint(_asked(route.dependant)):
        yield from (TryAgain, DiskFull)
        if method not in SAFE:
            yield SameMoment


def _asked(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    """The function of a route and of all that it depends on."""
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _asked(inner)
