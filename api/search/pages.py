"""The page of the search."""

from api.search import shown
from api.web.dependencies import Asked, Values, Words, number_in
from api.web.doors import Door, Room, Shown
from library.circulation.judging import STATUS_WORDS

room = Room()
ADDRESSED = {"subject": "mon", "grade": "lop", "type": "loai", "school": "truong"}  # the pages speak Vietnamese


@room.page("/tim", "search")
def search_page(
    door: Door,
    # copied by FastAPI for every request; a factory would have its signature read each time
    mon: Values = [],  # noqa: B006
    lop: Values = [],  # noqa: B006
    loai: Values = [],  # noqa: B006
    truong: Values = [],  # noqa: B006
    q: Words = "",
    trang: Asked = "1",
) -> Shown:
    """Search."""
    filters = shown.filters_of(mon, lop, loai, truong)
    page = number_in(trang, shown.LAST_PAGE)
    index, sight = door.request.app.state.index, door.actor.sight
    found = shown.found(door.session, index, q, filters, sight, page, door.language, at=door.at, by=door.actor)
    return {"found": found, "addressed": ADDRESSED, "status": STATUS_WORDS}
