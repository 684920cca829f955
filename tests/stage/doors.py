"""Every door of the application: those that the OpenAPI document names, and those that it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.app import create_app
from api.web.doors import Pages
from library.house import open_house
from library.settings import Settings

PLACES = ("path_params", "query_params", "header_params", "cookie_params", "body_params")


@dataclass(frozen=True, order=True)
class Door:
    """One method of one path."""

    method: str
    path: str
    in_document: bool


def all_doors(home: Path) -> set[Door]:
    """The doors of a fresh house."""
    return {
        Door(method, path, one.include_in_schema)
        for path, one in _routes_of(home)
        for method in getattr(one, "methods", None) or ()
    }


def all_routes(home: Path) -> list[APIRoute]:
    """The same as FastAPI has them: with what each takes in."""
    return [one for _, one in _routes_of(home) if isinstance(one, APIRoute)]


def _routes_of(home: Path) -> list[tuple[str, BaseRoute]]:
    house = open_house(Settings(home=home))
    found = list(_flat(create_app(house).routes))
    house.engine.dispose()
    return found


def _flat(routes: object, prefix: str = "") -> Iterator[tuple[str, BaseRoute]]:
    """Those of included routers too, with their whole paths."""
    for one in routes:  # type: ignore[attr-defined]
        if isinstance(one, Pages):
            yield from _flat(one.routes, prefix)
        elif getattr(one, "original_router", None) is not None:
            inner = one.include_context.prefix if hasattr(one, "include_context") else ""
            yield from _flat(one.original_router.routes, prefix + inner)
        else:
            yield prefix + one.path, one


def asked(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """All that a route takes in, and from where; with what its dependencies take."""
    for kind in PLACES:
        yield from ((kind, one) for one in getattr(dependant, kind))
    for inner in dependant.dependencies:
        yield from asked(inner)
