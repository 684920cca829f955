"""The front door: subjects, grades, what is new, where I was reading; and the vocabularies of the forms."""

from fastapi import APIRouter

from api.homes import schemas, shown
from api.web.dependencies import HouseNow, Language, Now, OverviewsNow, Reader, Reading

router = APIRouter(prefix="/api/v1", tags=["home"])


@router.get("/home", response_model=schemas.Home)
def home(
    session: Reading, actor: Reader, at: Now, language: Language, house: HouseNow, overviews: OverviewsNow
) -> schemas.Home:
    """What the home page shows."""
    return shown.home_of(session, actor, language, house, overviews, at=at)


@router.get("/vocabulary", response_model=schemas.Vocabulary)
def vocabularies(session: Reading, language: Language) -> schemas.Vocabulary:
    """The values of the forms."""
    return shown.vocabulary_of(session, language)
