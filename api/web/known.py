"""The JSON API takes the parameters that its document names and no others: a filter that is spelled wrongly would else
answer with everything.
"""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.web.errors import not_valid


async def only_known(request: Request) -> None:
    """Raises NotValid with the names that are not known here."""
    if request.url.query and (unknown := sorted(set(request.query_params) - names_of(request.scope["route"]))):
        raise not_valid([[name] for name in unknown])


def names_of(route: APIRoute) -> frozenset[str]:
    """What may stand in an address of this route."""
    return frozenset(_asked(route.dependant))


def _asked(dependant: Dependant) -> Iterator[str]:
    """The parameters of a function and of all that it depends on."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _asked(inner)
