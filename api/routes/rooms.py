"""Every door of the house, in the order in which the OpenAPI document names them; pages last."""

from types import ModuleType

from api.routes import (
    administration_pages,
    deposits,
    desk,
    desk_pages,
    health,
    home,
    keeping,
    me_pages,
    notices,
    pages,
    people,
    reader,
    review_pages,
    reviews,
    rosters,
    schools,
    search,
    units,
    uploads,
    works,
)

ROOMS: tuple[ModuleType, ...] = (
    health,
    people,
    units,
    rosters,
    home,
    search,
    works,
    keeping,
    reviews,
    reader,
    deposits,
    uploads,
    desk,
    schools,
    notices,
    pages,
    me_pages,
    review_pages,
    desk_pages,
    administration_pages,
)
