"""Search over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from api.search import schemas, shown
from api.web.dependencies import GateNow, IndexNow, Language, Now, Token, Values, Words
from api.web.problems import problems
from library.people import sign_in
from search.query import QueryTooLong

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get("/search", response_model=schemas.Found, responses=problems(QueryTooLong))
async def search(
    gate: GateNow,
    index: IndexNow,
    token: Token,
    at: Now,
    language: Language,
    # copied by FastAPI for every request; a factory would have its signature read each time
    subject: Values = [],  # noqa: B006
    grade: Values = [],  # noqa: B006
    type: Values = [],  # noqa: B006
    school: Values = [],  # noqa: B006
    q: Words = "",
    page: Annotated[int, Query(ge=1, le=shown.LAST_PAGE)] = 1,
) -> schemas.Found:
    """Works and pages that hold the words, best first."""
    filters = shown.filters_of(subject, grade, type, school)

    def answer(session: Session) -> schemas.Found:
        actor = sign_in.actor_of(session, token, at=at) if token else sign_in.VISITING
        return shown.found(session, index, q, filters, actor.sight, page, language, at=at, by=actor)

    return await gate.read(answer)
