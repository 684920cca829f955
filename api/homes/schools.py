"""The page of a school: what it is called, what stands on its shelf, when its library is open."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.homes import school_schemas as schemas
from api.homes import shown_school
from api.web.dependencies import Asked, Language, Now, Reader, Reading

router = APIRouter(prefix="/api/v1/schools", tags=["units"])
Grade = Annotated[str, Query(max_length=2, pattern="^([1-9]|1[0-2])?$")]


@router.get("/{code}", response_model=schemas.School)
def school(
    code: str, session: Reading, actor: Reader, at: Now, language: Language, subject: Asked = "", grade: Grade = ""
) -> schemas.School:
    """A school, with what the asker may see of its material; the shelf narrowed to a subject and a grade."""
    return shown_school.school_of(session, code, actor, language, subject, grade, at=at)
