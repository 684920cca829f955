"""The page of a school: what it is called, what stands on its shelf, when its library is open."""

from fastapi import APIRouter

from api.homes import school_schemas as schemas
from api.homes import shown_school
from api.web.dependencies import Asked, Grade, Language, Now, Reader, Reading
from api.web.problems import problems
from library.people.care import UnknownUnit

router = APIRouter(prefix="/api/v1/schools", tags=["units"])


@router.get("/{code}", response_model=schemas.School, responses=problems(UnknownUnit))
def school(
    code: str, session: Reading, actor: Reader, at: Now, language: Language, subject: Asked = "", grade: Grade = ""
) -> schemas.School:
    """A school, with what the asker may see of its material; the shelf narrowed to a subject and a grade."""
    return shown_school.school_of(session, code, actor, language, subject, grade, at=at)
