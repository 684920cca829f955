"""Every door of the house, in the order in which they are asked most; pages last."""

from types import ModuleType

from api.catalogue import history, reader
from api.catalogue import pages as catalogue_pages
from api.catalogue import routes as catalogue
from api.circulation import pages as circulation_pages
from api.circulation import routes as circulation
from api.deleting import pages as deleting_pages
from api.deleting import routes as deleting
from api.deposits import pages as deposit_pages
from api.deposits import routes as deposits
from api.deposits import tus
from api.homes import home, me_pages, schools
from api.homes import pages as home_pages
from api.machine import health
from api.machine import routes as machine
from api.people import entrance, entrance_pages, notices, roster_pages, rosters, unit_pages, units
from api.reviews import pages as review_pages
from api.reviews import routes as reviews
from api.search import routes as search

ROOMS: tuple[ModuleType, ...] = (
    search,
    health,
    machine,
    entrance,
    units,
    rosters,
    home,
    catalogue,
    history,
    deleting,
    reviews,
    reader,
    deposits,
    tus,
    circulation,
    schools,
    notices,
    home_pages,
    catalogue_pages,
    deposit_pages,
    entrance_pages,
    me_pages,
    review_pages,
    circulation_pages,
    deleting_pages,
    roster_pages,
    unit_pages,
)
