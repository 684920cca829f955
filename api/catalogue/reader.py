"""What the reader needs: a page with its marked text and boxes, and the hits of a query in a work."""

from fastapi import APIRouter, Request

from api.catalogue import schemas, shown_page
from api.web.counting import note
from api.web.dependencies import Now, PageNumber, Reader, Reading, Words
from api.web.problems import problems
from library.catalogue import queries
from library.catalogue.cataloguing import UnknownWork
from library.catalogue.queries import UnknownPage
from library.usage import READS
from search.query import QueryTooLong

router = APIRouter(prefix="/api/v1/works", tags=["reader"])


@router.get(
    "/{work_id}/pages/{number}", response_model=schemas.Page, responses=problems(UnknownWork, UnknownPage, QueryTooLong)
)
def page(
    work_id: str, number: PageNumber, request: Request, session: Reading, actor: Reader, at: Now, q: Words = ""
) -> schemas.Page:
    """One page with the query marked."""
    work = queries.visible_work(session, work_id, actor.sight, at=at)
    sent = shown_page.page_of(session, work, number, q, actor.sight)
    note(request, READS, work, actor)
    return sent


@router.get("/{work_id}/hits", response_model=schemas.Hits, responses=problems(UnknownWork, QueryTooLong))
def hits(work_id: str, session: Reading, actor: Reader, at: Now, q: Words = "") -> schemas.Hits:
    """All pages of a work that hold the query."""
    return shown_page.hits_of(session, queries.visible_work(session, work_id, actor.sight, at=at), q, actor.sight)
