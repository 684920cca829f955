"""Every door of the application: those that the OpenAPI document names, and those that it does not."""

from dataclasses import dataclass
from pathlib import Path

from api.app import create_app
from ingest.house import open_house
from library.settings import Settings


@dataclass(frozen=True, order=True)
class Door:
    """One method of one path."""

    method: str
    path: str
    in_document: bool


def all_doors(home: Path) -> set[Door]:
    """The doors of a fresh house."""
    house = open_house(Settings(home=home))
    found = _doors(create_app(house).routes)
    house.engine.dispose()
    return found


def _doors(routes: object, prefix: str = "") -> set[Door]:
    """Those of included routers too."""
    found: set[Door] = set()
    for one in routes:  # type: ignore[attr-defined]
        if getattr(one, "methods", None):
            found |= {Door(method, prefix + one.path, one.include_in_schema) for method in one.methods}
        elif getattr(one, "original_router", None) is not None:
            inner = one.include_context.prefix if hasattr(one, "include_context") else ""
            found |= _doors(one.original_router.routes, prefix + inner)
    return found
