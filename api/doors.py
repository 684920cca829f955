"""Every door of the house: the JSON API, in the order in which it is asked most, and the pages."""

from types import ModuleType

from api.catalogue import card_pages, cards, history, reader
from api.catalogue import pages as catalogue_pages
from api.catalogue import routes as catalogue
from api.circulation import pages as circulation_pages
from api.circulation import routes as circulation
from api.deleting import pages as deleting_pages
from api.deleting import routes as deleting
from api.deposits import pages as deposit_pages
from api.deposits import routes as deposits
from api.deposits import tus
from api.homes import home, schools
from api.homes import pages as home_pages
from api.machine import health
from api.machine import routes as machine
from api.people import entrance, entrance_pages, notice_pages, notices, roster_pages, rosters, unit_pages, units
from api.reviews import pages as review_pages
from api.reviews import routes as reviews
from api.search import pages as search_pages
from api.search import routes as search
from api.web.doors import Room

ROOMS: tuple[ModuleType, ...] = (
    search,
    health,
    machine,
    entrance,
    units,
    rosters,
    home,
    catalogue,
    cards,
    history,
    deleting,
    reviews,
    reader,
    deposits,
    tus,
    circulation,
    schools,
    notices,
)
PAGES: tuple[Room, ...] = (
    home_pages.room,
    search_pages.room,
    catalogue_pages.room,
    card_pages.room,
    deposit_pages.room,
    entrance_pages.room,
    circulation_pages.room,
    review_pages.room,
    notice_pages.room,
    deleting_pages.room,
    roster_pages.room,
    unit_pages.room,
)
