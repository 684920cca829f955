"""Search on the wire: works with their best pages."""

from api.catalogue.schemas import Cover
from api.web.schemas import Named, Sent
from library.catalogue.models import WorkState
from library.circulation.models import ItemStatus
from search.marking import Piece


class PageHit(Sent):
    """One page that holds the query. Its score is not told: it depends on all documents, also on those that one may not
    see.
    """

    number: int
    snippet: list[Piece]
    tier: int


class OnShelf(Sent):
    """Paper copies in the asker's own school."""

    school: Named
    free: int
    total: int
    shelf: str | None


class FoundWork(Sent):
    """One work with its best pages."""

    id: str
    title: str
    title_pieces: list[Piece]
    type: Named | None
    subject: Named | None
    grade: int | None
    series: Named | None
    school: Named | None
    state: WorkState  # draft and withdrawn ones are found by their keepers only
    page_count: int | None
    cover: Cover
    thumbnail: str | None  # URL
    tier: int
    pages: list[PageHit]
    page_total: int  # pages of this work that hold the query
    on_shelf: OnShelf | None


class FacetValue(Sent):
    """One value of a facet with the number of works and whether it is chosen."""

    code: str
    name: str
    count: int
    chosen: bool


class Facet(Sent):
    """A filter: `subject`, `grade`, `type` or `school`."""

    name: str  # subject | grade | type | school
    values: list[FacetValue]


class FoundItem(Sent):
    """The copy whose own barcode was typed or scanned; only whoever keeps its school's desk is led to it."""

    barcode: str
    accession: int
    shelf: str | None
    status: ItemStatus
    work_id: str
    title: str


class Found(Sent):
    """The answer to a search."""

    query: str
    item: FoundItem | None
    work_total: int
    work_total_exact: bool  # false above 100: shown as "≈"
    page_total: int  # exact
    works: list[FoundWork]  # they hold all the words, and only they are counted
    partial: list[FoundWork]  # they hold only some of the words; on the first page, where there is room
    nowhere: list[str]  # words that nothing holds which one may see
    guesses: list[FoundWork]  # "Kết quả gần đúng", only when there is little else
    facets: list[Facet]
    degraded: bool  # the index was away: only titles, names and ISBNs were searched
    page: int  # page of results, from 1
    page_count: int
